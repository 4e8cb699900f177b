import { z } from 'zod';
import { fleetId, hostName, jobId, type FleetId, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import {
  hostOutcome,
  jobState,
  type HostOutcome,
  type JobOfHost,
  type JobState,
} from '../../../shared/contract/job.ts';
import type { Database } from './database.ts';
import { jsonColumn } from './json-column.ts';

/** A host of a job. Jobs exclude each other where fleet and name are the same, or where the address is. */
export interface JobHost {
  readonly name: HostName;
  /** Where it answers, in a form that is the same for the same machine; null: not known. */
  readonly address: string | null;
}

export interface NewJobRow {
  readonly id: JobId;
  readonly kind: string;
  readonly title: string;
  readonly fleetId: FleetId | null;
  readonly hosts: readonly JobHost[];
  readonly spec: Readonly<Record<string, unknown>>;
  readonly queuedAt: number;
}

/** A job as the table has it. */
export interface JobRow {
  readonly id: JobId;
  readonly kind: string;
  readonly title: string;
  readonly fleetId: FleetId | null;
  readonly hosts: HostName[];
  readonly spec: Record<string, unknown>;
  readonly state: JobState;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly stepsDone: number;
  readonly stepsTotal: number;
}

/** An earlier job that is not over and has a host in common with a new one. */
export interface Predecessor {
  readonly jobId: JobId;
  readonly host: HostName;
  readonly title: string;
}

/** What a job's last events say. */
export interface JobEnding {
  readonly state: JobState;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly stepsDone: number;
  readonly stepsTotal: number;
  readonly outcomes: Readonly<Record<string, HostOutcome>>;
}

/** A job as the table has it, with what became of one host of it. */
export interface JobRowOfHost extends JobRow {
  readonly outcome: JobOfHost['outcome'];
}

/** How the last job that touched a host ended there. */
export interface LastOfHost {
  readonly host: HostName;
  readonly jobId: JobId;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The host's own outcome, else the job's state. */
  readonly state: string;
}

const jobColumns = z.object({
  id: jobId,
  kind: z.string(),
  title: z.string(),
  fleet_id: fleetId.nullable(),
  spec_json: jsonColumn(z.record(z.string(), z.unknown())),
  hosts_json: jsonColumn(z.array(hostName)),
  state: jobState,
  queued_at: z.number(),
  started_at: z.number().nullable(),
  ended_at: z.number().nullable(),
  steps_done: z.int(),
  steps_total: z.int(),
});
const readJob = (row: z.output<typeof jobColumns>): JobRow => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  fleetId: row.fleet_id,
  hosts: row.hosts_json,
  spec: row.spec_json,
  state: row.state,
  queuedAt: row.queued_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  stepsDone: row.steps_done,
  stepsTotal: row.steps_total,
});
const jobRow = jobColumns.transform(readJob);
const jobRowOfHost = jobColumns
  .extend({ outcome: hostOutcome.shape.state.nullable(), generation: z.int().nullable() })
  .transform(({ outcome, generation, ...row }): JobRowOfHost => ({
    ...readJob(row),
    outcome: outcome === null ? null : { state: outcome, generation },
  }));
const predecessorRow = z.object({ id: jobId, host: hostName, title: z.string() });
const lastRow = z.object({ host: hostName, id: jobId, at: z.number(), state: z.string() });
const idRow = z.object({ id: jobId });

const COLUMNS = `jobs.*, (SELECT json_group_array(host ORDER BY position) FROM job_hosts
  WHERE job_hosts.job_id = jobs.id) AS hosts_json`;
const UNFINISHED = `state IN ('queued', 'running')`;

