import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../../../shared/contract/host.ts';
import { ProblemError } from '../errors.ts';
import { neighbours } from '../machines/neighbours.ts';
import { connect, type ConnectOptions } from '../ssh/client.ts';
import type { HostKey } from '../ssh/host-key.ts';
import type { SshSession } from '../ssh/session.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';

/** A machine that is waited for: it is known by its host key, wherever it answers. */
export interface Wanted {
  /** Where it may answer, the likeliest first. */
  readonly targets: readonly Target[];
  /** Addresses of its network cards: a neighbour with one of them is looked at too. */
  readonly macs: readonly string[];
  readonly expectedKeys: readonly HostKey[];
  readonly sshOptions: readonly string[];
  readonly connect: Omit<ConnectOptions, 'expectedKeys' | 'signal' | 'timeoutMs'>;
}

export interface Found {
  readonly session: SshSession;
  readonly target: Target;
}

/** Why nobody was found yet, by address, as it was the last time. */
export type Refusals = ReadonlyMap<string, ProblemError>;

interface WaitOptions {
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Told after each round without success. Throwing ends the wait. */
  readonly onRound?: (refusals: Refusals, secondsLeft: number) => void;
  /** Whether who answers with the right key is in the state that is waited for; absent: any is. */
  readonly accepts?: (session: SshSession) => Promise<boolean>;
}

const attemptMs = 5000;
const pauseMs = 1000;
/** While nothing listens there, asking costs no server anything. */
const refusedPauseMs = 250;

/** Waits until the machine answers with its key. Null: it did not within the limit. @throws what `onRound` throws */
export async function waitForMachine(wanted: Wanted, options: WaitOptions): Promise<Found | null> {
  const until = Date.now() + options.limitMs;
  const refusals = new Map<string, ProblemError>();
  while (Date.now() < until) {
    options.signal.throwIfAborted();
    for (const target of await candidates(wanted)) {
      const found = await tryOnce(target, wanted, refusals, options);
      if (found) return found;
    }
    options.onRound?.(refusals, Math.max(0, Math.round((until - Date.now()) / 1000)));
    const isDown = refusals.size > 0 && [...refusals.values()].every(({ problem }) => problem.code === 'ssh-refused');
    await wait(isDown ? refusedPauseMs : pauseMs, undefined, { signal: options.signal });
  }
  return null;
}

/** The known addresses, then those of neighbours with its network card. */
async function candidates({ targets, macs }: Wanted): Promise<Target[]> {
  const [first] = targets;
  if (first === undefined) return [];
  const known = new Set(targets.map(({ host }) => host));
  const moved = (await neighbours())
    .filter(({ mac, address }) => macs.includes(mac) && !known.has(address) && !address.startsWith('fe80:'))
    .map(({ address }): Target => ({ ...first, host: address }));
  return [...targets, ...moved];
}

async function tryOnce(
  target: Target,
  wanted: Wanted,
  refusals: Map<string, ProblemError>,
  { signal, accepts }: Pick<WaitOptions, 'signal' | 'accepts'>,
): Promise<Found | null> {
  const place = sshTarget(target, [...wanted.sshOptions]);
  try {
    const { expectedKeys } = wanted;
    const session = await connect(place, { ...wanted.connect, expectedKeys, signal, timeoutMs: attemptMs });
    refusals.delete(describeTarget(place));
    if (accepts === undefined) return { session, target };
    using unless = new DisposableStack();
    unless.use(session);
    if (!(await accepts(session))) return null;
    unless.move();
    return { session, target };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    refusals.set(describeTarget(place), error);
    return null;
  }
}
