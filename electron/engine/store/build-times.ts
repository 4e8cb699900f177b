import { z } from 'zod';
import { stage, type Stage } from '../../../shared/contract/job.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import type { Database } from './database.ts';
import { median } from './median.ts';

/** How many measurements of one thing are kept; their median is what we expect. */
const KEPT = 5;

const timeRow = z.object({ name: z.string(), duration_ms: z.number() });
const stageRow = z.object({ host: z.string(), stage, duration_ms: z.number() });

/** How long one stage of one host took. */
export interface StageTime {
  readonly host: HostName;
  readonly stage: Stage;
  readonly durationMs: number;
}

/** How long derivations and stages took on this user's machines; what estimates are made of. */
export class BuildTimes {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Notes how long derivations took. Names may carry a hash and a version; both are left out. */
  recordBuilds(builds: readonly { name: string; durationMs: number }[], endedAt: number): void {
    this.#database.transaction(() => {
      for (const build of builds) {
        const name = packageName(build.name);
        this.#database.run('INSERT INTO build_times VALUES (@name, @endedAt, @durationMs)', {
          name,
          endedAt,
          durationMs: Math.round(build.durationMs),
        });
        this.#database.run(
          `DELETE FROM build_times WHERE name = @name AND rowid NOT IN
             (SELECT rowid FROM build_times WHERE name = @name ORDER BY ended_at DESC, rowid DESC LIMIT @kept)`,
          { name, kept: KEPT },
        );
      }
    });
  }

  /** Milliseconds that a derivation is expected to take; null without history. */
  expectedBuild(name: string): number | null {
    const sql = 'SELECT name, duration_ms FROM build_times WHERE name = @name';
    return median(this.#database.all(timeRow, sql, { name: packageName(name) }).map((row) => row.duration_ms));
  }

  recordStages(fleetId: FleetId, times: readonly StageTime[], endedAt: number): void {
    this.#database.transaction(() => {
      for (const { host, stage, durationMs } of times) {
        const key = { fleetId, host, stage };
        this.#database.run('INSERT INTO stage_times VALUES (@fleetId, @host, @stage, @endedAt, @durationMs)', {
          ...key,
          endedAt,
          durationMs: Math.round(durationMs),
        });
        const same = 'fleet_id = @fleetId AND host = @host AND stage = @stage';
        this.#database.run(
          `DELETE FROM stage_times WHERE ${same} AND rowid NOT IN
             (SELECT rowid FROM stage_times WHERE ${same} ORDER BY ended_at DESC, rowid DESC LIMIT @kept)`,
          { ...key, kept: KEPT },
        );
      }
    });
  }

  /** Milliseconds that each stage of each host of a fleet is expected to take. */
  expectedStages(fleetId: FleetId): StageExpectation {
    const sql = 'SELECT host, stage, duration_ms FROM stage_times WHERE fleet_id = @fleetId';
    const samples = Map.groupBy(this.#database.all(stageRow, sql, { fleetId }), (row) => `${row.stage} ${row.host}`);
    return (host, ofStage) => median(samples.get(`${ofStage} ${host}`)?.map((row) => row.duration_ms) ?? []);
  }
}

export type StageExpectation = (host: HostName, stage: Stage) => number | null;

/**
 * A derivation's name without store path, hash, `.drv` and version, so that the next version is expected to take as
 * long: `/nix/store/<hash>-linux-6.6.1.drv` is `linux`. The version starts at the first dash that no letter follows
 * (`builtins.parseDrvName`).
 */
export function packageName(name: string): string {
  const plain = name
    .replace(/^.*\//, '')
    .replace(/^[0-9a-z]{32}-/, '')
    .replace(/\.drv$/, '');
  return plain.replace(/-[^a-zA-Z].*$/, '') || plain;
}
