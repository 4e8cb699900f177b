import type { FleetId } from '../../shared/contract/ids.ts';
import type { OptionsState } from '../../shared/contract/options.ts';
import type { OptionPath } from '../../shared/nix/options/scope.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import type { Connection } from '../app/connection.ts';
import type { OptionSource } from '../ui/code/option-names.ts';

/** The names of the open fleet's options: how it stands with them, and what the editor asks about them. */
export class OptionNamesManager implements OptionSource {
  readonly #client: Client;
  readonly #follow: Connection['follow'];
  #fleetId: FleetId | null = null;
  #state = $state.raw<OptionsState | null>(null);

  constructor({ client, follow }: Pick<Connection, 'client' | 'follow'>) {
    this.#client = client;
    this.#follow = follow;
  }

  /** null: nobody has asked yet. */
  get state(): OptionsState | null {
    return this.#state;
  }

  /** Has the options read for as long as somebody follows. `again`: also what failed before. */
  follow(fleetId: FleetId, again: boolean): Disposable {
    if (fleetId !== this.#fleetId) this.#state = null;
    this.#fleetId = fleetId;
    return this.#follow((signal) => this.#client.options.watch({ fleetId, again }, { signal }), {
      each: (state) => void (this.#state = state),
      failed: (error) => void (this.#state = { state: 'absent', problem: asProblem(error) }),
    });
  }

  async complete(path: OptionPath, prefix: string) {
    const fleetId = this.#fleetId;
    if (fleetId === null || this.#state?.state !== 'ready') return { names: [], isComplete: true };
    try {
      return await this.#client.options.complete({ fleetId, path: [...path], prefix });
    } catch {
      // The line is cut; the next key asks again.
      return { names: [], isComplete: true };
    }
  }

  async describe(path: OptionPath) {
    const fleetId = this.#fleetId;
    if (fleetId === null || this.#state?.state !== 'ready') return null;
    return this.#client.options.describe({ fleetId, path: [...path] }).catch(() => null);
  }
}