/** The list of all jobs. What happened in one stands in its folder; this is the index and the order of the queue. */
export class JobTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Takes a job into the queue. `prepare` gets the earlier jobs that it has to wait for and writes the job's folder; both
   * happen alone, so that of two jobs queued at once by two engines one sees the other. Where `prepare` throws, nothing
   * is queued.
   */
  admit(job: NewJobRow, prepare: (predecessors: readonly Predecessor[]) => void): void {
    this.#database.transaction(() => {
      prepare(this.#predecessors(job));
      this.#insert(job, 'queued');
    });
  }

  /** Takes in a job whose folder is there but whose row is not (the database was lost, or another engine's). */
  adopt(job: NewJobRow): void {
    this.#database.transaction(() => {
      if (this.get(job.id) === null) this.#insert(job, 'queued');
    });
  }

  get(id: JobId): JobRow | null {
    return this.#database.get(jobRow, `SELECT ${COLUMNS} FROM jobs WHERE id = @id`, { id });
  }

  /** Latest first. */
  list(filter: { limit?: number; fleetId?: FleetId; host?: HostName } = {}): JobRow[] {
    return this.#database.all(
      jobRow,
      `SELECT ${COLUMNS} FROM jobs
       WHERE (@fleetId IS NULL OR fleet_id = @fleetId)
         AND (@host IS NULL OR id IN (SELECT job_id FROM job_hosts WHERE host = @host))
       ORDER BY ticket DESC LIMIT @limit`,
      { limit: filter.limit ?? 200, fleetId: filter.fleetId ?? null, host: filter.host ?? null },
    );
  }

  /** Latest first. */
  ofHost({ fleetId, host, limit }: { fleetId: FleetId; host: HostName; limit: number }): JobRowOfHost[] {
    return this.#database.all(
      jobRowOfHost,
      `SELECT ${COLUMNS}, here.outcome AS outcome, here.generation AS generation
       FROM job_hosts AS here JOIN jobs ON jobs.id = here.job_id
       WHERE here.host = @host AND here.fleet_id = @fleetId
       ORDER BY ticket DESC LIMIT @limit`,
      { fleetId, host, limit },
    );
  }

  /** The jobs that were not over when they were last heard of, in the order of the queue. */
  unfinished(): JobId[] {
    const sql = `SELECT id FROM jobs WHERE ${UNFINISHED} ORDER BY ticket`;
    return this.#database.all(idRow, sql).map((row) => row.id);
  }

  /** Every job that is over, latest first. */
  finished(): JobId[] {
    const sql = `SELECT id FROM jobs WHERE NOT ${UNFINISHED} ORDER BY ticket DESC`;
    return this.#database.all(idRow, sql).map((row) => row.id);
  }

  markStarted(id: JobId, startedAt: number): void {
    const sql = `UPDATE jobs SET state = 'running', started_at = @startedAt WHERE id = @id AND state = 'queued'`;
    this.#database.run(sql, { id, startedAt });
  }

  /** Writes down how a job ended; true for the first engine that does so. */
  finish(id: JobId, ending: JobEnding): boolean {
    return this.#database.transaction(() => {
      const changed = this.#database.run(
        `UPDATE jobs SET state = @state, started_at = @startedAt, ended_at = @endedAt,
           steps_done = @stepsDone, steps_total = @stepsTotal
         WHERE id = @id AND ${UNFINISHED}`,
        {
          id,
          state: ending.state,
          startedAt: ending.startedAt,
          endedAt: ending.endedAt,
          stepsDone: ending.stepsDone,
          stepsTotal: ending.stepsTotal,
        },
      );
      for (const [host, outcome] of Object.entries(ending.outcomes)) {
        const { state, generation } = outcome;
        const sql =
          'UPDATE job_hosts SET outcome = @state, generation = @generation WHERE job_id = @id AND host = @host';
        this.#database.run(sql, { id, host, state, generation });
      }
      return changed === 1;
    });
  }

  /** The last finished job of each host of a fleet, of one kind (such as `deploy`). */
  lastOfHosts(fleet: FleetId, kind: string): LastOfHost[] {
    return this.#database
      .all(
        lastRow,
        `SELECT host, jobs.id AS id, ended_at AS at, coalesce(outcome, state) AS state, max(ticket)
         FROM job_hosts JOIN jobs ON jobs.id = job_hosts.job_id
         WHERE job_hosts.fleet_id = @fleet AND kind = @kind AND ended_at IS NOT NULL
         GROUP BY host ORDER BY host`,
        { fleet, kind },
      )
      .map((row) => ({ host: row.host, jobId: row.id, at: row.at, state: row.state }));
  }

  /** Work that no other engine on this database does at the same time. */
  alone<Result>(work: () => Result): Result {
    return this.#database.transaction(work);
  }

  #insert(job: NewJobRow, state: JobState): void {
    this.#database.run(
      `INSERT INTO jobs (id, kind, title, fleet_id, spec_json, state, queued_at)
       VALUES (@id, @kind, @title, @fleetId, @spec, @state, @queuedAt)`,
      {
        id: job.id,
        kind: job.kind,
        title: job.title,
        fleetId: job.fleetId,
        spec: JSON.stringify(job.spec),
        state,
        queuedAt: job.queuedAt,
      },
    );
    for (const [position, host] of job.hosts.entries()) {
      this.#database.run(
        `INSERT INTO job_hosts (job_id, position, fleet_id, host, address)
         VALUES (@id, @position, @fleetId, @host, @address)`,
        { id: job.id, position, fleetId: job.fleetId, host: host.name, address: host.address },
      );
    }
  }

  #predecessors(job: NewJobRow): Predecessor[] {
    const found = new Map<JobId, Predecessor>();
    for (const host of job.hosts) {
      const rows = this.#database.all(
        predecessorRow,
        `SELECT jobs.id AS id, job_hosts.host AS host, title FROM job_hosts JOIN jobs ON jobs.id = job_hosts.job_id
         WHERE ${UNFINISHED} AND ((host = @host AND job_hosts.fleet_id IS @fleetId) OR address = @address)
         ORDER BY ticket`,
        { host: host.name, fleetId: job.fleetId, address: host.address },
      );
      for (const row of rows) {
        if (!found.has(row.id)) found.set(row.id, { jobId: row.id, host: host.name, title: row.title });
      }
    }
    return [...found.values()];
  }
}
