import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Goal } from '../../../shared/contract/deploy.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Command, Stage } from '../../../shared/contract/job.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import type { JobContext } from '../jobs/context.ts';
import { activate, glanceAt } from './activate.ts';
import type { Activation, ActivationStatus } from './activation-script.ts';
import { activationCommands, systemProfile } from './commands.ts';
import { goals } from './goals.ts';
import type { HostSteps } from './host-steps.ts';
import { LateSignal } from './late-signal.ts';
import { readMachineFacts } from './machine-facts.ts';
import { deployError, deployProblems } from './problems.ts';
import { describeUnits, LineCutter, noSwitchProgress, readSwitchLine, type SwitchProgress } from './switch-output.ts';
import { isConnectionProblem, type TargetLink } from './target-link.ts';
import { judgeActivation, type Verdict } from './verdict.ts';

export interface ActivationWork {
  readonly context: JobContext;
  readonly steps: HostSteps;
  readonly host: HostName;
  readonly goal: Goal;
  readonly system: string;
  readonly before: MachineFacts;
  readonly link: TargetLink;
  readonly privilege: readonly string[];
  /** Called when the next stage begins. */
  readonly onStage: (stage: Stage) => void;
}

/** An activation cannot be broken off half way: after a cancellation it has this long to end by itself. */
const afterCancelMs = 8000;
/** How long a host may be out of reach right after its activation. */
const verifyLimitMs = 60_000;
const pauseBetweenTriesMs = 1000;
const keptLines = 30;

/** The stages `activate` and `verify` of one host. */
export class HostActivation {
  readonly #work: ActivationWork;
  readonly #activation: Activation;
  readonly #lastLines: string[] = [];
  #progress: SwitchProgress = noSwitchProgress;

  constructor(work: ActivationWork) {
    this.#work = work;
    const { goal, host, system, context } = work;
    if (goal === 'build' || goal === 'push') throw new TypeError(`The goal ${goal} activates nothing`);
    const id = `${basename(context.jobFolder)}-${host}`;
    this.#activation = {
      folder: `/run/nixstead/${id}`,
      unit: `nixstead-activate-${id}`,
      system,
      goal,
      profile: goals[goal].setsProfile ? systemProfile : null,
      nonce: `nixstead-${randomUUID()}`,
    };
  }

  /** Activates, then asks the host over a new connection what it runs. */
  async run(): Promise<Verdict> {
    using late = new LateSignal(this.#work.context.signal, afterCancelMs);
    const { steps, goal, before } = this.#work;
    const status = await this.#activate(late.signal);
    if (goal === 'dry-activate') {
      const verdict = this.#judge(before, status);
      if (verdict.outcome.error) steps.close('activate', 'failed', verdict.note);
      else steps.done('activate', describeUnits(this.#progress, true) || 'would change no unit');
      return verdict;
    }
    this.#endActivateStep(status);
    this.#work.onStage('verify');
    const after = await this.#verify(late.signal);
    const verdict = this.#judge(after, status);
    if (verdict.outcome.state === 'failed') steps.fail('verify', verdict.note);
    else steps.done('verify', verdict.note);
    return verdict;
  }

  /** After a cancellation: whether the activation still runs, in a sentence; undefined where there is nothing to say. */
  async describeProgress(signal: AbortSignal): Promise<string | undefined> {
    const { link, privilege } = this.#work;
    const status = await glanceAt(link, this.#activation, privilege, signal);
    if (status?.state !== 'running') return undefined;
    return `The activation goes on there in the unit ${this.#activation.unit}.`;
  }

  async #activate(signal: AbortSignal): Promise<ActivationStatus> {
    const { context, host, link, privilege, steps } = this.#work;
    steps.start('activate', 'starting');
    const { setProfile, switchTo } = activationCommands(host, this.#activation, privilege);
    const commands = [...(setProfile ? [setProfile] : []), switchTo];
    for (const command of commands) this.#tellCommand(command, null);
    const cutter = new LineCutter();
    const status = await activate(link, this.#activation, {
      hostName: host,
      privilege,
      signal,
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
    if (setProfile) this.#tellCommand(setProfile, status.state === 'profile' ? status.exitCode : 0);
    if (status.state === 'switch') this.#tellCommand(switchTo, status.exitCode);
    return status;
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
    const { steps } = this.#work;
    if (status.state === 'switch' && status.exitCode === 0) {
      const { unitsTotal } = this.#progress;
      if (unitsTotal > 0) steps.progress('activate', { done: unitsTotal, total: unitsTotal, unit: 'units' });
      steps.done('activate', describeUnits(this.#progress) || 'no unit changed');
      return;
    }
    const { failed } = this.#progress;
    if (failed.length > 0) steps.fail('activate', `${failed.join(', ')} failed`);
    else steps.fail('activate', status.state === 'switch' ? `exit ${status.exitCode}` : 'no result');
  }

  /** A new connection proves that the host still lets us in; what it says is the state. */
  async #verify(signal: AbortSignal): Promise<MachineFacts> {
    const { link, host } = this.#work;
    const giveUpAt = Date.now() + verifyLimitMs;
    for (;;) {
      try {
        return await readMachineFacts(await link.reopen(signal), signal);
      } catch (error) {
        if (!isConnectionProblem(error)) throw error;
        if (Date.now() > giveUpAt) throw deployError(deployProblems.outOfReach(host, error.problem.evidence), error);
        this.#work.steps.progress('verify', { note: 'waiting for the host to answer again' });
        await wait(pauseBetweenTriesMs, undefined, { signal });
      }
    }
  }

  #judge(after: MachineFacts, status: ActivationStatus): Verdict {
    const { host, goal, system, before } = this.#work;
    const lastLines = this.#lastLines.join('\n');
    return judgeActivation({ host, goal, system, before, after, status, progress: this.#progress, lastLines });
  }

  #tellCommand(command: Command, exitCode: number | null): void {
    this.#work.context.emit({ type: 'command', command, exitCode });
  }
}
