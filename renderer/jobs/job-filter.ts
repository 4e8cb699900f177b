import type { JobState, JobSummary } from '../../shared/contract/job.ts';
import { isOver } from '../../shared/jobs/view.ts';

export type JobGroup = 'all' | 'active' | 'succeeded' | 'failed';

const FAILED_STATES: readonly JobState[] = ['failed', 'partial', 'interrupted'];

function isInGroup(job: JobSummary, group: JobGroup): boolean {
  switch (group) {
    case 'all':
      return true;
    case 'active':
      return !isOver(job.state);
    case 'succeeded':
      return job.state === 'succeeded';
    case 'failed':
      return FAILED_STATES.includes(job.state);
  }
}

/** Jobs of a group whose title, id or hosts hold every word that was typed. */
export function filterJobs(jobs: readonly JobSummary[], text: string, group: JobGroup): JobSummary[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return jobs.filter((job) => {
    if (!isInGroup(job, group)) return false;
    if (words.length === 0) return true;
    const haystack = `${job.title} ${job.id} ${job.hosts.join(' ')}`.toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}
