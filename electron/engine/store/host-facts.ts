import { z } from 'zod';
import { hostStatus, type HostStatus } from '../../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

const statusRow = z.object({ status_json: jsonColumn(hostStatus) });

/** What each host last said about itself, so that a fleet shows something before its hosts were asked again. */
export class HostFacts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Everything known about a fleet's hosts. */
  all(fleetId: FleetId): HostStatus[] {
    const sql = 'SELECT status_json FROM host_facts WHERE fleet_id = @fleetId ORDER BY host';
    return this.#database.all(statusRow, sql, { fleetId }).map((row) => row.status_json);
  }

  get(fleetId: FleetId, host: HostName): HostStatus | null {
    const sql = 'SELECT status_json FROM host_facts WHERE fleet_id = @fleetId AND host = @host';
    return this.#database.get(statusRow, sql, { fleetId, host })?.status_json ?? null;
  }

  save(fleetId: FleetId, status: HostStatus): void {
    this.#database.run(
      `INSERT INTO host_facts (fleet_id, host, status_json) VALUES (@fleetId, @host, @status)
       ON CONFLICT (fleet_id, host) DO UPDATE SET status_json = @status`,
      { fleetId, host: status.name, status: JSON.stringify(status) },
    );
  }
}
