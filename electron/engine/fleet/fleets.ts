import { existsSync } from 'node:fs';
import type { FleetCheckEvent, FleetView, OpenEvent, RecentFleet } from '../../../shared/contract/fleet.ts';
import type { HostStatus } from '../../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import type { JobSummary } from '../../../shared/contract/job.ts';
import { isOver } from '../../../shared/jobs/view.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { checkFleet } from './check/check.ts';
import { fleetNotOpen } from './errors.ts';
import { fleetIdOf } from './folder.ts';
import { openFleet, type OpenDependencies, type OpenRequest } from './open.ts';
import { FleetStatus, Limit, type StatusDependencies } from './status/fleet-status.ts';

export interface FleetsDependencies extends OpenDependencies, StatusDependencies {
  readonly store: OpenDependencies['store'] & StatusDependencies['store'];
  readonly jobs: Pick<Jobs, 'watchAll' | 'list' | 'show'>;
}

/** The fleets that this engine has open, and the state of their hosts. */
export class Fleets implements Disposable {
  readonly #dependencies: FleetsDependencies;
  readonly #views = new Map<FleetId, FleetView>();
  readonly #statuses = new Map<FleetId, FleetStatus>();
  readonly #limit = new Limit();
  readonly #ended = new AbortController();
  #isFollowingJobs = false;

  constructor(dependencies: FleetsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Opens a fleet; see {@link openFleet}. */
  async *open(request: OpenRequest, signal?: AbortSignal): AsyncGenerator<OpenEvent, void, void> {
    for await (const event of openFleet(this.#dependencies, request, signal)) {
      if (event.type === 'opened') {
        this.#views.set(event.view.fleet.id, event.view);
        this.#statuses.get(event.view.fleet.id)?.update(event.view);
      }
      yield event;
    }
  }

  /**
   * A fleet by its id, as it was opened last; one that was open before the engine was started anew is opened again.
   * @throws ProblemError `fleet-not-open`, and those of {@link open}
   */
  async view(id: FleetId): Promise<FleetView> {
    return this.#views.get(id) ?? this.current(id);
  }

  /**
   * A fleet by its id, as its files are now: what is deployed must not go to where the fleet said yesterday. Costs a few
   * milliseconds where nothing has changed.
   * @throws ProblemError `fleet-not-open`, and those of {@link open}
   */
  async current(id: FleetId): Promise<FleetView> {
    const path =
      this.#views.get(id)?.fleet.path ??
      this.#dependencies.store.fleets.recent().find((fleet) => fleetIdOf(fleet.path) === id)?.path;
    if (path === undefined) throw fleetNotOpen(id);
    for await (const event of this.open({ path })) if (event.type === 'opened') return event.view;
    throw fleetNotOpen(id);
  }

  /** Looks a fleet over; see {@link checkFleet}. */
  check(path: string, signal?: AbortSignal): AsyncGenerator<FleetCheckEvent, void, void> {
    const open = (request: OpenRequest, stop: AbortSignal) => this.open(request, stop);
    return checkFleet({ ...this.#dependencies, open }, path, signal);
  }

  recent(): RecentFleet[] {
    return this.#dependencies.store.fleets.recent().map((fleet) => ({ ...fleet, exists: existsSync(fleet.path) }));
  }

  forget(path: string): void {
    this.#dependencies.store.fleets.forget(path);
  }

  /** The state of a fleet's hosts, again and again until `signal` aborts. */
  async *watchStatus(id: FleetId, signal?: AbortSignal): AsyncGenerator<HostStatus[], void, void> {
    const status = await this.#statusOf(id);
    this.#followJobs().catch(() => (this.#isFollowingJobs = false));
    yield* status.watch(signal);
  }

  /** Asks hosts now. Resolves when they have answered; those who watch see it. */
  async refreshStatus(id: FleetId, hosts?: readonly HostName[]): Promise<void> {
    await (await this.#statusOf(id)).refresh(hosts);
  }

  async #statusOf(id: FleetId): Promise<FleetStatus> {
    const view = await this.view(id);
    const status = this.#statuses.get(id) ?? new FleetStatus(view, this.#dependencies, this.#limit);
    this.#statuses.set(id, status);
    return status;
  }

  /** A job that ends has probably changed its hosts, so they are asked again. */
  async #followJobs(): Promise<void> {
    if (this.#isFollowingJobs) return;
    this.#isFollowingJobs = true;
    for await (const summaries of this.#dependencies.jobs.watchAll(this.#ended.signal)) {
      for (const summary of summaries) if (isOver(summary.state)) this.#askAgain(summary);
    }
  }

  #askAgain({ fleetId, hosts }: JobSummary): void {
    if (fleetId !== null) void this.#statuses.get(fleetId)?.refresh(hosts);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    for (const status of this.#statuses.values()) status[Symbol.dispose]();
  }
}
