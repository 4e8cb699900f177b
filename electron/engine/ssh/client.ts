import type { Secrets } from './askpass.ts';
import { attemptConnection } from './attempt.ts';
import type { SshFiles } from './config.ts';
import { fingerprint, hostKeyType, type HostKey } from './host-key.ts';
import { pinHostKey, type HostKeyAddress } from './known-hosts.ts';
import { sshError, sshProblems } from './problems.ts';
import { lastJump, openProxyCommand, type Passage } from './proxy.ts';
import { resolveTarget, type ResolvedTarget } from './resolve.ts';
import { SshSession } from './session.ts';
import { describeTarget, type SshTarget } from './target.ts';

/** A host key that nobody has seen before. */
export interface HostKeyOffer {
  /** The target as a person writes it. */
  readonly place: string;
  readonly keyType: string;
  readonly fingerprint: string;
}

/** Something that only a person knows. */
export interface SecretQuestion {
  readonly kind: 'passphrase' | 'password';
  readonly place: string;
  readonly text: string;
}

export interface ConnectOptions {
  files: SshFiles;
  /** True pins the key. Where it is absent an unknown key is refused. */
  onUnknownHostKey?: (offer: HostKeyOffer) => Promise<boolean>;
  /** Null or an empty answer gives up. Where it is absent nothing is asked. */
  onSecret?: (question: SecretQuestion) => Promise<string | null>;
  /** What was typed before for this target; answers are added to it, so that nothing is asked twice. */
  secrets?: Secrets;
  /** The only keys that the host may show; known_hosts is not asked then. Jump hosts in between are checked as ever. */
  expectedKeys?: readonly HostKey[];
  signal?: AbortSignal;
  /** For one attempt, without the time that a person takes to answer. */
  timeoutMs?: number;
}

/** How often a wrong passphrase or password is asked again. */
const maxSecretAttempts = 3;

/**
 * Connects to a target as OpenSSH would with our configuration. Host keys are compared with our known_hosts and the
 * user's; a changed one stops before anything is sent. Where a server does not wait for a person's answer, the answer
 * begins another attempt.
 * @throws ProblemError `ssh-*`; the signal's reason when it aborts
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<SshSession> {
  const resolved = await resolveTarget(target, options.files, options.signal);
  const secrets = options.secrets ?? {};
  const place = describeTarget(target);
  let hadStaleAnswer = false;
  for (let asked = 0; ;) {
    const passage = await openPassage(target, resolved, options);
    const settle = (address: HostKeyAddress, key: HostKey) => settleHostKey(place, address, key, options);
    const outcome = await attemptConnection({ target, resolved, passage, ...options, secrets, settleHostKey: settle });
    if (outcome instanceof SshSession) return outcome;
    if (outcome.state === 'try-again') continue;
    if (outcome.state === 'stale-answer') {
      if (hadStaleAnswer) throw outcome.error;
      hadStaleAnswer = true;
      continue;
    }
    asked += 1;
    if (!options.onSecret || asked > maxSecretAttempts) throw outcome.error;
    const isKey = outcome.state === 'locked-key';
    const text = isKey ? `Passphrase of the key ${outcome.path}` : `Password of ${resolved.user} on ${place}`;
    const answer = await options.onSecret({ kind: isKey ? 'passphrase' : 'password', place, text });
    if (!answer) throw outcome.error;
    secrets[isKey ? 'passphrase' : 'password'] = answer;
  }
}

async function settleHostKey(
  place: string,
  address: HostKeyAddress,
  key: HostKey,
  options: ConnectOptions,
): Promise<void> {
  const offer = { place, keyType: hostKeyType(key), fingerprint: fingerprint(key) };
  const isAccepted = (await options.onUnknownHostKey?.(offer)) ?? false;
  options.signal?.throwIfAborted();
  if (!isAccepted) throw sshError(sshProblems.keyUnknown(place, `${offer.keyType} ${offer.fingerprint}`));
  await pinHostKey(options.files.knownHosts, address, key);
}

function withoutExpectedKeys({ expectedKeys: _, ...others }: ConnectOptions): ConnectOptions {
  return others;
}

/** The way to a host that is not reached directly; null for the others. */
async function openPassage(
  target: SshTarget,
  resolved: ResolvedTarget,
  options: ConnectOptions,
): Promise<Passage | null> {
  if (resolved.proxyJump === null) {
    return resolved.proxyCommand === null ? null : openProxyCommand(resolved.proxyCommand, target, resolved);
  }
  // The jump host is a target like any other: its host key is asked about, its secrets are its own.
  const jump = await connect(lastJump(resolved.proxyJump), { ...withoutExpectedKeys(options), secrets: {} });
  try {
    const stream = await jump.forward(resolved.hostName, resolved.port);
    return { stream, words: () => '', [Symbol.dispose]: () => jump[Symbol.dispose]() };
  } catch (error) {
    jump[Symbol.dispose]();
    throw error;
  }
}
