import { z } from 'zod';
import { hostTraits, type HostTraits } from '../../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

const traitsRow = z.object({ traits_json: jsonColumn(hostTraits) });
const systemRow = z.object({ host: z.string(), system: z.string() });

/** A state of a fleet's files; see `fleet/fingerprint.ts`. */
export interface FleetState {
  readonly fleetId: FleetId;
  readonly fingerprint: string;
}

/** What evaluation told of hosts; of each host what was told last, whatever the state of the files was then. */
export class EvaluatedHosts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Traits that hold for this state of the files. */
  traits({ fleetId, fingerprint }: FleetState): HostTraits[] {
    const sql = 'SELECT traits_json FROM host_traits WHERE fleet_id = @fleetId AND fingerprint = @fingerprint';
    return this.#database.all(traitsRow, sql, { fleetId, fingerprint }).map((row) => row.traits_json);
  }

  saveTraits({ fleetId, fingerprint }: FleetState, traits: readonly HostTraits[]): void {
    this.#database.transaction(() => {
      for (const each of traits) {
        this.#database.run(
          `INSERT INTO host_traits (fleet_id, host, fingerprint, traits_json)
           VALUES (@fleetId, @host, @fingerprint, @traits)
           ON CONFLICT (fleet_id, host) DO UPDATE SET fingerprint = @fingerprint, traits_json = @traits`,
          { fleetId, fingerprint, host: each.name, traits: JSON.stringify(each) },
        );
      }
    });
  }

  /** The systems that hosts would run by this state of the files, as far as they were evaluated. */
  systems({ fleetId, fingerprint }: FleetState): ReadonlyMap<string, string> {
    const sql = 'SELECT host, system FROM wanted_systems WHERE fleet_id = @fleetId AND fingerprint = @fingerprint';
    const rows = this.#database.all(systemRow, sql, { fleetId, fingerprint });
    return new Map(rows.map(({ host, system }) => [host, system]));
  }

  saveSystems({ fleetId, fingerprint }: FleetState, systems: ReadonlyMap<HostName, string>): void {
    this.#database.transaction(() => {
      for (const [host, system] of systems) {
        this.#database.run(
          `INSERT INTO wanted_systems (fleet_id, host, fingerprint, system)
           VALUES (@fleetId, @host, @fingerprint, @system)
           ON CONFLICT (fleet_id, host) DO UPDATE SET fingerprint = @fingerprint, system = @system`,
          { fleetId, host, fingerprint, system },
        );
      }
    });
  }
}
