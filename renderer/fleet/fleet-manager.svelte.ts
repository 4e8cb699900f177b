import type { Fleet, FleetView } from '../../shared/contract/fleet.ts';
import type { Host } from '../../shared/contract/host.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem, isAbort } from '../app/as-problem.ts';
import type { Connection } from '../app/connection.ts';

/** An opening or a new evaluation that is under way. */
export interface Opening {
  path: string;
  text: string;
  done: number;
  total: number;
}

const STORAGE_KEY = 'nixstead.fleet';

/** The fleet that the window shows. */
export class FleetManager {
  readonly #connection: Connection;
  #view = $state.raw<FleetView | null>(null);
  #opening = $state.raw<Opening | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #abort: AbortController | null = null;

  readonly #hostByName = $derived(new Map(this.hosts.map((host) => [host.name, host])));
  readonly #tags = $derived.by(() => {
    const counts = new Map<string, number>();
    for (const host of this.hosts) for (const tag of host.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
    return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
  });

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get fleet(): Fleet | null {
    return this.#view?.fleet ?? null;
  }
  get hosts(): readonly Host[] {
    return this.#view?.hosts ?? [];
  }
  get tags(): readonly { name: string; count: number }[] {
    return this.#tags;
  }
  get opening(): Opening | null {
    return this.#opening;
  }
  /** Why the last opening failed; stays until the next one. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** Why nothing of the fleet can be edited; null where it can. */
  get readOnlyReason(): string | null {
    return this.fleet?.remote ? 'This fleet is read only: it was opened by a reference. Clone it to edit it.' : null;
  }
  host(name: HostName): Host | undefined {
    return this.#hostByName.get(name);
  }

  /** The path that this tab showed before it was reloaded. */
  static remembered(): string | null {
    return sessionStorage.getItem(STORAGE_KEY);
  }

  /**
   * Opens the flake at a folder. A fleet that is shown stays on the page until the new one is there.
   * @param onShown called at the moment when it is there: whoever goes elsewhere after that is not brought back
   */
  async open(path: string, refresh = false, onShown: () => void = () => {}): Promise<boolean> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    this.#problem = null;
    this.#opening = { path, text: 'Reading the flake', done: 0, total: 0 };
    try {
      const events = await this.#connection.client.fleet.open({ path, refresh }, { signal: abort.signal });
      for await (const event of events) {
        if (abort.signal.aborted) return false;
        if (event.type === 'progress') {
          this.#opening = { path, text: event.text, done: event.done, total: event.total };
        } else {
          this.#view = event.view;
          sessionStorage.setItem(STORAGE_KEY, event.view.fleet.path);
          onShown();
        }
      }
      return !abort.signal.aborted;
    } catch (error) {
      if (!abort.signal.aborted && !isAbort(error)) this.#problem = asProblem(error);
      return false;
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.#opening = null;
      }
    }
  }

  /** Evaluates the shown fleet again, even where nothing seems to have changed. */
  async refresh(): Promise<boolean> {
    return this.fleet !== null && (await this.open(this.fleet.path, true));
  }

  cancelOpening(): void {
    this.#abort?.abort();
  }

  dismissProblem(): void {
    this.#problem = null;
  }

  close(): void {
    this.cancelOpening();
    this.#view = null;
    this.#problem = null;
    sessionStorage.removeItem(STORAGE_KEY);
  }
}
