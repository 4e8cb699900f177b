import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { jobId, type FleetId, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import type {
  Decision,
  EstimateError,
  ExportPiece,
  JobDetail,
  JobEvent,
  JobOfHost,
  JobSummary,
  JobWatchEvent,
  LogChunk,
} from '../../../shared/contract/job.ts';
import type { WorkLimits } from '../../../shared/contract/limits.ts';
import type { Home } from '../home.ts';
import type { JobHost, NewJobRow } from '../store/jobs.ts';
import type { Store } from '../store/open.ts';
import { sharesHost, stillWaits } from './beside.ts';
import { Bell, watchFolder } from './changes.ts';
import type { NewJobEvent } from './context.ts';
import { askRunner } from './control-client.ts';
import type { ControlRequest } from './control-messages.ts';
import { invalidSpec, jobIsOver, noSuchJob, runnerUnreachable, unknownKind } from './errors.ts';
import { exportJobs } from './export.ts';
import { readEvents } from './event-file.ts';
import type { FollowedJob } from './followed-job.ts';
import type { JobFile, RunnerFile } from './job-folder.ts';
import type { JobKinds, JobSpec } from './kind.ts';
import { kinds as productKinds } from './kinds.ts';
import { readLog } from './log-reader.ts';
import { identify } from './process-identity.ts';
import { DEFAULT_KEEP, type Keep } from './prune.ts';
import { JobRegistry } from './registry.ts';
import { startRunner } from './start-runner.ts';
import { latestFirst, type OutcomesOf, type ToldOutcome } from './told-outcome.ts';

/** What is asked for. `spec` must fit the kind's schema. */
export interface JobRequest {
  readonly kind: string;
  readonly spec: unknown;
  readonly title: string;
  readonly fleetId: FleetId | null;
  readonly hosts: readonly HostName[];
  /**
   * Where the hosts answer, such as `10.0.0.5:22`: the same text for the same machine. Jobs also exclude each other where
   * two names, or two fleets, mean one machine.
   */
  readonly addresses?: ReadonlyMap<HostName, string>;
  /** What is known of it before it begins: its first events. */
  readonly known?: readonly NewJobEvent[];
}

/** Kinds other than the product's: the table for this process and the module that exports it for the runner. */
export interface KindsModule {
  readonly kinds: JobKinds;
  /** An absolute path. */
  readonly file: string;
}

interface JobsOptions {
  readonly home: Home;
  readonly store: Store;
  readonly kinds?: KindsModule;
  readonly keep?: Keep;
  /** What is queued when a job is over. It is asked by one engine of all, the first that hears of the end. */
  readonly followUps?: (job: JobDetail) => readonly JobRequest[];
}

/** More than are kept with what happened in them. */
const ALL = 10_000;

type OutcomeEvent = Extract<JobEvent, { type: 'outcome' }>;
const isOutcome = (event: JobEvent): event is OutcomeEvent => event.type === 'outcome';
/** The shortest time between two updates of the list of jobs: under 60 a second. */
const INTERVAL_MS = 17;
/** How long a watcher waits at most before it looks again by itself. */
const LOOK_AGAIN_MS = 1000;
/** A runner is up in well under a second; a machine under load gets more. */
const RUNNER_START_MS = 15_000;

/** Finds what is there (also jobs that went on while no engine ran) and goes on from it. */
export function createJobs(options: JobsOptions): Jobs {
  return new Jobs(options);
}

/** The jobs of one home. Every job is a process of its own; disposing this ends none of them. */
export class Jobs implements AsyncDisposable {
  readonly #home: Home;
  readonly #store: Store;
  readonly #kinds: JobKinds;
  readonly #kindsModule: string | null;
  readonly #registry: JobRegistry;
  readonly #closed = new AbortController();

  constructor({ home, store, kinds, keep = DEFAULT_KEEP, followUps = () => [] }: JobsOptions) {
    this.#home = home;
    this.#store = store;
    this.#kinds = kinds?.kinds ?? productKinds;
    this.#kindsModule = kinds?.file ?? null;
    this.#registry = new JobRegistry(home, store, keep, (job) => {
      // Jobs that ended while no engine ran are heard of before this one is whole.
      queueMicrotask(() => {
        for (const request of followUps(job)) void this.queue(request).catch(report);
      });
    });
  }

  /**
   * Queues a job and starts its runner, which waits by itself until no earlier job has one of its hosts. It runs beside one
   * that waits for its hosts to come back.
   * @throws ProblemError `job-kind-unknown`, `job-spec-invalid`
   */
  async queue(request: JobRequest): Promise<JobId> {
    const now = Date.now();
    const row = {
      id: newJobId(now),
      kind: request.kind,
      title: request.title,
      fleetId: request.fleetId,
      hosts: request.hosts.map((name): JobHost => ({ name, address: request.addresses?.get(name) ?? null })),
      spec: this.#parseSpec(request),
      queuedAt: now,
    };
    const folder = this.#registry.folder(row.id);
    const trials = this.#trialsOf(row);
    const write = (after: JobFile['after']): void => {
      const file = { ...row, hosts: [...row.hosts], after, queuedBy: identify(process.pid) };
      folder.create({ version: 1, ...file }, request.known);
    };
    try {
      this.#store.jobs.admit(row, (predecessors) => {
        const waits = ({ jobId: id }: (typeof predecessors)[number]): boolean => stillWaits(this.#registry.folder(id));
        for (let beside = predecessors.filter(waits); ;) {
          write(predecessors.filter((one) => !beside.includes(one)));
          // One that goes on after this sees the new folder, and waits for its job.
          const still = beside.filter(waits);
          if (still.length === beside.length) return;
          rmSync(folder.path, { recursive: true, force: true });
          beside = still;
        }
      });
    } catch (error) {
      rmSync(folder.path, { recursive: true, force: true });
      throw error;
    }
    this.#registry.follow(row.id);
    const overtake = { action: 'overtake', by: { id: row.id, title: row.title } } as const;
    for (const id of trials) void this.#ask(id, overtake).catch(() => undefined);
    startRunner({
      folder,
      kindsModule: this.#kindsModule,
      compileCache: join(this.#home.cache, 'node'),
      onEnd: (reason) => this.#registry.runnerEnded(row.id, reason),
    });
    return row.id;
  }

  /** Latest first. */
  async list(filter: { limit?: number; fleetId?: FleetId; host?: HostName } = {}): Promise<JobSummary[]> {
    return this.#store.jobs.list(filter).map((row) => this.#registry.summaryOf(row));
  }

  /**
   * What was told of a host until a time, the latest first; one that went back with its wave was told of twice. What was
   * pruned is not told any more.
   */
  *outcomesOf(of: OutcomesOf): Generator<ToldOutcome> {
    yield* this.history().outcomesOf(of);
  }

  /** The same for several hosts, where what is read of a job is read once. */
  history(): { outcomesOf(of: OutcomesOf): Generator<ToldOutcome> } {
    const read = new Map<JobId, OutcomeEvent[]>();
    const outcomesOfJob = (id: JobId): OutcomeEvent[] => {
      const known = read.get(id) ?? readEvents(this.#registry.folder(id).events).filter(isOutcome).reverse();
      read.set(id, known);
      return known;
    };
    const { jobs: table } = this.#store;
    return {
      *outcomesOf({ fleetId, host, until, most = ALL }) {
        const jobs = table.list({ fleetId, host, limit: most }).filter(({ queuedAt }) => queuedAt <= until);
        yield* latestFirst(jobs, ({ id, kind, spec }) =>
          outcomesOfJob(id)
            .filter((event) => event.host === host && event.at <= until)
            .map(({ at, outcome }) => ({ jobId: id, kind, spec, at, outcome })),
        );
      },
    };
  }

  /** Latest first. */
  async ofHost(of: { fleetId: FleetId; host: HostName; limit: number }): Promise<JobOfHost[]> {
    return this.#store.jobs.ofHost(of).map((row) => this.#registry.ofHost(row, of.host));
  }

  /** How far the estimates of past deploys were off. */
  estimateError(): EstimateError | null {
    return this.#store.estimates.error();
  }

  /** @throws ProblemError `job-unknown` */
  async show(id: JobId): Promise<JobDetail> {
    const detail = this.#registry.detail(id);
    if (detail === null) throw noSuchJob(id);
    return detail;
  }

  /** A snapshot, then batches of events until the job is over. A watcher that was too slow gets another snapshot. */
  async *watch(id: JobId, signal?: AbortSignal): AsyncGenerator<JobWatchEvent> {
    const until = this.#until(signal);
    const followed = this.#registry.followed(id);
    if (followed === null) {
      yield { type: 'snapshot', job: await this.show(id) };
      return;
    }
    const bell = new Bell();
    using _bell = followed.changed.join(bell);
    using reader = followed.read();
    let { summary } = this.#registry.detailOf(followed);
    yield { type: 'snapshot', job: this.#registry.detailOf(followed) };
    while (!until.aborted) {
      const isLast = followed.isOver;
      const events = reader.take();
      const job = this.#registry.detailOf(followed);
      if (events === null) yield { type: 'snapshot', job };
      else if (events.length > 0 || !isSame(summary, job.summary)) {
        yield { type: 'events', summary: job.summary, events };
      }
      summary = job.summary;
      if (isLast) return;
      await bell.next(LOOK_AGAIN_MS, until);
    }
  }

  /** The jobs that are not over, then whatever changes; each that ends is told of once more. */
  async *watchAll(signal?: AbortSignal): AsyncGenerator<JobSummary[]> {
    const until = this.#until(signal);
    const bell = new Bell();
    const changed = new Set<JobId>();
    using _listening = this.#registry.listen((id) => {
      changed.add(id);
      bell.ring();
    });
    yield this.#registry.unfinished.map((followed) => this.#registry.detailOf(followed).summary);
    while (!until.aborted) {
      await bell.next(LOOK_AGAIN_MS, until);
      if (changed.size === 0) continue;
      const ids = [...changed].sort();
      changed.clear();
      yield ids.flatMap((id) => this.#registry.summary(id) ?? []);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  /** One host's terminal, or the job's own, from a byte offset until the job is over. */
  async *log(
    request: { id: JobId; host: HostName | null; from?: number },
    signal?: AbortSignal,
  ): AsyncGenerator<LogChunk> {
    const { id, host, from = 0 } = request;
    const until = this.#until(signal);
    const folder = this.#registry.folder(id);
    const followed = this.#registry.followed(id);
    if (followed === null && this.#registry.summary(id) === null) throw noSuchJob(id);
    const bell = new Bell();
    using _bell = followed?.changed.join(bell);
    using _watch = followed === null ? null : watchFolder(folder.logs, () => bell.ring());
    const source = {
      file: folder.log(host),
      isComplete: () => followed === null || followed.isOver,
      change: () => bell.next(LOOK_AGAIN_MS, until),
    };
    yield* readLog(source, from, until);
  }

  /**
   * Jobs as JSON Lines, with their logs as they are now where they are wanted.
   * @throws ProblemError `job-unknown`
   */
  async *export(
    { ids, withLogs }: { ids: readonly JobId[]; withLogs: boolean },
    signal?: AbortSignal,
  ): AsyncGenerator<ExportPiece> {
    const jobs = ids.map((id) => ({ id, folder: this.#registry.folder(id), show: () => this.show(id) }));
    yield* exportJobs(jobs, withLogs, this.#until(signal));
  }

  /**
   * Asks the job to stop; watch it to see when it has. A job that waits in the queue ends at once.
   * @throws ProblemError `job-unknown`, `job-over`, `runner-unreachable`
   */
  async cancel(id: JobId): Promise<void> {
    await this.#ask(id, { action: 'cancel' });
  }

  /** @throws ProblemError `prompt-over` where another answer was faster, and those of {@link cancel} */
  async answer(id: JobId, promptId: string, answer: string): Promise<void> {
    await this.#ask(id, { action: 'answer', promptId, answer });
  }

  /** @throws ProblemError `nothing-to-decide` where no watchdog of this host is armed, and those of {@link cancel} */
  async decide(id: JobId, host: HostName, decision: Decision): Promise<void> {
    await this.#ask(id, { action: 'decide', host, decision });
  }

  /** @throws ProblemError `nothing-to-limit` where no deploy is under way, and those of {@link cancel} */
  async limit(id: JobId, limits: Partial<WorkLimits>): Promise<void> {
    await this.#ask(id, { action: 'limit', limits });
  }

  /** The window's terminal has a new size. Nothing happens to a job that is over. */
  async resize(id: JobId, columns: number, rows: number): Promise<void> {
    if (this.#registry.followed(id) === null && this.#registry.summary(id) !== null) return;
    await this.#ask(id, { action: 'resize', columns, rows });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.#registry[Symbol.dispose]();
  }

  /** Jobs that do nothing but wait for an answer, to confirm a boot of a host of this one, which does so first. */
  #trialsOf(next: Pick<NewJobRow, 'fleetId' | 'hosts' | 'spec'>): JobId[] {
    if (!settling.includes(next.spec['goal'])) return [];
    const shared = { fleetId: next.fleetId, hosts: [...next.hosts] };
    const trials = this.#registry.unfinished.filter(
      ({ detail, job }) => isAskingTrial(detail) && sharesHost(job, shared),
    );
    return trials.map(({ job }) => job.id);
  }

  #parseSpec(request: JobRequest): JobSpec {
    const kind = Object.hasOwn(this.#kinds, request.kind) ? this.#kinds[request.kind] : undefined;
    if (kind === undefined) throw unknownKind(request.kind);
    try {
      return kind.parse(request.spec);
    } catch (error) {
      throw error instanceof Error ? invalidSpec(request.kind, error) : error;
    }
  }

  async #ask(id: JobId, request: ControlRequest): Promise<void> {
    const followed = this.#registry.followed(id);
    if (followed === null) throw this.#registry.summary(id) === null ? noSuchJob(id) : jobIsOver(id);
    try {
      await askRunner(await this.#runnerOf(followed), request);
    } catch (error) {
      followed.refresh();
      throw followed.isOver ? jobIsOver(id) : error;
    }
  }

  /** The runner of a job, which may be starting right now. */
  async #runnerOf(followed: FollowedJob): Promise<RunnerFile> {
    const bell = new Bell();
    using _bell = followed.changed.join(bell);
    const deadline = performance.now() + RUNNER_START_MS;
    for (;;) {
      const { runner } = followed;
      if (runner !== null) return runner;
      const isHopeless = followed.isOver || this.#closed.signal.aborted || performance.now() > deadline;
      if (isHopeless) throw runnerUnreachable('it has not started');
      await bell.next(LOOK_AGAIN_MS, this.#closed.signal);
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
  }
}

/** Sorts by time (UTC) and is a safe folder name. */
function newJobId(now: number): JobId {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  const stamp = `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
  return jobId.parse(`${stamp}-${randomBytes(3).toString('hex')}`);
}

function isSame(a: JobSummary, b: JobSummary): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Goals with which a deploy decides first about a system that its host booted on trial. */
const settling: readonly unknown[] = ['switch', 'boot', 'test', 'confirm-boot'];

/** True for a job that is to confirm a boot, has not begun, and waits for an answer. */
function isAskingTrial({ summary, spec, steps }: JobDetail): boolean {
  const isAsking = spec['goal'] === 'confirm-boot' && summary.pendingPrompt !== null;
  return isAsking && steps.every(({ stage, state }) => stage === 'plan' || state === 'waiting');
}

function report(error: unknown): void {
  console.error('jobs:', error);
}
