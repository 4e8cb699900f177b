import type { HostLink } from './host-session.ts';
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { Goal } from '../../../shared/contract/deploy.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { EngineGuard } from '../../../shared/contract/deploy.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import { ProblemError } from '../errors.ts';
import type { JobContext } from '../jobs/context.ts';
import { jobCrashed } from '../jobs/errors.ts';
import { glanceAt } from './activate.ts';
import type { Activation } from './activation.ts';
import type { ActivationStatus } from './activation-script.ts';
import { systemProfile } from './commands.ts';
import { confirm, type Confirmed } from './confirmation.ts';
import type { GuardedActivation, Passage } from './engines/engine.ts';
import { goals } from './goals.ts';
import type { Broken } from './health/broken.ts';
import type { HostHealth } from './health/host-health.ts';
import type { HostSteps } from './host-steps.ts';
import type { HostKeys } from './keys/host-keys.ts';
import { LateSignal } from './late-signal.ts';
import { clock } from './problems.ts';
import { describeUnits, LineCutter, noSwitchProgress, readSwitchLine, type SwitchProgress } from './switch-output.ts';
import { armBootGuard, dropBootGuard } from './reboot/boot-guard.ts';
import type { HostReboot } from './reboot/host-reboot.ts';
import {
  endOf,
  failedSince,
  isGoodEnd,
  judgeActivation,
  judgeReboot,
  judgeReverted,
  type Evidence,
  type Verdict,
} from './verdict.ts';
import { Watchdog } from './watchdog.ts';

export interface ActivationWork {
  readonly context: JobContext;
  readonly steps: HostSteps;
  readonly host: HostName;
  readonly goal: Goal;
  readonly system: string;
  /** What the system profile will be; most often the system itself. */
  readonly profile: string;
  /** The profile's generation that is gone back to, where the goal sets the profile; null makes a new one. */
  readonly toGeneration: number | null;
  /** Tells several activations of one job on one host apart; empty for the first. */
  readonly round: string;
  /** null: what is activated stays, whatever becomes of the host. */
  readonly watchdogSeconds: number | null;
  readonly guard: EngineGuard;
  readonly passage: Pick<Passage, 'activate' | 'evaluatesItself'>;
  /** What is uploaded once it is activated; null: nothing. */
  readonly keys: Pick<HostKeys, 'after'> | null;
  readonly health: HostHealth;
  /** What was broken on the host before. */
  readonly brokenBefore: () => Promise<Broken>;
  /** False where what only boots is what booted before this job, and was no trial then. */
  readonly guardsNextBoot: boolean;
  /** null: it is not restarted, whatever it would need. */
  readonly reboot: Pick<HostReboot, 'run'> | null;
  readonly before: MachineFacts;
  readonly link: HostLink;
  readonly privilege: readonly string[];
  /** Called when the next stage begins. */
  readonly onStage: (stage: Stage) => void;
}

/** An activation cannot be broken off half way: after a cancellation it has this long to end by itself. */
const afterCancelMs = 8000;
const keptLines = 30;
/** A way to the host that the activation has cut must not take the watchdog's time from the confirmation. */
const keysLimitMs = 20_000;

/** What a guarded boot means, as the log of a deploy has it. */
function guardedBoot(host: string): string {
  return (
    `The next boot of ${host} is guarded: it starts the new system once. A boot that hangs is cured by switching it off ` +
    `and on. Another restart starts the system from before, until Nixstead has seen ${host} up and its checks pass.\n`
  );
}

/** The stages `activate`, `confirm` and `verify` of one host. */
export class HostActivation implements GuardedActivation, Disposable {
  readonly #work: ActivationWork;
  readonly #activation: Activation;
  readonly #watchdog: Watchdog;
  readonly #lastLines: string[] = [];
  #progress: SwitchProgress = noSwitchProgress;
  #isBegun = false;

