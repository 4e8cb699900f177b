import type { Goal } from '../../../shared/contract/deploy.ts';
import type { HealthResult } from '../../../shared/contract/health.ts';
import type { HostOutcome, JobState, Stage } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import type { ActivationStatus } from './activation-script.ts';
import { explainActivation } from './activation-rules.ts';
import { checkLines } from './health/run-checks.ts';
import { deployProblems, type RevertCause } from './problems.ts';
import { describeUnits, type SwitchProgress } from './switch-output.ts';
import type { RebootEnd } from './reboot/host-reboot.ts';
import type { WatchdogAnswer } from './watchdog-script.ts';

/** Everything that is known when a host was activated and asked again over a new connection. */
export interface Evidence {
  readonly host: string;
  readonly goal: Goal;
  /** The system that was to be activated. */
  readonly system: string;
  /** What the system profile should be set to, where that is more than the system. */
  readonly profile?: string | undefined;
  readonly before: MachineFacts;
  readonly after: MachineFacts;
  readonly status: ActivationStatus;
  readonly progress: SwitchProgress;
  /** The last lines of the activation. */
  readonly lastLines: string;
  /** Health checks that fail now and did not before. */
  readonly unhealthy: readonly HealthResult[];
  /** True where it was restarted since. */
  readonly isRestarted?: boolean;
}

/** What became of a host: the outcome, a short result for the cell, and the problem to show on top. */
export interface Verdict {
  readonly outcome: HostOutcome;
  readonly note: string;
}

/**
 * Judges a host by what it says of itself. The exit status tells why, never whether: 4 is "switched, and units failed",
 * and after 2 the new system may run or not.
 */
export function judgeActivation(evidence: Evidence): Verdict {
  const { host, status, goal, before, after, progress, lastLines, unhealthy } = evidence;
  const reason = explainActivation(host, lastLines);
  const state = describeState(evidence, reason?.isOfBootLoader);
  const failWith = (error: Problem, note: string): Verdict => ({ outcome: outcome('failed', after, error), note });

  if (status.state === 'profile') return failWith(deployProblems.profileNotSet(host, lastLines), 'profile not set');
  if (status.state !== 'switch') {
    return failWith(deployProblems.activationDied(host, lastLines, state), 'ended without a result');
  }
  const isUnitFailure = status.exitCode === 4;
  if (status.exitCode !== 0 && !isUnitFailure) {
    const error = deployProblems.activationFailed(host, status.exitCode, lastLines, state, reason?.problem);
    return failWith(error, `exit ${status.exitCode}`);
  }
  if (!isAsWanted(evidence)) return failWith(deployProblems.notSwitched(host, state), 'not switched');

  const failed = failedSince(before, [...progress.failed, ...after.failedUnits]);
  if (goal !== 'boot' && failed.length > 0) {
    const error = deployProblems.unitsFailed(host, failed, lastLines);
    return { outcome: withFailedUnits(after, failed, error), note: `${failed.join(', ')} failed` };
  }
  if (isUnitFailure && !isExplained(progress)) {
    const error = deployProblems.somethingFailed(host, progress.otherFailures, lastLines);
    return { outcome: outcome('switched-with-failures', after, error), note: error.title };
  }
  if (unhealthy.length > 0) {
    const names = unhealthy.map(({ name }) => name);
    const error = deployProblems.unhealthy(host, names, checkLines(unhealthy));
    return { outcome: outcome('switched-with-failures', after, error), note: `${names.join(', ')} failed` };
  }
  if (status.remark) {
    return { outcome: outcome('switched-with-failures', after, status.remark), note: status.remark.title };
  }
  return { outcome: outcome('succeeded', after), note: doneNote(evidence) };
}

/** What failed and had not before: what was broken already does not count. */
export function failedSince({ failedUnits }: Pick<MachineFacts, 'failedUnits'>, failed: readonly string[]): string[] {
  return [...new Set(failed)].filter((unit) => !failedUnits.includes(unit));
}

/** True where units that it named are all that is behind an exit status of 4. */
function isExplained({ failed, otherFailures }: SwitchProgress): boolean {
  return failed.length > 0 && otherFailures.length === 0;
}

/** True where an activation ended without a failure that is new. */
export function isGoodEnd(
  status: ActivationStatus,
  { before, progress }: Pick<Evidence, 'before' | 'progress'>,
): boolean {
  if (status.state !== 'switch') return false;
  if (status.exitCode !== 4) return status.exitCode === 0;
  return isExplained(progress) && failedSince(before, progress.failed).length === 0;
}

