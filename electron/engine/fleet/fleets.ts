import { existsSync } from 'node:fs';
import type {
  FleetCheckEvent,
  FleetView,
  OpenEvent,
  RecentFleet,
  SystemsEvent,
} from '../../../shared/contract/fleet.ts';
import type { HostStatus, HostTraits } from '../../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import type { JobSummary } from '../../../shared/contract/job.ts';
import { isOver } from '../../../shared/jobs/view.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { isFlakeReference } from '../../../shared/fleet/fleet-reference.ts';
import { checkFleet } from './check/check.ts';
import { fleetNotOpen, fleetReadOnly } from './errors.ts';
import { fleetIdOf } from './folder.ts';
import { openFleet, type OpenDependencies, type OpenRequest } from './open.ts';
import { FleetStatus, Limit, type StatusDependencies } from './status/fleet-status.ts';
import { evaluateSystems } from './systems/evaluate-systems.ts';
import { readTraits, type TraitsDependencies } from './traits/read-traits.ts';

export interface FleetsDependencies extends OpenDependencies, StatusDependencies {
  readonly store: OpenDependencies['store'] & StatusDependencies['store'] & TraitsDependencies['store'];
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
   * milliseconds where nothing has changed. Of a reference it is the revision that was opened, which a person has seen.
   * @throws ProblemError `fleet-not-open`, and those of {@link open}
   */
  async current(id: FleetId): Promise<FleetView> {
    const { store } = this.#dependencies;
    const known = this.#views.get(id);
    if (known?.fleet.remote) return known;
    const path = known?.fleet.path ?? store.fleets.recent().find((fleet) => fleetIdOf(fleet.path) === id)?.path;
    if (path === undefined) throw fleetNotOpen(id);
    const pinned = isFlakeReference(path) ? store.fleets.lastView(path)?.fleet.ref : undefined;
    const request = pinned === undefined ? { path } : { path, pinned };
    for await (const event of this.open(request)) if (event.type === 'opened') return event.view;
    throw fleetNotOpen(id);
  }

  /** Where a fleet's files are, to be read. @throws as {@link view} */
  async folder(id: FleetId): Promise<string> {
    return (await this.view(id)).fleet.folder;
  }

  /** Where a fleet's files are, to be changed. @throws ProblemError `fleet-read-only`, and as {@link view} */
  async editableFolder(id: FleetId): Promise<string> {
    const { fleet } = await this.view(id);
    if (fleet.remote !== null) throw fleetReadOnly(fleet.path);
    return fleet.folder;
  }

  /** Looks a fleet over; see {@link checkFleet}. */
  check(path: string, signal?: AbortSignal): AsyncGenerator<FleetCheckEvent, void, void> {
    const open = (request: OpenRequest, stop: AbortSignal) => this.open(request, stop);
    // Of a reference, the revision that is open: findings are about what is shown.
    const shown = [...this.#views.values()].find(({ fleet }) => fleet.path === path && fleet.remote !== null);
    const request = shown === undefined ? { path } : { path, pinned: shown.fleet.ref };
    return checkFleet({ ...this.#dependencies, open }, request, signal);
  }

  /** What the configurations of hosts tell; see {@link readTraits}. */
  async *traits(
    id: FleetId,
    hosts: readonly HostName[] | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<HostTraits[], void, void> {
    const stop = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal;
    yield* readTraits(this.#dependencies, await this.view(id), hosts, stop);
  }

  /** Evaluates what hosts would run, so that those who watch learn which are outdated; see {@link evaluateSystems}. */
  async *evaluateSystems(
    id: FleetId,
    hosts: readonly HostName[] | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<SystemsEvent, void, void> {
    const stop = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal;
    // The files as they are now: what is told is of their state.
    yield* evaluateSystems(this.#dependencies, await this.current(id), hosts, stop);
    this.#statuses.get(id)?.tell();
  }

  recent(): RecentFleet[] {
    return this.#dependencies.store.fleets.recent().map((fleet) => ({
      ...fleet,
      exists: isFlakeReference(fleet.path) || existsSync(fleet.path),
    }));
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
