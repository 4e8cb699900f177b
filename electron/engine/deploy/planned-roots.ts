import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { jobId } from '../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import { systemLinks } from './build.ts';
import { hostsToRetry } from './plan.ts';

/**
 * What plans built is kept from being collected, to be there when it is carried out: by a link in the plan's folder, which
 * goes with that folder. A later plan or deploy of the same host makes it pointless: whatever was planned before is not
 * what would be approved any more. A host that did not come to what was approved may be tried again. Hosts may be called
 * anything, also what was refused, so no path is made of their names.
 * @param jobs the folder of all jobs
 */
export function releasePlans(
  jobs: string,
  { summary, spec, outcomes }: Pick<JobDetail, 'summary' | 'spec' | 'outcomes'>,
): void {
  if (summary.kind !== 'deploy') return;
  const hosts = new Set<string>(summary.hosts);
  const open = new Set<string>(hostsToRetry(summary.hosts, outcomes));
  for (const name of readdirSync(jobs)) {
    const id = jobId.safeParse(name);
    const links = systemLinks(join(jobs, name));
    // Ids sort by time.
    if (!id.success || id.data >= summary.id || !existsSync(links)) continue;
    const isStillWanted = (host: string): boolean => id.data === spec['plan'] && open.has(host);
    for (const host of readdirSync(links)) {
      if (hosts.has(host) && !isStillWanted(host)) rmSync(join(links, host), { force: true });
    }
  }
}
