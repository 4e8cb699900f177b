import type { JobSummary } from '../../shared/contract/job.ts';
import { isOver } from '../../shared/jobs/view.ts';

const RECENT_LIMIT = 8;

/** Every job that is not over, running ones first, then the latest that are. `jobs` are newest first. */
export function drawerJobs(jobs: readonly JobSummary[]): JobSummary[] {
  const active = jobs
    .filter((job) => !isOver(job.state))
    .sort((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued'));
  const recent = jobs.filter((job) => isOver(job.state)).slice(0, Math.max(2, RECENT_LIMIT - active.length));
  return [...active, ...recent];
}

/** `1 running · 1 waiting for db2 · 24 today`. */
export function summarizeJobs(jobs: readonly JobSummary[], now: number): string {
  const running = jobs.filter((job) => job.state === 'running').length;
  const queued = jobs.filter((job) => job.state === 'queued');
  const today = new Date(now).toDateString();
  const todayCount = jobs.filter((job) => new Date(job.queuedAt).toDateString() === today).length;
  const waitedFor = queued.length === 1 ? queued[0]?.waitingFor?.host : undefined;
  return [
    running > 0 ? `${running} running` : null,
    queued.length > 0 ? `${queued.length} waiting${waitedFor === undefined ? '' : ` for ${waitedFor}`}` : null,
    todayCount > 0 ? `${todayCount} today` : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}
