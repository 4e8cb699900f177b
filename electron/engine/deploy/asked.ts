import type { DeployOptions, DeployRequest } from '../../../shared/contract/deploy.ts';
import type { JobId } from '../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import { ProblemError } from '../errors.ts';
import { approvedBefore, type Approved } from './approved.ts';
import { hostsToRetry } from './plan.ts';
import { deploySpec, type DeploySpec } from './spec.ts';

/** How a plan was wanted to be done; nothing where the fleet decides. */
export function askedOf(approved: Pick<JobDetail, 'spec'> | null): DeployOptions {
  const spec = deploySpec.safeParse(approved?.spec);
  return spec.success ? spec.data.asked : {};
}

/** A request without what it leaves open, to be laid over other options. */
export function given(request: DeployRequest): DeployRequest {
  const { fleetId, hosts, goal, ...options } = request;
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), fleetId, hosts, goal };
}

/**
 * The same goal again, wanted in the same way, for the hosts that did not come to it: to what was approved, else to what
 * their fleet says now.
 * @throws ProblemError `deploy-nothing-to-retry`
 */
export function retryOf(job: Pick<JobDetail, 'summary' | 'spec' | 'outcomes' | 'changes'>): {
  request: DeployRequest;
  rollbackTo: DeploySpec['rollbackTo'];
  approved: Approved | null;
} {
  const { fleetId, id, kind, hosts: all } = job.summary;
  const spec = deploySpec.safeParse(job.spec);
  const hosts = hostsToRetry(all, job.outcomes);
  if (kind !== 'deploy' || fleetId === null || !spec.success || hosts.length === 0) throw nothingToRetry(id);
  const { goal, engine, rollbackTo, asked } = spec.data;
  return { request: { ...asked, engine, fleetId, hosts, goal }, rollbackTo, approved: approvedBefore(job) };
}

function nothingToRetry(id: JobId): ProblemError {
  return new ProblemError({
    code: 'deploy-nothing-to-retry',
    title: 'There is nothing to try again',
    evidence: `Every host of the job ${id} came to what was asked for, or it was no deploy`,
    advice: ['Start a new deploy from the fleet.'],
  });
}
