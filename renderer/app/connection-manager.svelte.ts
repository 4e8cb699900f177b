import type { ConnectionState } from './client.ts';
import type { Connection } from './connection.ts';

/** The connection's state as something that the page reacts to. */
export class ConnectionManager {
  #state = $state<ConnectionState>('connecting');
  /** Follows a stream across lost connections; see connection.ts. */
  readonly follow: Connection['follow'];

  constructor(connection: Connection) {
    this.follow = (open, handlers) => connection.follow(open, handlers);
    this.#state = connection.state.current;
    connection.state.subscribe((state) => (this.#state = state));
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Why a button that needs the engine cannot be pressed now; null where it can. */
  get refusal(): string | null {
    return this.#state === 'open' ? null : 'Nixstead’s engine is not connected.';
  }
}
