import { setTimeout as wait } from 'node:timers/promises';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import { connectTimeoutSeconds } from '../ssh/config.ts';
import type { HostLink, HostSession } from './host-session.ts';
import type { ActivationStatus } from './activation-script.ts';
import type { HealthResult } from '../../../shared/contract/health.ts';
import type { HostHealth } from './health/host-health.ts';
import { areHealthy } from './health/run-checks.ts';
import type { HostSteps } from './host-steps.ts';
import { readMachineFacts } from './machine-facts.ts';
import { deployError, deployProblems, type RevertCause } from './problems.ts';
import { isConnectionProblem } from './target-link.ts';
import type { Watchdog } from './watchdog.ts';
import type { WatchdogAnswer } from './watchdog-script.ts';

/**
 * What confirming came to, with what the host says of itself over a connection that was made since the switch. `gone`: the
 * machine was restarted meanwhile, so that nothing guards it any more.
 */
export type Confirmed =
  | {
      readonly end: 'kept' | 'unguarded' | 'gone';
      readonly facts: MachineFacts;
      readonly unhealthy: readonly HealthResult[];
    }
  | {
      readonly end: 'reverted';
      readonly facts: MachineFacts;
      readonly cause: RevertCause;
      readonly answer: WatchdogAnswer;
      readonly unhealthy: readonly HealthResult[];
    };

interface ConfirmationWork {
  readonly host: HostName;
  readonly link: HostLink;
  readonly steps: HostSteps;
  readonly watchdog: Watchdog;
  readonly health: HostHealth;
  readonly status: ActivationStatus;
  /** What may run there: the system that was evaluated, and the one before. null: nothing else can have been activated. */
  readonly known: readonly (string | null)[] | null;
  readonly signal: AbortSignal;
}

/** The first attempt to connect: a machine whose network comes up again answers soon after. */
const firstAttemptMs = 4000;
/** Each further one has more time, up to that of every connection: a busy machine answers, but slowly. */
const moreForEachAttemptMs = 2000;
const pauseBetweenTriesMs = 1000;
/** How long a host may be out of reach: right after its activation, or after its watchdog went back. */
const outOfReachLimitMs = 60_000;
/** Before the watchdog's time is over there must be a moment left to tell it what the checks came to. */
const reservedMs = 2000;
/** Going back is an activation of its own. */
const revertLimitMs = 300_000;

/**
 * The stage `confirm`: only a new connection proves that the host still lets us in. Over it, and after the health checks,
 * the watchdog is disarmed, or is sent back where the activation or a check failed. Where there is no way in any more it goes back by itself, and this waits to
 * hear so.
 * @throws ProblemError `deploy-out-of-reach`; the signal's reason, and the watchdog then goes back by itself
 */
export async function confirm(work: ConfirmationWork): Promise<Confirmed> {
  const confirmation = new Confirmation(work);
  for (;;) {
    try {
      const confirmed = await confirmation.attempt();
      if (confirmed) return confirmed;
    } catch (error) {
      if (!isConnectionProblem(error)) throw error;
      confirmation.notReached(error.problem.evidence);
    }
    await wait(pauseBetweenTriesMs, undefined, { signal: work.signal });
  }
}

class Confirmation {
  readonly #work: ConfirmationWork;
  #giveUpAt: number;
  #attemptMs = firstAttemptMs;
  #wasReachedInTime = false;
  #unhealthy: readonly HealthResult[] = [];
  /** What the watchdog answered once it had a verdict: after that nothing is checked any more. */
  #verdict: WatchdogAnswer | null = null;
  /** A system that runs there, and that nobody has looked at; null: none does. */
  #other: string | null = null;

  constructor(work: ConfirmationWork) {
    this.#work = work;
    this.#giveUpAt = Math.max(Date.now(), work.watchdog.deadlineAt ?? 0) + outOfReachLimitMs;
  }