  constructor(work: ActivationWork) {
    this.#work = work;
    const { goal, host, system, context, link, privilege, before, guard } = work;
    if (goal === 'build' || goal === 'push' || goal === 'keys' || goal === 'confirm-boot')
      throw new TypeError(`The goal ${goal} activates nothing`);
    const { setsProfile, isGuarded } = goals[goal];
    const id = `${basename(context.jobFolder)}-${host}${work.round === '' ? '' : `-${work.round}`}`;
    this.#activation = {
      folder: `/run/nixstead/${id}`,
      unit: `nixstead-activate-${id}`,
      system,
      goal,
      profile: setsProfile ? systemProfile : null,
      toGeneration: setsProfile ? work.toGeneration : null,
      // There must be something to go back to.
      watchdogSeconds: guard === 'watchdog' && isGuarded && before.currentSystem !== null ? work.watchdogSeconds : null,
      nonce: `nixstead-${randomUUID()}`,
    };
    this.#watchdog = new Watchdog({ context, host, link, privilege, activation: this.#activation });
  }

  /** What the target is told of it. */
  get record(): Activation {
    return this.#activation;
  }

  ready(): Promise<void> {
    return this.#work.health.wasLookedAt();
  }

  armed(): void {
    this.#watchdog.armed();
  }

  /** What the activation said of units. */
  get progress(): SwitchProgress {
    return this.#progress;
  }

  /** Activates, lets a new connection decide whether that stays, and takes what the host then says for its state. */
  async run(): Promise<Verdict> {
    using late = new LateSignal(this.#work.context.signal, afterCancelMs);
    const { steps, goal, before } = this.#work;
    const activated = await this.#activate(late.signal);
    if (goal === 'dry-activate') {
      const verdict = judgeActivation(this.#evidence(before, activated, []));
      if (verdict.outcome.error) steps.close('activate', 'failed', verdict.note);
      else steps.done('activate', describeUnits(this.#progress, true) || 'would change no unit');
      return verdict;
    }
    this.#endActivateStep(activated);
    const status = await this.#uploadKeys(activated, late.signal);
    const confirmed = await this.#confirm(status, late.signal);
    const rebooted = await this.#reboot(this.#judge(confirmed, status), confirmed, status);
    const verdict = await this.#guardNextBoot(rebooted, late.signal);
    this.#work.onStage('verify');
    if (verdict.outcome.state === 'failed') steps.fail('verify', verdict.note);
    else steps.done('verify', verdict.note);
    return verdict;
  }

  /** After a cancellation: what goes on there by itself, in words; undefined where there is nothing to say. */
  async describeProgress(signal: AbortSignal): Promise<string | undefined> {
    const { host, link, privilege, guard } = this.#work;
    // What it left on the host ends when it has nobody to tell of itself.
    const unguarded = `The program was ended, and its rollback with it: nothing guards ${host}.`;
    if (guard === 'own') return this.#isBegun ? unguarded : undefined;
    const status = await glanceAt(link, this.#activation, privilege, signal);
    const goesOn =
      status?.state === 'running' ? `The activation goes on there in the unit ${this.#activation.unit}.` : '';
    const { deadlineAt } = this.#watchdog;
    if (deadlineAt === null || this.#watchdog.isDecided) return goesOn || undefined;
    return `${goesOn} Nobody confirms it any more, so ${host} goes back by itself at ${clock(deadlineAt)}.`.trim();
  }

  async #activate(signal: AbortSignal): Promise<ActivationStatus> {
    const { context, host, privilege, steps, passage } = this.#work;
    this.#isBegun = true;
    steps.start('activate', 'starting');
    const cutter = new LineCutter();
    const status = await passage.activate(this.#activation, {
      hostName: host,
      privilege,
      signal,
      goesBackAt: () => this.#watchdog.deadlineAt,
      onStarted: () => this.#watchdog.armed(),
      onOutput: (text) => {
        context.log(host, text);
        for (const line of cutter.push(text)) this.#take(line);
      },
      onRemark: (text) => context.log(host, text),
      onConnectionLost: () => {
        context.log(host, 'The connection was lost. The activation goes on; waiting for the host to answer again.\n');
        steps.progress('activate', { note: 'connection lost, waiting for the host' });
      },
    });
    return endOf(status, this.#progress);
  }

  #take(line: string): void {
    if (line.trim() !== '') this.#lastLines.push(line.trimEnd());
    if (this.#lastLines.length > keptLines) this.#lastLines.shift();
    const before = this.#progress;
    this.#progress = readSwitchLine(before, line);
    if (this.#progress === before) return;
    const { unitsDone, unitsTotal, activity } = this.#progress;
    this.#work.steps.progress('activate', { done: unitsDone, total: unitsTotal, unit: 'units', note: activity });
  }

  #endActivateStep(status: ActivationStatus): void {
    const { steps, before } = this.#work;
    const progress = this.#progress;
    if (isGoodEnd(status, { before, progress })) {
      const { unitsTotal } = progress;
      if (unitsTotal > 0) steps.progress('activate', { done: unitsTotal, total: unitsTotal, unit: 'units' });
      steps.done('activate', describeUnits(progress) || 'no unit changed');
      return;
    }
    const failed = failedSince(before, progress.failed);
    if (failed.length > 0) steps.fail('activate', `${failed.join(', ')} failed`);
    else if (status.state === 'reverted') steps.fail('activate', 'went back');
    else steps.fail('activate', status.state === 'switch' ? `exit ${status.exitCode}` : 'no result');
  }

  /** Before the checks, for what they look at may need its keys. What cannot be uploaded is told with the host's outcome. */
  async #uploadKeys(status: ActivationStatus, signal: AbortSignal): Promise<ActivationStatus> {
    const { keys, steps, context, host } = this.#work;
    if (keys === null || status.state !== 'switch' || (status.exitCode !== 0 && status.exitCode !== 4)) return status;
    try {
      await keys.after(AbortSignal.any([signal, AbortSignal.timeout(keysLimitMs)]));
      return status;
    } catch (error) {
      if (signal.aborted) throw error;
      const problem = error instanceof ProblemError ? error.problem : jobCrashed(error);
      context.log(host, `${problem.title}\n`);
      steps.fail('keys', problem.title);
      return { ...status, remark: problem };
    }
  }

  async #confirm(status: ActivationStatus, signal: AbortSignal): Promise<Confirmed> {
    const { context, host, link, steps, health, system, before, passage } = this.#work;
    this.#work.onStage('confirm');
    const known = passage.evaluatesItself ? [system, before.currentSystem] : null;
    const confirmed = await confirm({ host, link, steps, health, watchdog: this.#watchdog, status, known, signal });
    const isWell = confirmed.unhealthy.length === 0;
    const checks =
      health.count === 0 || !isWell ? '' : `, ${health.count === 1 ? 'a check' : `${health.count} checks`} passed`;
    switch (confirmed.end) {
      case 'kept':
        steps.done('confirm', this.#watchdog.byHand === 'keep' ? 'kept by hand' : `answers${checks}`);
        break;
      case 'unguarded':
        if (isWell) steps.done('confirm', `answers${checks}`);
        else steps.fail('confirm', confirmed.unhealthy.map(({ name }) => name).join(', '));
        break;
      case 'gone':
        steps.done('confirm', 'restarted meanwhile, answers');
        break;
      case 'reverted':
        steps.fail('confirm', `went back: ${this.#watchdog.reason}`);
        context.log(host, `${confirmed.answer.log}\n`);
    }
    return confirmed;
  }

  /** Only a host that is well is restarted: what does not work yet would be no easier to see afterwards. */
  async #reboot(verdict: Verdict, confirmed: Confirmed, status: ActivationStatus): Promise<Verdict> {
    const { reboot, steps, system, context } = this.#work;
    if (reboot === null) return verdict;
    if (verdict.outcome.state !== 'succeeded') {
      steps.skip('reboot', 'not well');
      return verdict;
    }
    this.#work.onStage('reboot');
    const rebooted = await reboot.run(system, context.signal);
    switch (rebooted.end) {
      case 'not-needed':
        return verdict;
      case 'back':
        return judgeActivation({ ...this.#evidence(rebooted.facts, status, rebooted.unhealthy), isRestarted: true });
      case 'held':
      case 'reverted':
      case 'failed':
        return judgeReboot(this.#evidence(confirmed.facts, status, []), rebooted);
    }
  }

  /** What only boots at some time is tried once, where the boot loader can. */
  async #guardNextBoot(verdict: Verdict, signal: AbortSignal): Promise<Verdict> {
    const { goal, host, system, steps, context, onStage, before, link, privilege, guardsNextBoot } = this.#work;
    const { state, system: running } = verdict.outcome;
    if (!goals[goal].setsProfile || state === 'failed' || state === 'reverted') return verdict;
    // Our own activation has done so; another program does not know of it.
    if (before.pendingBoot === 'waiting') await dropBootGuard(await link.open(signal), privilege, signal);
    if (goal !== 'boot' || running === system || !guardsNextBoot) return verdict;
    onStage('verify');
    steps.progress('verify', { note: 'guarding its next boot' });
    const reason = await this.#whyNotGuarded(signal);
    context.log(host, reason === null ? guardedBoot(host) : `The next boot of ${host} is not guarded: ${reason}.\n`);
    const note = reason === null ? 'once, until it is confirmed' : `not guarded: ${reason}`;
    return { ...verdict, note: `${verdict.note}, ${note}` };
  }

  async #whyNotGuarded(signal: AbortSignal): Promise<string | null> {
    const { link, privilege, system, brokenBefore } = this.#work;
    try {
      const tried = { system, brokenBefore: await brokenBefore() };
      return await armBootGuard(await link.open(signal), privilege, tried, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof ProblemError)) throw error;
      return error.problem.title;
    }
  }

  #judge(confirmed: Confirmed, status: ActivationStatus): Verdict {
    const evidence = this.#evidence(confirmed.facts, status, confirmed.unhealthy);
    if (status.state === 'reverted') {
      const answer = { state: 'reverted', exitCode: status.exitCode, log: '' } as const;
      return judgeReverted(evidence, { cause: 'engine', answer, seconds: 0 });
    }
    if (confirmed.end !== 'reverted') return judgeActivation(evidence);
    return judgeReverted(evidence, { ...confirmed, seconds: this.#activation.watchdogSeconds ?? 0 });
  }

  #evidence(after: MachineFacts, status: ActivationStatus, unhealthy: Evidence['unhealthy']): Evidence {
    const { host, goal, system, profile, before } = this.#work;
    const lastLines = this.#lastLines.join('\n');
    return { host, goal, system, profile, before, after, status, progress: this.#progress, lastLines, unhealthy };
  }

  [Symbol.dispose](): void {
    this.#watchdog[Symbol.dispose]();
  }
}
