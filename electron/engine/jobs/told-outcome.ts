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
}
