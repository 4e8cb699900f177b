import type { JobSummary } from '../../shared/contract/job.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import { isOver } from '../../shared/jobs/view.ts';
import type { Connection } from '../app/connection.ts';
import { JobWatch } from './job-watch.svelte.ts';

const HISTORY_LIMIT = 500;

/** Every job that the window knows: the history as it was asked for, and what changed since. */
export class JobsManager implements Disposable {
  readonly #connection: Connection;
  #byId = $state.raw<ReadonlyMap<JobId, JobSummary>>(new Map());
  #isLoaded = $state(false);
  readonly #streams: Disposable[] = [];
  readonly #watches = new Map<JobId, { watch: JobWatch; users: number }>();

  readonly #newestFirst = $derived(
    [...this.#byId.values()].sort((a, b) => b.queuedAt - a.queuedAt || b.id.localeCompare(a.id)),
  );
  readonly #active = $derived(this.#newestFirst.filter((job) => !isOver(job.state)));
  readonly #asking = $derived(this.#active.filter((job) => job.pendingPrompt !== null));

  constructor(connection: Connection, onError: (error: unknown) => void) {
    this.#connection = connection;
    const { client } = connection;
    this.#streams.push(
      connection.follow((signal) => client.job.watchAll(undefined, { signal }), {
        each: (summaries) => this.#merge(summaries),
        failed: onError,
      }),
    );
    // What ended while the connection was lost is in no stream, so the history is read again with each new one.
    const loadWhenOpen = (): void => {
      if (connection.state.current === 'open') this.load().catch(onError);
    };
    const stop = connection.state.subscribe(loadWhenOpen);
    this.#streams.push({ [Symbol.dispose]: stop });
    loadWhenOpen();
  }

  get all(): readonly JobSummary[] {
    return this.#newestFirst;
  }
  /** Queued and running. */
  get active(): readonly JobSummary[] {
    return this.#active;
  }
  /** Jobs that wait for a person's answer. */
  get asking(): readonly JobSummary[] {
    return this.#asking;
  }
  get isLoaded(): boolean {
    return this.#isLoaded;
  }
  get(id: JobId): JobSummary | undefined {
    return this.#byId.get(id);
  }

  async load(): Promise<void> {
    const history = await this.#connection.client.job.list({ limit: HISTORY_LIMIT });
    // A job that a stream has told to be over since the list was made stays over.
    this.#merge(history.filter(({ id }) => !isOver(this.#byId.get(id)?.state ?? 'queued')));
    this.#isLoaded = true;
  }

  /** One live job, shared by all that show it; dispose when it is no longer shown. */
  watch(id: JobId): { watch: JobWatch } & Disposable {
    const shared = this.#watches.get(id) ?? { watch: new JobWatch(this.#connection, id), users: 0 };
    shared.users += 1;
    this.#watches.set(id, shared);
    return {
      watch: shared.watch,
      [Symbol.dispose]: () => {
        shared.users -= 1;
        if (shared.users > 0) return;
        shared.watch[Symbol.dispose]();
        this.#watches.delete(id);
      },
    };
  }

  #merge(summaries: readonly JobSummary[]): void {
    const next = new Map(this.#byId);
    for (const summary of summaries) next.set(summary.id, summary);
    this.#byId = next;
  }

  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream[Symbol.dispose]();
    for (const { watch } of this.#watches.values()) watch[Symbol.dispose]();
  }
}
