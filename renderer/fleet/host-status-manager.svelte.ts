import type { HostStatus } from '../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem, isAbort } from '../app/as-problem.ts';
import type { Connection } from '../app/connection.ts';

/** What the hosts of the shown fleet say about themselves, kept up to date while the fleet is shown. */
export class HostStatusManager {
  readonly #connection: Connection;
  #byName = $state.raw<ReadonlyMap<HostName, HostStatus>>(new Map());
  #problem = $state.raw<Problem | null>(null);
  #refreshes = $state(0);
  #fleetId: FleetId | null = null;
  #watch: Disposable | null = null;
  #evaluation = $state.raw<{ done: number; total: number } | null>(null);
  #evaluating: AbortController | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get byName(): ReadonlyMap<HostName, HostStatus> {
    return this.#byName;
  }
  /** Why the hosts cannot be asked at all. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** True while an answer to {@link refresh} is awaited. */
  get isRefreshing(): boolean {
    return this.#refreshes > 0;
  }

  /** How far the evaluation of what hosts would run has come; null: there is none. */
  get evaluation(): { readonly done: number; readonly total: number } | null {
    return this.#evaluation;
  }

  /** Watches the hosts of a fleet in place of those watched before. */
  watch(fleetId: FleetId | null): void {
    if (fleetId === this.#fleetId) return;
    this.#watch?.[Symbol.dispose]();
    this.#watch = null;
    this.cancelEvaluation();
    this.#fleetId = fleetId;
    this.#byName = new Map();
    this.#problem = null;
    if (fleetId === null) return;
    const { client } = this.#connection;
    this.#watch = this.#connection.follow((signal) => client.fleet.watchStatus({ id: fleetId }, { signal }), {
      each: (statuses) => {
        const next = new Map(this.#byName);
        for (const status of statuses) next.set(status.name, status);
        this.#byName = next;
      },
      failed: (error) => (this.#problem = asProblem(error)),
    });
  }

  /**
   * Evaluates what the hosts would run, so that it is known which are outdated; the watch tells.
   * A host that does not evaluate stays unknown; its own problem is shown with it.
   * @throws what the engine says where none can be evaluated
   */
  async evaluateSystems(): Promise<void> {
    if (this.#fleetId === null || this.#evaluating !== null) return;
    const abort = new AbortController();
    this.#evaluating = abort;
    this.#evaluation = { done: 0, total: 0 };
    try {
      const request = { id: this.#fleetId };
      for await (const event of await this.#connection.client.fleet.evaluateSystems(request, abort)) {
        if (abort.signal.aborted) return;
        this.#evaluation = { done: event.done, total: event.total };
      }
    } catch (error) {
      if (!abort.signal.aborted && !isAbort(error)) throw error;
    } finally {
      if (this.#evaluating === abort) {
        this.#evaluating = null;
        this.#evaluation = null;
      }
    }
  }

  cancelEvaluation(): void {
    this.#evaluating?.abort();
    this.#evaluating = null;
    this.#evaluation = null;
  }

  /** Asks these hosts (all when absent) now; the answers arrive at the watch. */
  async refresh(hosts?: HostName[]): Promise<void> {
    if (this.#fleetId === null) return;
    this.#refreshes += 1;
    try {
      await this.#connection.client.fleet.refreshStatus({ id: this.#fleetId, hosts });
    } finally {
      this.#refreshes -= 1;
    }
  }
}
