import type { HostName } from '../../../shared/contract/ids.ts';
import type { Stage, Step } from '../../../shared/contract/job.ts';
import type { JobContext } from '../jobs/context.ts';

type Progress = Pick<Step, 'done' | 'total' | 'unit' | 'bytesPerSecond'>;

const noProgress: Progress = { done: 0, total: 0, unit: 'steps', bytesPerSecond: null };

/** The row of one host in the matrix: tells each change of a step as an event. */
export class HostSteps {
  readonly #context: Pick<JobContext, 'emit'>;
  readonly #steps: Map<Stage, Step>;
  #isClosed = false;

  constructor(context: Pick<JobContext, 'emit'>, host: HostName, stages: readonly Stage[]) {
    this.#context = context;
    const fresh = (stage: Stage): Step => ({
      host,
      stage,
      state: 'waiting',
      ...noProgress,
      note: '',
      startedAt: null,
      endedAt: null,
    });
    this.#steps = new Map(stages.map((stage) => [stage, fresh(stage)]));
    for (const step of this.#steps.values()) this.#context.emit({ type: 'step', step });
  }

  /** True where the host came as far as this stage. */
  hasBegun(stage: Stage): boolean {
    return (this.#steps.get(stage)?.startedAt ?? null) !== null;
  }

  /** A step is under way; called again it keeps the time of its start. `note` says what it waits for or does. */
  start(stage: Stage, note = ''): void {
    const before = this.#steps.get(stage);
    this.#change(stage, { state: 'running', startedAt: before?.startedAt ?? Date.now(), note });
  }

  progress(stage: Stage, progress: Partial<Progress> & { note?: string }): void {
    this.#change(stage, { state: 'running', ...progress });
  }

  done(stage: Stage, note: string): void {
    const step = this.#steps.get(stage);
    this.#end(stage, { state: 'done', done: step?.total ?? 0, bytesPerSecond: null, note });
  }

  /** The step is not needed. */
  skip(stage: Stage, note: string): void {
    this.#end(stage, { state: 'skipped', note });
  }

  /** The step failed, and the host goes on all the same. */
  fail(stage: Stage, note: string): void {
    this.#end(stage, { state: 'failed', bytesPerSecond: null, note });
  }

  /** The host is over at this stage: what else is under way or waits will not be. Later calls change nothing. */
  close(stage: Stage, state: 'failed' | 'cancelled', note: string): void {
    const rest = state === 'failed' ? 'skipped' : 'cancelled';
    for (const step of [...this.#steps.values()]) {
      if (step.stage === stage) this.#end(stage, { state, bytesPerSecond: null, note });
      else if (step.state === 'running' || step.state === 'waiting') this.#end(step.stage, { state: rest });
    }
    this.#isClosed = true;
  }

  /** Marks all steps that have not begun as not needed. */
  skipRest(note: string): void {
    for (const { stage, state } of [...this.#steps.values()]) if (state === 'waiting') this.skip(stage, note);
  }

  /** The host is left out: what has not ended will not be. Later calls change nothing. */
  leaveOut(note: string): void {
    for (const { stage, state } of [...this.#steps.values()]) {
      if (state === 'waiting' || state === 'running') this.skip(stage, note);
    }
    this.#isClosed = true;
  }

  #end(stage: Stage, change: Partial<Step>): void {
    this.#change(stage, { ...change, endedAt: Date.now() });
  }

  #change(stage: Stage, change: Partial<Step>): void {
    const before = this.#steps.get(stage);
    if (before === undefined || this.#isClosed) return;
    const step = { ...before, ...change };
    this.#steps.set(stage, step);
    this.#context.emit({ type: 'step', step });
  }
}
