import type { JobDetail } from '../../../shared/contract/job.ts';
import type { JobRequest } from '../jobs/jobs.ts';
import { followUps } from './later/follow-ups.ts';
import { releasePlans } from './planned-roots.ts';

/** What is done when a job is over, by the first engine that hears of it. @param jobs the folder of all jobs */
export function afterDeploys(jobs: string): (job: JobDetail) => readonly JobRequest[] {
  return (job) => {
    releasePlans(jobs, job);
    return followUps(job);
  };
}
