import type { JobDetail } from '../../../../shared/contract/job.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { JobRequest } from '../../jobs/jobs.ts';
import { knownChanges } from '../approved.ts';
import { deployAddresses, deployTitle } from '../plan.ts';
import { deploySpec, type DeploySpec } from '../spec.ts';

/**
 * What is queued when a deploy is over: a job for each host that was away and is to be deployed later, and a job that
 * waited for its host once more, where this computer was restarted under it.
 */
export function followUps({ summary, spec: kept, outcomes, steps, changes }: JobDetail): JobRequest[] {
  if (summary.kind !== 'deploy') return [];
  const parsed = deploySpec.safeParse(kept);
  if (!parsed.success) return [];
  const { data: spec } = parsed;
  const request = (waiting: DeploySpec): JobRequest => ({
    kind: 'deploy',
    spec: waiting,
    title: laterTitle(waiting),
    fleetId: summary.fleetId,
    hosts: waiting.hosts.map(({ name }) => name),
    addresses: deployAddresses(waiting),
    known: knownChanges(waiting, changes),
  });
  if (spec.waitsForHosts) {
    const hasBegun = steps.some(({ stage, state }) => stage === 'build' && state !== 'waiting' && state !== 'skipped');
    return summary.state === 'interrupted' && !hasBegun ? [request(spec)] : [];
  }
  const away = spec.hosts.filter(({ name }) => isPutOff(outcomes, name));
  return spec.pinned === null ? [] : away.map((host) => request(waitingSpec(spec, host)));
}

function isPutOff(outcomes: JobDetail['outcomes'], name: HostName): boolean {
  const outcome = Object.hasOwn(outcomes, name) ? outcomes[name] : undefined;
  return outcome?.error?.code === 'deploy-offline-later';
}

/** One host alone: what was approved for it, else what the commit says that was the last one when it was asked for. */
function waitingSpec(spec: DeploySpec, host: DeploySpec['hosts'][number]): DeploySpec {
  const fleet = { ...spec.fleet, ref: spec.pinned?.ref ?? spec.fleet.ref };
  return { ...spec, fleet, hosts: [host], waves: null, fingerprint: null, offline: 'fail', waitsForHosts: true };
}

/** For example `Switch pi when it comes back (3f2a91c)`. */
function laterTitle(spec: DeploySpec): string {
  if (spec.plan !== null) return `${deployTitle(spec)} as planned when it comes back`;
  const commit = spec.pinned?.commit ? ` (${spec.pinned.commit.slice(0, 7)})` : '';
  return `${deployTitle(spec)} when it comes back${commit}`;
}