/**
 * How an activation really ended. Where units failed too, which may have done so for long, switch-to-configuration ends
 * with 4 and no longer tells of an activation script that failed.
 */
export function endOf(status: ActivationStatus, { hasActivationFailed }: SwitchProgress): ActivationStatus {
  const isHidden = status.state === 'switch' && status.exitCode === 4 && hasActivationFailed;
  return isHidden ? { ...status, exitCode: 2 } : status;
}

/** Judges a host that was to be restarted and does not run as it should since. */
export function judgeReboot(
  { host, after }: Pick<Evidence, 'host' | 'after'>,
  rebooted: Extract<RebootEnd, { end: 'held' | 'failed' | 'reverted' }>,
): Verdict {
  const note = rebooted.end === 'held' ? 'not restarted' : rebooted.problem.title;
  return { outcome: outcomeOfReboot(host, after, rebooted), note };
}

/** What a host came to that had its system already and was restarted, or should have been. */
export function outcomeOfReboot(
  host: string,
  before: MachineFacts,
  rebooted: Exclude<RebootEnd, { end: 'not-needed' }>,
): HostOutcome {
  switch (rebooted.end) {
    case 'held':
      return outcome('switched-with-failures', before, rebooted.problem);
    case 'reverted':
      return outcome('reverted', rebooted.facts, rebooted.problem);
    case 'failed':
      return outcome(
        'failed',
        rebooted.facts ?? { ...before, generation: null, currentSystem: null },
        rebooted.problem,
      );
    case 'back': {
      const { facts, unhealthy } = rebooted;
      const failed = failedSince(before, facts.failedUnits);
      if (failed.length > 0) return withFailedUnits(facts, failed, deployProblems.unitsFailed(host, failed, ''));
      if (unhealthy.length === 0) return outcome('succeeded', facts);
      const names = unhealthy.map(({ name }) => name);
      return outcome('switched-with-failures', facts, deployProblems.unhealthy(host, names, checkLines(unhealthy)));
    }
  }
}

/** How a host went back. */
interface Reverted {
  readonly cause: RevertCause;
  readonly answer: WatchdogAnswer;
  /** Of its watchdog. */
  readonly seconds: number;
}

/** Judges a host that went back: it is where it was only if it says so itself. */
export function judgeReverted(evidence: Evidence, { cause, answer, seconds }: Reverted): Verdict {
  const { host, before, after, lastLines, unhealthy } = evidence;
  const reason = cause === 'activation' || cause === 'engine' ? explainActivation(host, lastLines)?.problem : undefined;
  const state = describeState(evidence);
  const proof = [cause === 'health' ? checkLines(unhealthy) : lastLines, answer.log]
    .filter((text) => text !== '')
    .join('\n');
  if (after.currentSystem !== before.currentSystem || after.profileSystem !== before.profileSystem) {
    return { outcome: outcome('failed', after, deployProblems.notBack(host, proof, state)), note: 'not back' };
  }
  const error = reason
    ? deployProblems.wentBackFor(reason, state)
    : deployProblems.wentBack(host, cause, seconds, proof, state);
  return { outcome: outcome('reverted', after, error), note: 'as before' };
}

function outcome(state: HostOutcome['state'], after: MachineFacts, error?: Problem): HostOutcome {
  const { generation, currentSystem: system, profileSystem } = after;
  const boots = profileSystem === null || profileSystem === system ? {} : { boots: profileSystem };
  return { state, generation, system, ...boots, ...(error ? { error } : {}) };
}

function withFailedUnits(after: MachineFacts, failedUnits: string[], error: Problem): HostOutcome {
  return { ...outcome('switched-with-failures', after, error), failedUnits };
}

/**
 * What a host came to that has its system from a deploy that this one tries again.
 * @param failed units that failed in that deploy, and are failed still
 */
export function outcomeOfStillFailed(host: string, facts: MachineFacts, failed: string[]): HostOutcome {
  return withFailedUnits(facts, failed, deployProblems.unitsStillFailed(host, failed));
}

/** True where a host boots the system: it is found in its profile, or the profile is what was made of it in another way. */
function boots({ profileSystem }: MachineFacts, system: string, profile = system): boolean {
  return profileSystem === system || profileSystem === profile;
}

/** True where the host runs and boots what the goal asked for. */
function isAsWanted({ goal, system, profile, after }: Evidence): boolean {
  if (goal === 'switch') return after.currentSystem === system && boots(after, system, profile);
  if (goal === 'boot') return boots(after, system, profile);
  return goal === 'test' ? after.currentSystem === system : true;
}

