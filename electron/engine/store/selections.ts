import type { FleetId } from '../../../shared/contract/ids.ts';
import { savedSelection, type SavedSelection } from '../../../shared/contract/selection.ts';
import type { Database } from './database.ts';

/** Selections of hosts that were given a name, for each fleet. */
export class SelectionTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order of their names. */
  all(fleetId: FleetId): SavedSelection[] {
    const sql = 'SELECT name, text FROM selections WHERE fleet_id = @fleetId ORDER BY name COLLATE NOCASE, name';
    return this.#database.all(savedSelection, sql, { fleetId });
  }

  /** Keeps a selection, in place of one of the same name. */
  save(fleetId: FleetId, { name, text }: SavedSelection): void {
    this.#database.run(
      `INSERT INTO selections (fleet_id, name, text) VALUES (@fleetId, @name, @text)
       ON CONFLICT (fleet_id, name) DO UPDATE SET text = @text`,
      { fleetId, name, text },
    );
  }

  /** @returns false where there is none of this name */
  remove(fleetId: FleetId, name: string): boolean {
    return (
      this.#database.run('DELETE FROM selections WHERE fleet_id = @fleetId AND name = @name', { fleetId, name }) > 0
    );
  }

  /** Puts the selections of a fleet in place of those that it has. */
  replaceAll(fleetId: FleetId, selections: readonly SavedSelection[]): void {
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM selections WHERE fleet_id = @fleetId', { fleetId });
      for (const selection of selections) this.save(fleetId, selection);
    });
  }
}
