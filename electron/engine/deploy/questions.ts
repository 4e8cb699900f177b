import type { HostName } from '../../../shared/contract/ids.ts';
import { refusalOf } from '../../../shared/jobs/refusal.ts';
import type { JobContext } from '../jobs/context.ts';
import type { Secrets } from '../ssh/askpass.ts';
import type { HostKeyOffer, SecretQuestion } from '../ssh/client.ts';

/** Asks nobody: every question has its refusal at once. */
export const unanswered: Pick<JobContext, 'ask'> = { ask: async (prompt) => refusalOf(prompt) };

/**
 * What a deploy asks people while it connects. Hosts that need the same passphrase share one question: an answer is
 * asked for again only by a host that it did not fit.
 */
export class Questions {
  readonly #context: Pick<JobContext, 'ask'>;
  readonly #secrets = new Map<HostName, Secrets>();
  readonly #answers = new Map<string, { answer: Promise<string>; givenTo: Set<HostName> }>();

  constructor(context: Pick<JobContext, 'ask'>) {
    this.#context = context;
  }

  /** True where a person takes the key for the host's own. */
  async mayPin(host: HostName, offer: HostKeyOffer): Promise<boolean> {
    const answer = await this.#context.ask({
      kind: 'host-key',
      host,
      text: `${offer.place} is seen for the first time and shows this ${offer.keyType} key. Is it the right machine?`,
      fingerprint: offer.fingerprint,
      knownFingerprint: null,
    });
    return answer.trim().toLowerCase() === 'yes';
  }

  /** What was typed for a host: whoever connects to it adds to this, and the next connection of the job uses it. */
  secretsOf(host: HostName): Secrets {
    const secrets = this.#secrets.get(host) ?? {};
    this.#secrets.set(host, secrets);
    return secrets;
  }

  /** Gives what sudo wants on a host: what was right before, then what a person types; empty where they give nothing. */
  sudoPassword(host: HostName, place: string): () => Promise<string> {
    let { sudoPassword: known } = this.secretsOf(host);
    return async () => {
      const first = known;
      known = undefined;
      return first ?? this.secret(host, { kind: 'password', place, text: `Password for sudo on ${place}` });
    };
  }

  /** A passphrase or password; empty where the person gives none. */
  async secret(host: HostName, { text, kind }: SecretQuestion): Promise<string> {
    const last = this.#answers.get(text);
    if (last && !last.givenTo.has(host)) {
      last.givenTo.add(host);
      return last.answer;
    }
    const again = last ? 'The last answer was not right. ' : '';
    const about = kind === 'passphrase' ? null : host;
    const answer = this.#context.ask({
      kind: 'password',
      host: about,
      text: `${again}${text}`,
      fingerprint: null,
      knownFingerprint: null,
    });
    this.#answers.set(text, { answer, givenTo: new Set([host]) });
    return answer;
  }
}
