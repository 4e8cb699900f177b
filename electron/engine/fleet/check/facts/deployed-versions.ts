import type { FleetId } from '../../../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../../../shared/contract/job.ts';
import type { Jobs } from '../../../jobs/jobs.ts';

/** Of a fleet's jobs, so many are looked through; hosts that none of them reached are not known. */
const maxJobs = 100;
const activates = ['switch', 'boot', 'test'];
const reached = ['succeeded', 'unchanged', 'switched-with-failures'];

/**
 * `system.stateVersion` of the last deploy that reached each host. A host is absent where no job of this computer knows:
 * it was deployed from elsewhere, or the jobs were deleted.
 */
export async function deployedStateVersions(
  jobs: Pick<Jobs, 'list' | 'show'>,
  fleetId: FleetId,
  hosts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const open = new Set(hosts);
  for (const summary of await jobs.list({ fleetId, limit: maxJobs })) {
    if (open.size === 0) break;
    if (summary.kind !== 'deploy' || !summary.hosts.some((host) => open.has(host))) continue;
    const job = await jobs.show(summary.id).catch(() => null);
    if (job === null || !activates.includes(goalOf(job))) continue;
    for (const [host, outcome] of Object.entries(job.outcomes)) {
      if (!open.has(host) || !reached.includes(outcome.state)) continue;
      open.delete(host);
      if (outcome.stateVersion !== undefined) found.set(host, outcome.stateVersion);
    }
  }
  return found;
}

function goalOf(job: JobDetail): string {
  const { goal } = job.spec;
  return typeof goal === 'string' ? goal : '';
}
