import type { JobDetail, JobEvent, JobSummary } from '../../../shared/contract/job.ts';
import { emptyJobDetail, foldJobEvent, isOver } from '../../../shared/jobs/view.ts';
import { Belfry, watchFolder } from './changes.ts';
import { EventTail } from './event-file.ts';
import type { JobFile, JobFolder, RunnerFile } from './job-folder.ts';

/** The shortest time between two readings, and so between two updates: under 60 a second. */
const INTERVAL_MS = 17;
/** A reader that is further behind gets a fresh snapshot instead of what it missed. */
const MAX_BACKLOG = 2000;

/** A job that is not over, as its folder tells it while it goes on. */
export class FollowedJob implements Disposable {
  readonly folder: JobFolder;
  readonly job: JobFile;
  /** Rings when there is something new to look at. */
  readonly changed = new Belfry();
  readonly #tail: EventTail;
  readonly #onChange: (followed: FollowedJob) => void;
  readonly #watch: Disposable;
  readonly #readers = new Set<EventReader>();
  #detail: JobDetail;
  #runner: RunnerFile | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastReadAt = -INTERVAL_MS;

  constructor(folder: JobFolder, job: JobFile, onChange: (followed: FollowedJob) => void) {
    this.folder = folder;
    this.job = job;
    this.#onChange = onChange;
    this.#detail = emptyJobDetail(queuedSummary(job), job.spec);
    this.#tail = new EventTail(folder.events);
    // Watched first, read then: nothing is missed in between.
    this.#watch = watchFolder(folder.path, () => this.#schedule());
    for (const event of this.#tail.read()) this.#detail = foldJobEvent(this.#detail, event);
  }

  get detail(): JobDetail {
    return this.#detail;
  }

  get isOver(): boolean {
    return isOver(this.#detail.summary.state);
  }

  /** Who runs the job; null until its runner is up. */
  get runner(): RunnerFile | null {
    this.#runner ??= this.folder.readRunner();
    return this.#runner;
  }

  /** Reads what was written since the last time. */
  refresh(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lastReadAt = performance.now();
    const events = this.#tail.read();
    for (const event of events) this.#detail = foldJobEvent(this.#detail, event);
    // The runner's arrival changes no event, but somebody may wait for it.
    if (events.length > 0) {
      for (const reader of this.#readers) reader.add(events);
      this.#onChange(this);
    }
    this.changed.ring();
  }

  /** Events from now on, for one watcher. */
  read(): EventReader {
    const reader = new EventReader(() => this.#readers.delete(reader));
    this.#readers.add(reader);
    return reader;
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#watch[Symbol.dispose]();
    this.changed.ring();
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    const early = INTERVAL_MS - (performance.now() - this.#lastReadAt);
    this.#timer = setTimeout(() => this.refresh(), Math.max(0, early));
  }
}

/** What one watcher has not seen yet. */
export class EventReader implements Disposable {
  readonly #leave: () => void;
  #events: JobEvent[] = [];
  #hasLost = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  add(events: readonly JobEvent[]): void {
    if (this.#events.length + events.length > MAX_BACKLOG) {
      this.#hasLost = true;
      this.#events = [];
    } else if (!this.#hasLost) {
      this.#events.push(...events);
    }
  }

  /** The events since the last call; null where they were too many to keep, and a snapshot is due. */
  take(): JobEvent[] | null {
    const events = this.#hasLost ? null : this.#events;
    this.#events = [];
    this.#hasLost = false;
    return events;
  }

  [Symbol.dispose](): void {
    this.#leave();
  }
}

function queuedSummary(job: JobFile): JobSummary {
  return {
    id: job.id,
    kind: job.kind,
    title: job.title,
    fleetId: job.fleetId,
    hosts: job.hosts.map((host) => host.name),
    state: 'queued',
    queuedAt: job.queuedAt,
    startedAt: null,
    endedAt: null,
    waitingFor: null,
    stepsDone: 0,
    stepsTotal: 0,
    estimatedMsLeft: null,
    pendingPrompt: null,
  };
}
