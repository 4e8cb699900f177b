import type { DeployRequest } from '../../../shared/contract/deploy.ts';
import type { HostName, JobId } from '../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import { ProblemError } from '../errors.ts';
import { approvedBefore, type Approved } from './approved.ts';
import { hostsToRetry } from './plan.ts';
import { deploySpec, type DeployHost, type DeploySpec } from './spec.ts';

/** A request without what it leaves open, to be laid over other options. */
export function given(request: DeployRequest): DeployRequest {
  const { fleetId, hosts, goal, ...options } = request;
  const known = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known), fleetId, hosts, goal };
}

/** What a job that is tried again left of a host. */
type Left = Pick<DeployHost, 'previous' | 'mustBeWell' | 'mustNotFail'>;

/**
 * The same goal again, wanted in the same way, for the hosts that did not come to it: to what was approved, else to what
 * their fleet says now.
 * @throws ProblemError `deploy-nothing-to-retry`
 */
export function retryOf(job: Pick<JobDetail, 'summary' | 'spec' | 'outcomes' | 'changes' | 'goesBackTo' | 'health'>): {
  request: DeployRequest;
  rollbackTo: DeploySpec['rollbackTo'];
  approved: Approved | null;
  left: ReadonlyMap<HostName, Left>;
} {
  const { fleetId, id, kind, hosts: all } = job.summary;
  const spec = deploySpec.safeParse(job.spec);
  const hosts = hostsToRetry(all, job.outcomes);
  if (kind !== 'deploy' || fleetId === null || !spec.success || hosts.length === 0) throw nothingToRetry(id);
  const { goal, engine, rollbackTo, asked } = spec.data;
  const left = new Map(
    spec.data.hosts.map((host) => [
      host.name,
      { previous: previousOf(job, host), mustBeWell: mustBeWell(job, host), mustNotFail: mustNotFail(job, host) },
    ]),
  );
  return { request: { ...asked, engine, fleetId, hosts, goal }, rollbackTo, approved: approvedBefore(job), left };
}

/** A deploy that tries another again, with what that left of its hosts. */
export function withLeft(spec: DeploySpec, left: ReadonlyMap<HostName, Left>): DeploySpec {
  return { ...spec, hosts: spec.hosts.map((host) => ({ ...host, ...left.get(host.name) })) };
}

/** The one before what booted at first; what boots by now may be that already. */
function previousOf({ goesBackTo = {} }: Pick<JobDetail, 'goesBackTo'>, { name, previous }: DeployHost): number | null {
  return (Object.hasOwn(goesBackTo, name) ? goesBackTo[name] : undefined) ?? previous;
}

/** Checks that got worse, where the host may run still what made them so: such were not broken before that. */
function mustBeWell({ outcomes, health }: Pick<JobDetail, 'outcomes' | 'health'>, host: DeployHost): string[] {
  const { name } = host;
  const state = Object.hasOwn(outcomes, name) ? outcomes[name]?.state : undefined;
  const results = (Object.hasOwn(health, name) ? health[name]?.after : undefined) ?? [];
  if (state === 'reverted') return [];
  const failed = results.filter((result) => result.state === 'failed').map((result) => result.name);
  return [...new Set([...host.mustBeWell, ...failed])];
}

/** Units that failed with what the host may run still. */
function mustNotFail({ outcomes }: Pick<JobDetail, 'outcomes'>, { name, mustNotFail: before }: DeployHost): string[] {
  const { state, failedUnits = [] } = (Object.hasOwn(outcomes, name) ? outcomes[name] : undefined) ?? {};
  return state === 'reverted' ? [] : [...new Set([...before, ...failedUnits])];
}

function nothingToRetry(id: JobId): ProblemError {
  return new ProblemError({
    code: 'deploy-nothing-to-retry',
    title: 'There is nothing to try again',
    evidence: `Every host of the job ${id} came to what was asked for, or it was no deploy`,
    advice: ['Start a new deploy from the fleet.'],
  });
}
