import type { FleetId } from '../../shared/contract/ids.ts';
import type { SavedSelection } from '../../shared/contract/selection.ts';
import { quoteWord, type SavedSelections } from '../../shared/fleet/selection.ts';
import type { Client } from '../app/client.ts';

/** The selection that stands for a saved one in a filter. */
export function savedFilter(name: string): string {
  return `saved:${quoteWord(name)}`;
}

/** The selections that a person saved for the shown fleet. */
export class SavedSelectionsManager {
  readonly #client: Client;
  readonly #complain: (error: unknown) => void;
  #fleetId: FleetId | null = null;
  #list = $state.raw<readonly SavedSelection[]>([]);

  readonly #texts = $derived<SavedSelections>(new Map(this.#list.map(({ name, text }) => [name, text])));

  constructor(client: Client, complain: (error: unknown) => void) {
    this.#client = client;
    this.#complain = complain;
  }

  /** In the order of their names. */
  get list(): readonly SavedSelection[] {
    return this.#list;
  }
  /** As the selection language wants them. */
  get texts(): SavedSelections {
    return this.#texts;
  }

  /** Shows another fleet's selections. */
  follow(fleetId: FleetId | null): void {
    if (fleetId === this.#fleetId) return;
    this.#fleetId = fleetId;
    this.#list = [];
    void this.refresh();
  }

  /** Asks for the list again: another window or the command line may have changed it. */
  async refresh(): Promise<void> {
    try {
      await this.#change((fleetId) => this.#client.selection.list({ fleetId }));
    } catch (error) {
      this.#complain(error);
    }
  }

  /** @throws what the engine says, as for the others below */
  save(selection: SavedSelection): Promise<void> {
    return this.#change((fleetId) => this.#client.selection.save({ fleetId, ...selection }));
  }
  rename(name: string, to: string): Promise<void> {
    return this.#change((fleetId) => this.#client.selection.rename({ fleetId, name, to }));
  }
  remove(name: string): Promise<void> {
    return this.#change((fleetId) => this.#client.selection.remove({ fleetId, name }));
  }

  async #change(ask: (fleetId: FleetId) => Promise<SavedSelection[]>): Promise<void> {
    const fleetId = this.#fleetId;
    if (fleetId === null) return;
    const list = await ask(fleetId);
    if (fleetId === this.#fleetId) this.#list = list;
  }
}
