import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { Host, HostStatus } from '../../../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../../../shared/contract/ids.ts';
import { EventQueue } from '../../event-queue.ts';
import type { Store } from '../../store/open.ts';
import { problemOf } from '../../unexpected.ts';
import { unaskedStatus, type Answer, type AskHost } from './ask.ts';
import type { MachineFacts } from './probe.ts';

export interface StatusDependencies {
  readonly store: Pick<Store, 'hostFacts' | 'evaluatedHosts' | 'jobs' | 'settings'>;
  readonly ask: AskHost;
  readonly now: () => number;
  /** Hears of every host that answered, before its state is told. */
  readonly onSeen?: (view: FleetView, host: Host, facts: MachineFacts) => Promise<void>;
}

/** How many hosts are asked at once, over all fleets that are watched. */
const maxAtOnce = 8;
/** Answers that come within this time are shown together. */
const batchMs = 50;
/** Somebody who comes this soon after all hosts were asked is content with what they said. */
const freshMs = 5000;

/**
 * The live state of one fleet's hosts, shared by everybody who watches it. Hosts are asked when a watcher
 * comes, on request, and again on a timer for as long as somebody watches.
 */
export class FleetStatus implements Disposable {
  readonly #dependencies: StatusDependencies;
  readonly #limit: Limit;
  readonly #ended = new AbortController();
  readonly #watchers = new Set<EventQueue<HostStatus[]>>();
  readonly #statuses = new Map<HostName, HostStatus>();
  readonly #asking = new Map<HostName, Promise<void>>();
  #view: FleetView;
  #refreshedAt = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #batch: NodeJS.Timeout | null = null;

  constructor(view: FleetView, dependencies: StatusDependencies, limit: Limit) {
    this.#dependencies = dependencies;
    this.#limit = limit;
    this.#view = view;
    const known = new Map(dependencies.store.hostFacts.all(view.fleet.id).map((status) => [status.name, status]));
    for (const [name, status] of known) this.#statuses.set(name, status);
  }

  get fleetId(): FleetId {
    return this.#view.fleet.id;
  }

  /** Takes the hosts of a new opening. */
  update(view: FleetView): void {
    this.#view = view;
    this.tell();
  }

  /** Every host's state now: what was last heard, with the last deploy. */
  snapshot(): HostStatus[] {
    const { store } = this.#dependencies;
    const { fingerprint } = this.#view.fleet;
    const wanted = fingerprint && store.evaluatedHosts.systems({ fleetId: this.fleetId, fingerprint });
    const last = new Map(store.jobs.lastOfHosts(this.fleetId, 'deploy').map((entry) => [entry.host, entry]));
    return this.#view.hosts.map(({ name }) => {
      const status = this.#statuses.get(name) ?? unaskedStatus(name);
      const deploy = last.get(name);
      const lastDeploy = deploy ? { jobId: deploy.jobId, at: deploy.at, state: deploy.state } : status.lastDeploy;
      const isAsked = this.#asking.has(name);
      const wantedSystem = (wanted && wanted.get(name)) || null;
      return { ...status, wantedSystem, lastDeploy, reachability: isAsked ? 'checking' : status.reachability };
    });
  }

  /** All hosts at once, then again whenever something changes, until the loop is left or `signal` aborts. */
  async *watch(signal?: AbortSignal): AsyncGenerator<HostStatus[], void, void> {
    const queue = new EventQueue<HostStatus[]>();
    this.#watchers.add(queue);
    try {
      yield this.snapshot();
      if (this.#dependencies.now() - this.#refreshedAt > freshMs) void this.refresh();
      else this.#startTimer();
      const stop = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal;
      yield* queue.read(stop);
    } finally {
      this.#watchers.delete(queue);
      if (this.#watchers.size === 0) this.#stopTimer();
    }
  }

  /** Asks hosts now (all when absent); resolves when each has answered or has not. */
  async refresh(names?: readonly HostName[]): Promise<void> {
    this.#stopTimer();
    const hosts = this.#view.hosts.filter((host) => names === undefined || names.includes(host.name));
    if (names === undefined) this.#refreshedAt = this.#dependencies.now();
    await Promise.all(hosts.map((host) => this.#askOnce(host)));
    this.#startTimer();
  }

  #askOnce(host: Host): Promise<void> {
    const running = this.#asking.get(host.name);
    if (running) return running;
    const asked = this.#ask(host).finally(() => {
      this.#asking.delete(host.name);
      this.tell();
    });
    this.#asking.set(host.name, asked);
    this.tell();
    return asked;
  }

  async #ask(host: Host): Promise<void> {
    const { signal } = this.#ended;
    using place = await this.#limit.enter();
    void place;
    if (signal.aborted) return;
    let status = this.#statuses.get(host.name) ?? unaskedStatus(host.name);
    try {
      const answer = await this.#dependencies.ask(host, signal);
      status = statusOf(status, answer, this.#dependencies.now());
      if (signal.aborted) return;
      this.#dependencies.store.hostFacts.save(this.fleetId, status);
      if (answer.facts !== null) await this.#dependencies.onSeen?.(this.#view, host, answer.facts);
    } catch (error) {
      if (signal.aborted) return;
      status = { ...status, problem: problemOf(error) };
    }
    this.#statuses.set(host.name, status);
  }

  /** Hands the state to everybody who watches, since something about it has changed. */
  tell(): void {
    if (this.#watchers.size === 0 || this.#ended.signal.aborted) return;
    this.#batch ??= setTimeout(() => {
      this.#batch = null;
      const statuses = this.snapshot();
      for (const watcher of this.#watchers) watcher.push(statuses);
    }, batchMs);
  }

  #startTimer(): void {
    // After the end the store is closed.
    if (this.#watchers.size === 0 || this.#ended.signal.aborted) return;
    const seconds = this.#dependencies.store.settings.get().statusIntervalSeconds;
    if (seconds === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.refresh();
    }, seconds * 1000);
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#stopTimer();
    if (this.#batch) clearTimeout(this.#batch);
  }
}

/** A new answer over what was known: a host that is off keeps what it last said about itself. */
export function statusOf(before: HostStatus, answer: Answer, at: number): HostStatus {
  const { hasNix: _, profilePath: __, ...facts } = answer.facts ?? { hasNix: false };
  const failedUnits = answer.facts ? [...answer.facts.failedUnits] : before.failedUnits;
  return {
    ...before,
    ...facts,
    failedUnits,
    // What is not told any more is over.
    pendingBoot: answer.facts ? answer.facts.pendingBoot : before.pendingBoot,
    areKeysGone: answer.facts ? answer.facts.areKeysGone : before.areKeysGone,
    reachability: answer.reachability,
    checkedAt: at,
    problem: answer.problem,
  };
}

/** Lets so many in at once and the others wait for a place. */
export class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places = maxAtOnce) {
    this.#free = places;
  }

  async enter(): Promise<Disposable> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next) next();
        else this.#free++;
      },
    };
  }
}
