import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import type { JobSpec } from './kind.ts';

/** What became of a host in a job, as it was told. */
export interface ToldOutcome {
  readonly jobId: JobId;
  readonly kind: string;
  readonly spec: JobSpec;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: HostOutcome;
}

/** Whose outcomes are wanted, and until when. */
export interface OutcomesOf {
  readonly fleetId: FleetId;
  readonly host: HostName;
  readonly until: number;
  /** Of so many jobs that were queued last; all where absent. */
  readonly most?: number;
}

/**
 * What jobs told, the latest first, also where one that was queued later was over earlier. A job is read when nothing that
 * is known already is later than its end.
 */
export function* latestFirst<Job extends { readonly endedAt: number | null }>(
  jobs: readonly Job[],
  read: (job: Job) => readonly ToldOutcome[],
): Generator<ToldOutcome> {
  const endOf = (job: Job | undefined): number => (job === undefined ? 0 : (job.endedAt ?? Number.MAX_SAFE_INTEGER));
  const ordered = jobs.toSorted((a, b) => endOf(b) - endOf(a));
  let told: ToldOutcome[] = [];
  for (const [index, job] of ordered.entries()) {
    told = [...told, ...read(job)].toSorted((a, b) => b.at - a.at);
    const next = endOf(ordered[index + 1]);
    yield* told.filter(({ at }) => at > next);
    told = told.filter(({ at }) => at <= next);
  }
}
