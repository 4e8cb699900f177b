import type { HostHealth, WrittenCheck } from '../../shared/contract/health.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { wantsSudoPassword } from '../../shared/contract/sudo.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

interface Question {
  readonly fleetId: FleetId;
  readonly hosts: readonly HostName[];
  /** In place of those of nixstead.toml. */
  readonly checks?: readonly WrittenCheck[];
}

/** A host, and what is the matter with it. */
interface HostProblem {
  readonly host: HostName;
  readonly problem: Problem;
}

/** Checks that are tried once on hosts: what each of them said, as they answer. */
export class HealthTrial implements Disposable {
  readonly #client: Client;
  #answers = $state.raw<readonly HostHealth[]>([]);
  #total = $state(0);
  #problem = $state.raw<Problem | null>(null);
  /** How many answers are waited for, of hosts or of all of them. */
  #open = $state(0);
  #run = new AbortController();
  #question: Question | null = null;
  #leftOut = $state.raw<readonly HostName[]>([]);

  constructor(client: Client) {
    this.#client = client;
  }

  get answers(): readonly HostHealth[] {
    return this.#answers;
  }
  /** How many hosts were asked. */
  get total(): number {
    return this.#total;
  }
  /** Why nothing could be tried. */
  get problem(): Problem | null {
    return this.#problem;
  }
  get isUnderWay(): boolean {
    return this.#open > 0;
  }
  /** Hosts whose sudo asks for a password, which nobody has left out; the first asked stands first. */
  get asking(): readonly HostProblem[] {
    return this.#answers.flatMap(({ host, problem }) =>
      problem !== null && wantsSudoPassword(problem) && !this.#leftOut.includes(host) ? [{ host, problem }] : [],
    );
  }
  /** Hosts that could not be asked, or not for all, and why. */
  get unasked(): readonly HostProblem[] {
    const asking = new Set(this.asking.map(({ host }) => host));
    return this.#answers.flatMap(({ host, problem }) =>
      problem === null || asking.has(host) ? [] : [{ host, problem }],
    );
  }

  async start(question: Question): Promise<void> {
    this.clear();
    this.#question = question;
    this.#total = question.hosts.length;
    await this.#ask(question);
  }

  /** Tries a host again with what was typed for its sudo. */
  async answer(host: HostName, password: string): Promise<void> {
    if (this.#question === null) return;
    this.#answers = this.#answers.filter((answer) => answer.host !== host);
    await this.#ask({ ...this.#question, hosts: [host] }, { [host]: password });
  }

  /** Nobody is asked for this host's password any more; what needs root there stays untried. */
  leaveOut(host: HostName): void {
    this.#leftOut = [...this.#leftOut, host];
  }

  async #ask({ fleetId, hosts, checks }: Question, sudoPasswords?: Record<HostName, string>): Promise<void> {
    const run = this.#run;
    this.#open += 1;
    const question = { fleetId, hosts: [...hosts], checks: checks && [...checks], sudoPasswords };
    try {
      for await (const answer of await this.#client.deploy.health(question, { signal: run.signal })) {
        if (run.signal.aborted) return;
        this.#answers = [...this.#answers, answer];
      }
    } catch (error) {
      if (!run.signal.aborted) this.#problem = asProblem(error);
    } finally {
      if (this.#run === run) this.#open -= 1;
    }
  }

  /** Leaves what was not answered yet. */
  stop(): void {
    this.#run.abort();
    this.#run = new AbortController();
    this.#open = 0;
  }

  clear(): void {
    this.stop();
    this.#question = null;
    this.#answers = [];
    this.#leftOut = [];
    this.#total = 0;
    this.#problem = null;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
