import ssh2, { type AuthHandlerMiddleware, type ServerHostKeyAlgorithm } from 'ssh2';
import type { Secrets } from './askpass.ts';
import { aliveCountMax, aliveIntervalSeconds, connectTimeoutSeconds, type SshFiles } from './config.ts';
import { explainSshError, explainSshText } from './explain.ts';
import { fingerprint, hostKeyAlgorithms, hostKeyType, type HostKey } from './host-key.ts';
import { KeyRing } from './key-ring.ts';
import {
  judgeHostKey,
  keysOf,
  knownHostName,
  readKnownHosts,
  type HostKeyAddress,
  type KnownHost,
} from './known-hosts.ts';
import { sshError, sshProblems } from './problems.ts';
import type { Passage } from './proxy.ts';
import type { ResolvedTarget } from './resolve.ts';
import { SshSession } from './session.ts';
import { describeTarget, type SshTarget } from './target.ts';

export interface Attempt {
  target: SshTarget;
  resolved: ResolvedTarget;
  /** Becomes the attempt's own: disposed with the session, or when there is none. */
  passage: Passage | null;
  files: SshFiles;
  secrets: Secrets;
  /** The keys that the host may show, whatever known_hosts says of its address. */
  expectedKeys?: readonly HostKey[];
  /** Pins a key that is not known where a person takes it for the right one. @throws where it is refused */
  settleHostKey: (address: HostKeyAddress, key: HostKey) => Promise<void>;
  signal?: AbortSignal;
  timeoutMs?: number;
}

/** Why another attempt may succeed, most often after a person's word. `error` is the end where there is none. */
export type Interruption =
  /** The host key is known by now, but the server did not wait for the answer. */
  | { readonly state: 'try-again' }
  /** The network answered from an earlier search for the host, which may have come up meanwhile. */
  | { readonly state: 'stale-answer'; readonly error: Error }
  | { readonly state: 'locked-key'; readonly path: string; readonly error: Error }
  | { readonly state: 'password-wanted'; readonly error: Error };

/**
 * How long Linux, and a router for its networks, looks for a host before it is "unreachable" (arp(7): `mcast_solicit`
 * questions, `retrans_time_ms` apart). A connection begun during such a search fails with it at once, however new it is.
 */
const neighbourSearchMs = 3000;

