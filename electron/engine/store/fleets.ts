import { z } from 'zod';
import { fleetView, type FleetView, type RecentFleet } from '../../../shared/contract/fleet.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

/** A fleet that was opened before; whether its folder still exists is asked when it is shown. */
export type RememberedFleet = Omit<RecentFleet, 'exists'>;

const rememberedRow = z
  .object({ path: z.string(), name: z.string(), host_count: z.int(), opened_at: z.number() })
  .transform((row): RememberedFleet => ({
    path: row.path,
    name: row.name,
    hostCount: row.host_count,
    openedAt: row.opened_at,
  }));
const viewRow = z.object({ view_json: jsonColumn(fleetView) });

/** Recently opened fleets and the last view of each. */
export class FleetTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The fleets that were opened, latest first. */
  recent(limit = 50): RememberedFleet[] {
    return this.#database.all(
      rememberedRow,
      'SELECT path, name, host_count, opened_at FROM fleets ORDER BY opened_at DESC, path LIMIT @limit',
      { limit },
    );
  }

  /** Notes that a fleet was opened at `openedAt` (ms since the epoch). */
  remember(fleet: RememberedFleet): void {
    this.#database.run(
      `INSERT INTO fleets (path, name, host_count, opened_at) VALUES (@path, @name, @hostCount, @openedAt)
       ON CONFLICT (path) DO UPDATE SET name = @name, host_count = @hostCount, opened_at = @openedAt`,
      { path: fleet.path, name: fleet.name, hostCount: fleet.hostCount, openedAt: fleet.openedAt },
    );
  }

  forget(path: string): void {
    this.#database.run('DELETE FROM fleets WHERE path = @path', { path });
  }

  /** The view that was saved under the same key (a hash of lock and tree); null where the flake has changed since. */
  cachedView(path: string, key: string): FleetView | null {
    const sql = 'SELECT view_json FROM fleets WHERE path = @path AND view_key = @key';
    return this.#database.get(viewRow, sql, { path, key })?.view_json ?? null;
  }

  /** The view that was saved last, of whatever state of the flake. */
  lastView(path: string): FleetView | null {
    const sql = 'SELECT view_json FROM fleets WHERE path = @path AND view_json IS NOT NULL';
    return this.#database.get(viewRow, sql, { path })?.view_json ?? null;
  }

  /** Keeps a view; each fleet has one. A fleet that is not remembered yet becomes so. */
  saveView(path: string, key: string, view: FleetView): void {
    this.#database.run(
      `INSERT INTO fleets (path, name, host_count, opened_at, view_key, view_json)
       VALUES (@path, @name, @hostCount, @openedAt, @key, @view)
       ON CONFLICT (path) DO UPDATE SET view_key = @key, view_json = @view`,
      {
        path,
        key,
        name: view.fleet.name,
        hostCount: view.hosts.length,
        openedAt: view.fleet.evaluatedAt,
        view: JSON.stringify(view),
      },
    );
  }
}