  /** One connection; null where nothing is decided yet. What the host says of itself is read last: somebody else may work there. */
  async attempt(): Promise<Confirmed | null> {
    const { link, watchdog, signal } = this.#work;
    const session = await link.reopen(signal, this.#attemptMs);
    this.#wasReachedInTime ||= Date.now() < (watchdog.deadlineAt ?? Infinity);
    if (!watchdog.wasArmed) {
      if (whyNotKept(this.#work.status) === null) await this.#checkHealth(session);
      return { end: 'unguarded', facts: await readMachineFacts(session, signal), unhealthy: this.#unhealthy };
    }
    const answer = this.#verdict ?? (await this.#judge(session));
    if (answer.state === 'armed') return null;
    this.#verdict = answer;
    switch (answer.state) {
      case 'kept':
      case 'gone':
        return { end: answer.state, facts: await readMachineFacts(session, signal), unhealthy: [] };
      case 'reverting':
      case 'reverted':
        return this.#cameBack(session, answer);
    }
  }

  /** @throws ProblemError `deploy-out-of-reach` where it has been so for too long */
  notReached(evidence: string): void {
    const { host, steps, watchdog } = this.#work;
    this.#attemptMs = Math.min(this.#attemptMs + moreForEachAttemptMs, connectTimeoutSeconds * 1000);
    const isKept = this.#verdict?.state === 'kept';
    if (Date.now() > this.#giveUpAt) {
      throw deployError(deployProblems.outOfReach(host, evidence, isKept ? null : watchdog.deadlineAt));
    }
    const isLate = !isKept && Date.now() > (watchdog.deadlineAt ?? Infinity);
    steps.progress('confirm', {
      note: isLate ? 'its time is over; waiting for it to come back' : 'waiting for the host to answer again',
    });
  }

  /** Keeps what came through well and sends back what did not. */
  async #judge(session: HostSession): Promise<WatchdogAnswer> {
    const { watchdog, status, signal } = this.#work;
    if (watchdog.byHand !== null) {
      return watchdog.byHand === 'keep'
        ? watchdog.keep(session, signal)
        : watchdog.revert(session, 'a person decided so', signal);
    }
    const reason = whyNotKept(status) ?? (await this.#whyOther(session)) ?? (await this.#checkHealth(session));
    if (watchdog.byHand !== null) return this.#judge(session);
    if (reason === null) return watchdog.keep(session, signal);
    // An activation without a result may be the watchdog's own doing.
    const answer = await watchdog.look(session, signal);
    return answer.state === 'armed' ? watchdog.revert(session, reason, signal, this.#other) : answer;
  }

  /** Why what a program activated is not worth a check: it is not what was evaluated. Null where it is. */
  async #whyOther(session: HostSession): Promise<string | null> {
    const { known, signal } = this.#work;
    if (known === null) return null;
    const { currentSystem } = await readMachineFacts(session, signal);
    if (currentSystem === null || known.includes(currentSystem)) return null;
    this.#other = currentSystem;
    return `it runs ${currentSystem}, which is not what was evaluated`;
  }

  /** Why the checks send the host back; null where they do not. @throws where the way to the host was lost meanwhile */
  async #checkHealth(session: HostSession): Promise<string | null> {
    const { health, steps, watchdog, signal } = this.#work;
    if (health.count === 0) return null;
    const results = await health.run(session, {
      signal: AbortSignal.any([signal, watchdog.decided]),
      until: (watchdog.deadlineAt ?? Infinity) - reservedMs,
      onProgress: (note) => steps.progress('confirm', { note }),
    });
    signal.throwIfAborted();
    if (areHealthy(results)) {
      this.#unhealthy = [];
      return null;
    }
    // What failed may have failed for want of a connection: the next one shows.
    if (!session.isOpen) await session.exec(['true'], { signal });
    this.#unhealthy = results.filter((result) => !areHealthy([result]));
    return `${this.#unhealthy.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`;
  }

  async #cameBack(session: HostSession, first: WatchdogAnswer): Promise<Confirmed> {
    const { host, watchdog, steps, signal } = this.#work;
    steps.progress('confirm', { note: `going back: ${watchdog.reason}` });
    this.#giveUpAt = Math.max(this.#giveUpAt, Date.now() + outOfReachLimitMs);
    const endAt = Date.now() + revertLimitMs;
    let answer = first;
    while (answer.state === 'reverting') {
      answer = await watchdog.untilReverted(session, signal);
      if (answer.state === 'reverting' && Date.now() > endAt) {
        throw deployError(deployProblems.revertDoesNotEnd(host, answer.log));
      }
    }
    const facts = await readMachineFacts(session, signal);
    return { end: 'reverted', facts, answer, cause: this.#cause(), unhealthy: this.#unhealthy };
  }

  #cause(): RevertCause {
    const { watchdog, status } = this.#work;
    if (watchdog.byHand === 'revert') return 'by-hand';
    if (status.state === 'lost' && !watchdog.wasSentBack) return 'unreachable';
    if (whyNotKept(status) !== null) return wasEnded(status) && !watchdog.wasSentBack ? 'stuck' : 'activation';
    if (this.#other !== null) return 'other-system';
    if (!this.#wasReachedInTime) return 'unreachable';
    return this.#unhealthy.length > 0 ? 'health' : 'late';
  }
}

/** True for an activation without a result: it was ended, by the watchdog or somebody else. */
function wasEnded({ state }: ActivationStatus): boolean {
  return state === 'died' || state === 'running' || state === 'gone';
}

/** Why the new system is not worth keeping; null where it is. Exit 4 is “switched, and units failed”. */
function whyNotKept(status: ActivationStatus): string | null {
  if (wasEnded(status)) return 'the activation ended without a result';
  if (status.state === 'reverted') return 'the engine went back';
  if (status.state === 'lost') return 'the engine lost its connection while it activated';
  // Nothing was changed where the profile could not be set.
  if (status.state === 'profile' || status.exitCode === 0 || status.exitCode === 4) return null;
  return `switch-to-configuration failed (exit ${status.exitCode})`;
}
