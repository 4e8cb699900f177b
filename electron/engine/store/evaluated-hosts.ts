import { z } from 'zod';
import { hostTraits, type HostTraits } from '../../../shared/contract/host.ts';
import type { FleetId } from '../../../shared/contract/ids.ts';
import {
  evaluatedDerivation,
  type EvaluatedDerivation,
  type EvaluatedSystemOfHost,
} from '../../../shared/contract/job.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

const traitsRow = z.object({ traits_json: jsonColumn(hostTraits) });
const systemRow = z.object({ host: z.string(), system: z.string() });
const derivationRow = systemRow.extend({ derivation_json: jsonColumn(evaluatedDerivation) });

/** A host's system that needs no evaluation as long as the files are in the same state. */
export type KnownSystem = EvaluatedDerivation & { readonly outPath: string };

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

  /** Those of {@link systems} that can be built without being evaluated again. */
  derivations({ fleetId, fingerprint }: FleetState): ReadonlyMap<string, KnownSystem> {
    const sql = `SELECT host, system, derivation_json FROM wanted_systems
      WHERE fleet_id = @fleetId AND fingerprint = @fingerprint AND derivation_json IS NOT NULL`;
    const rows = this.#database.all(derivationRow, sql, { fleetId, fingerprint });
    return new Map(rows.map((row) => [row.host, { ...row.derivation_json, outPath: row.system }]));
  }

  saveSystems({ fleetId, fingerprint }: FleetState, systems: readonly EvaluatedSystemOfHost[]): void {
    this.#database.transaction(() => {
      for (const { host, system, derivation } of systems) {
        this.#database.run(
          `INSERT INTO wanted_systems (fleet_id, host, fingerprint, system, derivation_json)
           VALUES (@fleetId, @host, @fingerprint, @system, @derivation)
           ON CONFLICT (fleet_id, host)
           DO UPDATE SET fingerprint = @fingerprint, system = @system, derivation_json = @derivation`,
          { fleetId, host, fingerprint, system, derivation: derivation ? JSON.stringify(derivation) : null },
        );
      }
    });
  }
}
