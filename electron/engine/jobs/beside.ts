import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { jobId } from '../../../shared/contract/ids.ts';
import { JobFolder, type JobFile } from './job-folder.ts';
import { pulseOf } from './predecessors.ts';

/** A job as its folder has it. */
interface JobThere {
  readonly folder: JobFolder;
  readonly job: JobFile;
}

type WithHosts = Pick<JobFile, 'fleetId' | 'hosts'>;

/** True where two jobs mean one machine: by its name in one fleet, or by its address. */
export function sharesHost(one: WithHosts, other: WithHosts): boolean {
  return one.hosts.some(({ name, address }) =>
    other.hosts.some(
      (host) => (host.name === name && one.fleetId === other.fleetId) || (address !== null && host.address === address),
    ),
  );
}

/** True for a job that begins when its hosts answer again. */
export function waitsForHosts({ spec }: Pick<JobFile, 'spec'>): boolean {
  return spec['waitsForHosts'] === true;
}

/** True while such a job waits for its hosts: until it goes on, others that are queued run beside it. */
export function stillWaits(folder: JobFolder): boolean {
  const job = folder.readJob();
  return job !== null && waitsForHosts(job) && !folder.hasGoneOn;
}

/** The other jobs that are not over and have a host of this one. */
export function jobsBeside(folder: JobFolder): JobThere[] {
  const mine = folder.readJob();
  if (mine === null) return [];
  const jobs = dirname(folder.path);
  return readdirSync(jobs).flatMap((name) => {
    if (name === mine.id || !jobId.safeParse(name).success) return [];
    const other = new JobFolder(join(jobs, name));
    const job = other.readJob();
    return job !== null && sharesHost(mine, job) && pulseOf(other) === 'alive' ? [{ folder: other, job }] : [];
  });
}

/**
 * The jobs that a job which waited for its hosts lets go first: those that have one of them, and do not wait for this one
 * themselves. Of two that waited, the earlier goes first.
 */
export function aheadOf(folder: JobFolder): JobFile['after'] {
  const mine = folder.readJob();
  if (mine === null) return [];
  const [host] = mine.hosts;
  if (host === undefined) return [];
  return jobsBeside(folder)
    .filter(({ job }) => !job.after.some(({ jobId: id }) => id === mine.id))
    .filter(({ job }) => !waitsForHosts(job) || isEarlier(job, mine))
    .map(({ job }) => ({ jobId: job.id, host: host.name, title: job.title }));
}

/** True where a job was queued before another. */
export function isEarlier(one: Pick<JobFile, 'queuedAt' | 'id'>, other: Pick<JobFile, 'queuedAt' | 'id'>): boolean {
  return one.queuedAt === other.queuedAt ? one.id < other.id : one.queuedAt < other.queuedAt;
}
