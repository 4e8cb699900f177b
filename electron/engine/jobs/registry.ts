import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { jobId, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import { jobOrigin, type JobDetail, type JobOfHost, type JobSummary } from '../../../shared/contract/job.ts';
import { emptyJobDetail, foldJobEvent } from '../../../shared/jobs/view.ts';
import type { Home } from '../home.ts';
import type { JobRow, JobRowOfHost } from '../store/jobs.ts';
import type { Store } from '../store/open.ts';
import { watchFolder } from './changes.ts';
import { closeDeadJob, closeUnstartedJob } from './closing.ts';
import { estimateMsLeft, type History } from './estimate.ts';
import { readEvents } from './event-file.ts';
import { FollowedJob } from './followed-job.ts';
import { historyOf, recordEstimate, recordSystems, recordTimes } from './history.ts';
import { JobFolder } from './job-folder.ts';
import { pruneJobFolders, type Keep } from './prune.ts';

/** How often jobs are looked at without being told: for dead runners, jobs of other engines and lost notices. */
const LOOK_MS = 1000;
/** A draft of a folder that nobody finished. */
const STALE_DRAFT_MS = 3_600_000;

interface Estimate {
  readonly history: History;
  computedAt: number;
  msLeft: number | null;
}

/**
 * Every job of this home: follows those that are not over, whoever queued them, closes those whose runner died, and
 * writes down how each ended.
 */
export class JobRegistry implements Disposable {
  readonly #home: Home;
  readonly #store: Store;
  readonly #keep: Keep;
  readonly #onOver: (job: JobDetail) => void;
  readonly #followed = new Map<JobId, FollowedJob>();
  readonly #estimates = new Map<JobId, Estimate>();
  readonly #listeners = new Set<(id: JobId) => void>();
  readonly #closing = new Set<JobId>();
  readonly #started = new Set<JobId>();
  readonly #timer: NodeJS.Timeout;
  readonly #watch: Disposable;
  #isDisposed = false;

  /** @param onOver hears of each job that is over, once among all engines */
  constructor(home: Home, store: Store, keep: Keep, onOver: (job: JobDetail) => void) {
    this.#home = home;
    this.#store = store;
    this.#keep = keep;
    this.#onOver = onOver;
    this.#watch = watchFolder(home.jobs, () => this.#guarded(() => this.#discover()));
    this.#timer = setInterval(() => this.#guarded(() => this.#look()), LOOK_MS).unref();
    this.#adoptFolders();
    this.#look();
  }

  folder(id: JobId): JobFolder {
    return new JobFolder(join(this.#home.jobs, id));
  }

  /** A job that is not over; null for every other. */
  followed(id: JobId): FollowedJob | null {
    return this.#followed.get(id) ?? null;
  }

  /** The jobs that are not over, in the order of the queue. */
  get unfinished(): FollowedJob[] {
    return [...this.#followed.values()];
  }

  /** null: there is no such job. */
  summary(id: JobId): JobSummary | null {
    const followed = this.#followed.get(id);
    if (followed !== undefined) return this.detailOf(followed).summary;
    const row = this.#store.jobs.get(id);
    return row === null ? null : summaryOfRow(row);
  }

  summaryOf(row: JobRow): JobSummary {
    const followed = this.#followed.get(row.id);
    return followed === undefined ? summaryOfRow(row) : this.detailOf(followed).summary;
  }

  /** A job as it was for one of its hosts; what has become of it so far, where it is not over. */
  ofHost(row: JobRowOfHost, host: HostName): JobOfHost {
    const outcomes = this.#followed.get(row.id)?.detail.outcomes ?? {};
    const { state, generation } = (Object.hasOwn(outcomes, host) ? outcomes[host] : undefined) ?? {};
    const outcome = state === undefined ? row.outcome : { state, generation: generation ?? null };
    return { job: this.summaryOf(row), outcome, origin: jobOrigin.safeParse(row.spec['origin']).data ?? null };
  }

  /** null: there is no such job. Of one whose folder was pruned only the summary is left. */
  detail(id: JobId): JobDetail | null {
    const followed = this.#followed.get(id);
    if (followed !== undefined) return this.detailOf(followed);
    const row = this.#store.jobs.get(id);
    if (row === null) return null;
    const summary = summaryOfRow(row);
    const detail = readEvents(this.folder(id).events).reduce(foldJobEvent, emptyJobDetail(summary, row.spec));
    return { ...detail, summary };
  }

  /** A followed job with what its events alone do not tell: what it waits for and how long it will take. */
  detailOf(followed: FollowedJob): JobDetail {
    const { detail } = followed;
    const summary = {
      ...detail.summary,
      waitingFor: detail.summary.state === 'queued' ? this.#waitingFor(followed) : null,
      estimatedMsLeft: detail.summary.state === 'running' ? this.#msLeft(detail) : null,
    };
    return { ...detail, summary };
  }

  /** Hears of each job whose summary may have changed. */
  listen(listener: (id: JobId) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Follows a job from its folder. */
  follow(id: JobId): FollowedJob | null {
    const known = this.#followed.get(id);
    if (known !== undefined) return known;
    const folder = this.folder(id);
    const job = folder.readJob();
    if (job === null) return null;
    const followed = new FollowedJob(folder, job, () => this.#guarded(() => this.#heard(followed)));
    this.#followed.set(id, followed);
    this.#guarded(() => this.#heard(followed));
    return followed;
  }

  /** A runner that this process started has ended, or never began. */
  runnerEnded(id: JobId, reason: string): void {
    const followed = this.#followed.get(id);
    if (followed === undefined) return;
    this.#guarded(() => {
      followed.refresh();
      if (followed.isOver) return;
      if (followed.runner === null) closeUnstartedJob(followed.folder, this.#store.jobs, reason);
      followed.refresh();
      void this.#closeIfDead(followed);
    });
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    clearInterval(this.#timer);
    this.#watch[Symbol.dispose]();
    for (const followed of this.#followed.values()) followed[Symbol.dispose]();
    this.#followed.clear();
    this.#listeners.clear();
  }

  #look(): void {
    this.#discover();
    for (const followed of this.#followed.values()) {
      followed.refresh();
      // Told already, but it could not be written down then.
      if (followed.isOver) this.#guarded(() => this.#heard(followed));
      else void this.#closeIfDead(followed);
    }
  }

  async #closeIfDead(followed: FollowedJob): Promise<void> {
    const { id } = followed.job;
    if (followed.isOver || this.#closing.has(id)) return;
    this.#closing.add(id);
    try {
      await closeDeadJob(followed.folder, () => followed.detail, this.#store.jobs);
      followed.refresh();
    } catch (error) {
      if (!this.#isDisposed) report(error);
    } finally {
      this.#closing.delete(id);
    }
  }

  #heard(followed: FollowedJob): void {
    const { id } = followed.job;
    const { summary } = followed.detail;
    if (followed.isOver) {
      this.#settle(followed);
    } else if (summary.startedAt !== null && !this.#started.has(id)) {
      this.#store.jobs.markStarted(id, summary.startedAt);
      this.#started.add(id);
    }
    this.#tell(id);
  }

  /** Writes down how a job ended and lets go of it. */
  #settle(followed: FollowedJob): void {
    const { summary, outcomes } = followed.detail;
    const isFirst = this.#store.jobs.finish(summary.id, { ...summary, outcomes });
    this.#followed.delete(summary.id);
    this.#estimates.delete(summary.id);
    this.#started.delete(summary.id);
    followed[Symbol.dispose]();
    for (const other of this.#followed.values()) {
      if (!other.job.after.some((earlier) => earlier.jobId === summary.id)) continue;
      other.changed.ring();
      this.#tell(other.job.id);
    }
    if (!isFirst) return;
    recordEstimate(followed.detail, this.#store);
    recordTimes(followed.detail, this.#store);
    recordSystems(followed.detail, this.#store);
    this.#onOver(followed.detail);
    pruneJobFolders(this.#home.jobs, this.#store.jobs.finished(), this.#keep);
  }

  #tell(id: JobId): void {
    for (const listener of this.#listeners) listener(id);
  }

  #waitingFor(followed: FollowedJob): JobSummary['waitingFor'] {
    return followed.job.after.find((earlier) => this.#followed.has(earlier.jobId)) ?? null;
  }

  #msLeft(detail: JobDetail): number | null {
    const { id } = detail.summary;
    const now = Date.now();
    const estimate = this.#estimates.get(id) ?? {
      history: historyOf(detail, this.#store),
      computedAt: 0,
      msLeft: null,
    };
    this.#estimates.set(id, estimate);
    if (now - estimate.computedAt >= LOOK_MS) {
      estimate.msLeft = estimateMsLeft(detail, estimate.history, now);
      estimate.computedAt = now;
    }
    return estimate.msLeft;
  }

  /** Jobs that another engine queued since, and those of before this engine's start. */
  #discover(): void {
    for (const id of this.#store.jobs.unfinished()) {
      if (this.#followed.has(id) || this.follow(id) !== null) continue;
      const nothing = { startedAt: null, endedAt: null, stepsDone: 0, stepsTotal: 0, outcomes: {} };
      this.#store.jobs.finish(id, { ...nothing, state: 'interrupted' });
    }
  }

  /** Takes in folders that the database does not know, since it was lost; sweeps drafts that nobody finished. */
  #adoptFolders(): void {
    for (const name of readdirSync(this.#home.jobs).sort()) {
      if (name.startsWith('.new-')) this.#sweep(join(this.#home.jobs, name));
      const id = jobId.safeParse(name);
      if (!id.success || this.#store.jobs.get(id.data) !== null) continue;
      const job = this.folder(id.data).readJob();
      if (job !== null) this.#store.jobs.adopt(job);
    }
  }

  #sweep(draft: string): void {
    const changedAt = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - changedAt > STALE_DRAFT_MS) rmSync(draft, { recursive: true, force: true });
  }

  /** Work on a timer has nobody to throw at: it is tried again at the next look. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      report(error);
    }
  }
}

function report(error: unknown): void {
  console.error('jobs:', error);
}

function summaryOfRow(row: JobRow): JobSummary {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    fleetId: row.fleetId,
    hosts: row.hosts,
    state: row.state,
    queuedAt: row.queuedAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    waitingFor: null,
    stepsDone: row.stepsDone,
    stepsTotal: row.stepsTotal,
    estimatedMsLeft: null,
    pendingPrompt: null,
  };
}