function doneNote({ goal, after, progress, isRestarted = false }: Evidence): string {
  const generation = after.generation === null ? '' : `generation ${after.generation}`;
  const stillFailing = progress.failed.length > 0 ? [`${progress.failed.join(', ')} failed as before`] : [];
  const units = [describeUnits(progress), ...stillFailing].filter((part) => part !== '').join(', ');
  const parts =
    goal === 'test'
      ? [units, 'until the next boot']
      : [generation, isRestarted ? 'restarted' : goal === 'boot' ? 'at the next boot' : units];
  const reboot = goal === 'switch' && after.needsReboot ? ['reboot to use its kernel'] : [];
  return [...parts, ...reboot].filter((part) => part !== '').join(', ');
}

/**
 * One sentence about what a host runs now and what it would boot, compared with the system of this deploy.
 * @param isBootLoaderLeft its boot loader was not set: then the profile alone says what it would boot
 */
export function describeState(
  { host, system, profile, before, after }: Pick<Evidence, 'host' | 'system' | 'profile' | 'before' | 'after'>,
  isBootLoaderLeft = false,
): string {
  const generation = after.generation === null ? '' : ` (generation ${after.generation})`;
  const runs = whichOf(after.currentSystem, system, before.currentSystem);
  const booted = boots(after, system, profile) ? 'new' : whichOf(after.profileSystem, system, before.profileSystem);
  if (booted === 'new' && isBootLoaderLeft) {
    return `${host} runs ${running[runs]}; the new one is its profile${generation}, and its boot loader still starts another.`;
  }
  const isOne = runs === booted && (runs !== 'another' || after.currentSystem === after.profileSystem);
  return `${host} runs ${running[runs]} and boots ${isOne ? 'it' : booting[booted]}${generation}.`;
}

const running = {
  new: 'the new system',
  before: 'the system from before',
  another: 'another system, which is neither the new one nor the one from before,',
} as const;
const booting = { new: 'the new one', before: 'the old one', another: 'another one' } as const;

function whichOf(now: string | null, wanted: string, before: string | null): keyof typeof running {
  if (now === wanted) return 'new';
  return now === before ? 'before' : 'another';
}

/**
 * True where a host may run or boot something else than it told before: it activated since, or was about to restart. What it
 * is in then is not known until it is asked again.
 */
export function mayBeChanged(hasActivated: boolean, stage: Stage): boolean {
  return hasActivated || stage === 'reboot';
}

/**
 * Where a host already is what the goal would make of it: why nothing is to be done; else null.
 * @param wrapped what the profile is to be where the engine makes more of the system: it goes back to nothing else
 */
export function whyNothingToDo(goal: Goal, system: string, facts: MachineFacts, wrapped?: string): string | null {
  const runsIt = facts.currentSystem === system;
  const { profileSystem, profilePath = profileSystem } = facts;
  const bootsIt = wrapped === undefined ? profileSystem === system : profilePath === wrapped;
  const generation = facts.generation === null ? '' : ` (generation ${facts.generation})`;
  // What is tried at the next boot alone has to be made what boots.
  if (facts.pendingBoot !== undefined && goal === 'switch') return null;
  switch (goal) {
    case 'switch':
      return runsIt && bootsIt ? `runs this system already${generation}` : null;
    case 'boot':
      if (!bootsIt) return null;
      return facts.pendingBoot === 'waiting'
        ? `tries this system at its next boot already${generation}`
        : `boots this system already${generation}`;
    case 'test':
    case 'dry-activate':
      return runsIt ? 'runs this system already' : null;
    case 'push':
      return runsIt || bootsIt ? 'has this system already' : null;
    case 'build':
    case 'keys':
    case 'confirm-boot':
      return null;
  }
}

/** The state of a job from those of its hosts. */
export function jobStateOf(
  outcomes: readonly HostOutcome[],
  isCancelled: boolean,
): Extract<JobState, 'succeeded' | 'failed' | 'partial' | 'cancelled'> {
  const isGood = (state: HostOutcome['state']): boolean => state === 'succeeded' || state === 'unchanged';
  if (outcomes.every(({ state }) => isGood(state))) return 'succeeded';
  if (isCancelled) return 'cancelled';
  // What waits for a host to come back is neither done nor failed.
  const isPutOff = ({ error }: HostOutcome): boolean => error?.code === 'deploy-offline-later';
  if (outcomes.every(isPutOff)) return 'partial';
  const isSome = outcomes.some(({ state }) => isGood(state) || state === 'switched-with-failures');
  return isSome ? 'partial' : 'failed';
}
