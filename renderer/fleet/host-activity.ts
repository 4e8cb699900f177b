import type { HostName, JobId } from '../../shared/contract/ids.ts';
import type { JobDetail, JobSummary, Step } from '../../shared/contract/job.ts';

/** What a job does with a host right now. `step` null: it waits for its turn. */
export interface HostActivity {
  jobId: JobId;
  title: string;
  isQueued: boolean;
  step: Step | null;
}

/**
 * Hosts that a job holds. `details` are the live jobs as far as they are known; a job without one is shown as waiting.
 * A host that a running job is done with is free again.
 */
export function activityByHost(
  active: readonly JobSummary[],
  details: ReadonlyMap<JobId, JobDetail>,
): Map<HostName, HostActivity> {
  const activities = new Map<HostName, HostActivity>();
  for (const job of active) {
    const detail = details.get(job.id);
    const running = new Map<HostName, Step>();
    for (const step of detail?.steps ?? []) if (step.state === 'running') running.set(step.host, step);
    for (const host of job.hosts) {
      if (detail !== undefined && Object.hasOwn(detail.outcomes, host)) continue;
      const known = activities.get(host);
      if (known !== undefined && !known.isQueued) continue;
      activities.set(host, {
        jobId: job.id,
        title: job.title,
        isQueued: job.state === 'queued',
        step: running.get(host) ?? null,
      });
    }
  }
  return activities;
}
