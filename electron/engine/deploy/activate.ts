import type { HostLink } from './host-session.ts';
import { setTimeout as wait } from 'node:timers/promises';
import type { Activation } from './activation.ts';
import {
  followArgv,
  glanceArgv,
  readBusy,
  readActivationStatus,
  startArgv,
  wasStarted,
  type ActivationStatus,
} from './activation-script.ts';
import { deployError, deployProblems } from './problems.ts';
import { isConnectionProblem } from './target-link.ts';

/** For so long a host that is activating may be out of reach, for example while its network is set up anew. */
const outOfReachLimitMs = 120_000;
/** A host that went back is through with it, and answers again, after as long. */
const afterDeadlineMs = 60_000;
const pauseBetweenTriesMs = 1000;
const mostRounds = 300;

export interface ActivateOptions {
  readonly hostName: string;
  readonly privilege: readonly string[];
  readonly signal: AbortSignal;
  /** When the host's watchdog goes back, ms since the epoch; null without one. Until then it is waited for. */
  readonly goesBackAt: () => number | null;
  /** The target has taken it on, and its watchdog is armed if it has one. */
  readonly onStarted: () => void;
  /** What the activation prints, each character once, also over several connections. */
  readonly onOutput: (text: string) => void;
  /** What sudo and the like say. */
  readonly onRemark: (text: string) => void;
  readonly onConnectionLost: () => void;
}

/**
 * Activates a system on its host and waits for the end. It goes on there whatever becomes of the connection: a lost one
 * is made again, and the output and status are read from where the host keeps them.
 * @throws ProblemError `deploy-not-started`, `deploy-out-of-reach`, and others of SSH before the start; the signal's
 *   reason, while the activation goes on
 */
export async function activate(
  link: HostLink,
  activation: Activation,
  options: ActivateOptions,
): Promise<ActivationStatus> {
  const { signal, privilege, hostName, goesBackAt } = options;
  let isStarted = false;
  let seen = 0;
  let outOfReachSince: number | null = null;
  for (let round = 0; round < mostRounds; round += 1) {
    let remarks = '';
    let passed = 0;
    const take = (text: string, stream: 'stdout' | 'stderr'): void => {
      if (stream === 'stderr') {
        remarks += text;
        if (!isStarted && wasStarted(remarks, activation.nonce)) {
          isStarted = true;
          options.onStarted();
        }
        return;
      }
      // A later round prints the output from its beginning again.
      const fresh = text.slice(Math.min(text.length, Math.max(0, seen - passed)));
      passed += text.length;
      seen = Math.max(seen, passed);
      if (fresh !== '') options.onOutput(fresh);
    };
    try {
      const session = await link.open(signal);
      outOfReachSince = null;
      const argv = isStarted ? followArgv(activation, privilege) : startArgv(activation, privilege);
      const { exitCode, stdout } = await session.exec(argv, { signal, onOutput: take });
      tellRemarks(remarks, activation, options);
      const status = readActivationStatus(remarks, activation.nonce);
      if (status) return status;
      const other = readBusy(remarks, activation.nonce);
      if (other !== null) throw deployError(deployProblems.busy(hostName, other));
      if (!isStarted) throw deployError(deployProblems.notStarted(hostName, evidenceOf(remarks, stdout, exitCode)));
      // Our follower was ended before it could tell, for example with the scope of its login: ask again.
    } catch (error) {
      if (!isConnectionProblem(error)) throw error;
      if (outOfReachSince === null) options.onConnectionLost();
      outOfReachSince ??= Date.now();
      const now = Date.now();
      if (now - outOfReachSince > outOfReachLimitMs && now > (goesBackAt() ?? 0) + afterDeadlineMs) {
        throw deployError(deployProblems.outOfReach(hostName, error.problem.evidence, goesBackAt()), error);
      }
    }
    await wait(pauseBetweenTriesMs, undefined, { signal });
  }
  throw deployError(deployProblems.outOfReach(hostName, `The connection was lost ${mostRounds} times`, goesBackAt()));
}

/** Asks how far an activation is that nobody follows any more. */
export async function glanceAt(
  link: HostLink,
  activation: Activation,
  privilege: readonly string[],
  signal: AbortSignal,
): Promise<ActivationStatus | null> {
  const session = await link.open(signal);
  const { stdout } = await session.exec(glanceArgv(activation, privilege), { signal });
  return readActivationStatus(stdout, activation.nonce);
}

function tellRemarks(remarks: string, activation: Activation, options: ActivateOptions): void {
  const others = remarks.split('\n').filter((line) => !line.startsWith(activation.nonce) && line.trim() !== '');
  if (others.length > 0) options.onRemark(`${others.join('\n')}\n`);
}

function evidenceOf(remarks: string, stdout: string, exitCode: number | null): string {
  return remarks.trim() || stdout.trim() || `The command ended with exit status ${exitCode ?? 'unknown'}`;
}
