import type { Settings } from '../../shared/contract/settings.ts';
import type { Connection } from './connection.ts';

type Changes = Partial<Omit<Settings, 'version'>>;

/** Until the engine has told what was chosen; the values of `defaultSettings`, without loading zod for them. */
const BEFORE_LOADED: Settings = {
  version: 1,
  theme: 'system',
  hostView: 'table',
  isJobDrawerOpen: false,
  statusIntervalSeconds: 60,
  notifiesOfJobs: false,
  watchdog: 'fleet',
  nixHost: null,
};

/** What the person chose. A change shows at once and is then kept by the engine. */
export class SettingsManager {
  readonly #connection: Connection;
  readonly #onError: (error: unknown) => void;
  #current = $state.raw<Settings>(BEFORE_LOADED);
  #isLoaded = $state(false);

  constructor(connection: Connection, onError: (error: unknown) => void) {
    this.#connection = connection;
    this.#onError = onError;
  }

  get current(): Settings {
    return this.#current;
  }

  /** False until the engine has told what was chosen: {@link current} are only defaults then. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  async load(): Promise<void> {
    this.#current = await this.#connection.client.settings.get();
    this.#isLoaded = true;
  }

  async change(changes: Changes): Promise<void> {
    const before = this.#current;
    this.#current = { ...before, ...changes };
    try {
      this.#current = await this.#connection.client.settings.set(changes);
    } catch (error) {
      this.#current = before;
      this.#onError(error);
    }
  }
}