/** Opens one connection with what is known now. */
export async function attemptConnection(attempt: Attempt): Promise<SshSession | Interruption> {
  const { target, resolved, passage, files, secrets, signal } = attempt;
  using resources = new DisposableStack();
  if (passage) resources.use(passage);
  const place = describeTarget(target);
  const address = keyAddress(resolved);
  const [known, ring] = await Promise.all([
    readKnownHosts([files.knownHosts, ...resolved.otherKnownHosts]),
    KeyRing.gather(resolved, secrets.passphrase),
  ]);
  signal?.throwIfAborted();

  const client = new ssh2.Client();
  const result = Promise.withResolvers<SshSession | Interruption>();
  const startedAt = performance.now();
  const waitMs = attempt.timeoutMs ?? connectTimeoutSeconds * 1000;
  const startTimer = (): NodeJS.Timeout =>
    setTimeout(
      () => result.reject(sshError(sshProblems.timedOut(place, `No answer within ${waitMs / 1000} s`))),
      waitMs,
    );
  let timer = startTimer();
  /** While a person decides about the host key: what the attempt comes to when the connection ends meanwhile. */
  let settling: Promise<Interruption> | null = null;
  const onAbort = (): void => result.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });

  let methods: readonly string[] = [];
  let shown: HostKey = Buffer.alloc(0);
  /** True where the connection ended while a person thought: the answer then begins another attempt. */
  const isSettling = (): boolean => {
    if (settling === null) return false;
    result.resolve(settling);
    return true;
  };
  client.on('error', (error: Error & { level?: string; code?: string }) => {
    if (error.level === 'agent' || isSettling()) return; // a key that cannot sign: ssh2 goes on with the next one
    if (error.level === 'client-authentication') {
      const denied = sshError(sshProblems.denied(place, deniedEvidence(resolved, methods, ring.size)), error);
      const takesPassword = methods.some((method) => method === 'password' || method === 'keyboard-interactive');
      if (ring.lockedKey) result.resolve({ state: 'locked-key', path: ring.lockedKey.path, error: denied });
      else if (takesPassword && resolved.mayUsePassword) result.resolve({ state: 'password-wanted', error: denied });
      else result.reject(denied);
      return;
    }
    const explained = explainSshText(passage?.words() ?? '', place) ?? explainSshError(error, place);
    const failure = sshError(explained, error);
    const isStale = error.code === 'EHOSTUNREACH' && performance.now() - startedAt < neighbourSearchMs;
    if (isStale && passage === null) result.resolve({ state: 'stale-answer', error: failure });
    else result.reject(failure);
  });
  const lost = (): void => {
    if (isSettling()) return;
    const words = passage?.words() ?? '';
    const explained = explainSshText(words, place);
    result.reject(sshError(explained ?? sshProblems.lost(place, words || 'The other side closed the connection')));
  };
  client.on('close', lost);
  // A program in between that ended before the client listened to its stream has nobody else to tell of it.
  if (passage?.stream.destroyed) lost();
  else passage?.stream.once('close', lost);
  client.on('ready', () => result.resolve(new SshSession(client, target, resolved, shown, resources.move())));
  try {
    client.connect({
      ...(passage ? { sock: passage.stream } : { host: resolved.hostName, port: resolved.port }),
      username: resolved.user,
      readyTimeout: 0,
      keepaliveInterval: aliveIntervalSeconds * 1000,
      keepaliveCountMax: aliveCountMax,
      algorithms: { serverHostKey: preferredAlgorithms(attempt.expectedKeys ?? keysOf(known, address)) },
      hostVerifier: (key: Buffer, verify: (isRight: boolean) => void): void => {
        shown = Buffer.from(key);
        const expected = attempt.expectedKeys?.map((one): KnownHost => expectedLine(address, one));
        const verdict = judgeHostKey(expected ?? known, address, key);
        if (verdict.state === 'known') return verify(true);
        if (verdict.state === 'unknown') {
          // A person may take longer than the time for a connection.
          clearTimeout(timer);
          settling = attempt.settleHostKey(address, Buffer.from(key)).then(() => ({ state: 'try-again' }));
          settling.then(
            () => {
              settling = null;
              timer = startTimer();
              verify(true);
            },
            (error: unknown) => {
              settling = null;
              result.reject(error);
              verify(false);
            },
          );
          return;
        }
        const name = knownHostName(address);
        const problem =
          verdict.state === 'revoked'
            ? sshProblems.keyRevoked(place, describeKey(key))
            : sshProblems.keyChanged(place, describeKey(key), verdict.known.map(describeKey), name, files.knownHosts);
        result.reject(sshError(problem));
        verify(false);
      },
      authHandler: authenticator(resolved.user, ring, secrets, (left) => (methods = left)),
    });
    const outcome = await result.promise;
    if (!(outcome instanceof SshSession)) client.destroy();
    return outcome;
  } catch (error) {
    client.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The name under which a host's key is looked up and pinned (ssh_config(5), HostKeyAlias). */
function keyAddress(resolved: ResolvedTarget): HostKeyAddress {
  return resolved.hostKeyAlias === null
    ? { host: resolved.hostName, port: resolved.port }
    : { host: resolved.hostKeyAlias, port: null };
}

/** An expected key as if it stood in known_hosts. */
function expectedLine(address: HostKeyAddress, key: HostKey): KnownHost {
  return { marker: null, names: [knownHostName(address)], keyType: hostKeyType(key), key };
}

function describeKey(key: HostKey): string {
  return `${hostKeyType(key)} ${fingerprint(key)}`;
}

const signatureAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const satisfies readonly ServerHostKeyAlgorithm[];

/** What the server is asked to prove itself with: first the types of key that we know of it, as OpenSSH does. */
function preferredAlgorithms(known: readonly HostKey[]): ServerHostKeyAlgorithm[] {
  const types = new Set(known.flatMap((key) => hostKeyAlgorithms(hostKeyType(key))));
  const isKnown = (algorithm: string): boolean => types.has(algorithm);
  return [...signatureAlgorithms.filter(isKnown), ...signatureAlgorithms.filter((name) => !isKnown(name))];
}

/** Offers keys first, then the password. The server's answer to `none` tells which ways it takes. */
function authenticator(
  username: string,
  ring: KeyRing,
  secrets: Secrets,
  onMethods: (methods: readonly string[]) => void,
): AuthHandlerMiddleware {
  const tried = new Set<string>();
  const isNew = (method: string): boolean => !tried.has(method) && Boolean(tried.add(method));
  return (left, _isPartial, next) => {
    // ssh2 gives null before the server has said anything, against its types.
    const methods: readonly string[] = left ?? [];
    if (isNew('none')) return next({ type: 'none', username });
    onMethods(methods);
    const { password } = secrets;
    if (methods.includes('publickey') && ring.size > 0 && isNew('publickey')) {
      return next({ type: 'agent', username, agent: ring });
    }
    if (password !== undefined && methods.includes('password') && isNew('password')) {
      return next({ type: 'password', username, password });
    }
    if (password !== undefined && methods.includes('keyboard-interactive') && isNew('keyboard-interactive')) {
      return next({
        type: 'keyboard-interactive',
        username,
        prompt: (_name, _instructions, _language, prompts, finish) => finish(prompts.map(() => password)),
      });
    }
    // False ends the attempt; the types know of it only as a thrown error.
    Reflect.apply(next, undefined, [false]);
  };
}

function deniedEvidence(resolved: ResolvedTarget, methods: readonly string[], keys: number): string {
  const tried = keys === 1 ? '1 key was tried' : `${keys} keys were tried`;
  return `${resolved.user}@${resolved.hostName}: Permission denied (${methods.join(',')}); ${tried}`;
}
