import { z } from 'zod';
import type { JobId } from '../../../shared/contract/ids.ts';
import type { EstimateError } from '../../../shared/contract/job.ts';
import type { Database } from './database.ts';
import { median } from './median.ts';

/** So many deploys say how good the estimates are now: older ones were made of less history. */
const counted = 20;

const row = z.object({ estimated_ms: z.number(), took_ms: z.number() });

/** What deploys were expected to take, beside what they took. */
export class Estimates {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  record({ id, endedAt }: { id: JobId; endedAt: number }, estimatedMs: number, tookMs: number): void {
    this.#database.run('INSERT OR IGNORE INTO estimates VALUES (@id, @endedAt, @estimatedMs, @tookMs)', {
      ...{ id, endedAt },
      ...{ estimatedMs: Math.round(estimatedMs), tookMs: Math.round(tookMs) },
    });
  }

  /** How far off the last ones were, as a share of what the deploys took; null without any. */
  error(): EstimateError | null {
    const sql = 'SELECT estimated_ms, took_ms FROM estimates WHERE took_ms > 0 ORDER BY ended_at DESC LIMIT @counted';
    const errors = this.#database
      .all(row, sql, { counted })
      .map((each) => Math.abs(each.estimated_ms - each.took_ms) / each.took_ms);
    const middle = median(errors);
    return middle === null ? null : { median: middle, jobs: errors.length };
  }
}
