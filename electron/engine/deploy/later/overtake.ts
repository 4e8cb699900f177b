import type { HostName } from '../../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import { isEarlier, jobsBeside, sharesHost, waitsForHosts } from '../../jobs/beside.ts';
import type { JobContext } from '../../jobs/context.ts';
import { askRunner } from '../../jobs/control-client.ts';
import { JobFolder, type JobFile } from '../../jobs/job-folder.ts';
import type { HostSteps } from '../host-steps.ts';
import type { DeploySpec } from '../spec.ts';

interface Done {
  readonly spec: Pick<DeploySpec, 'goal'>;
  readonly outcomes: ReadonlyMap<HostName, HostOutcome>;
  readonly steps: ReadonlyMap<HostName, Pick<HostSteps, 'hasBegun'>>;
}

/**
 * Ends earlier deploys that wait for a host to come back where this one has come there, or waits for the same in their
 * place. Any other goes on waiting. Both jobs say so.
 */
export async function overtakeWaiting(context: Pick<JobContext, 'emit' | 'jobFolder'>, done: Done): Promise<void> {
  const folder = new JobFolder(context.jobFolder);
  const mine = folder.readJob();
  if (mine === null) return;
  for (const { folder: other, job } of jobsBeside(folder)) {
    if (!waitsForHosts(job) || !isEarlier(job, mine)) continue;
    const why = whyOvertaken(mine, job, done);
    const runner = other.readRunner();
    if (why === null || runner === null) continue;
    try {
      await askRunner(runner, { action: 'overtake', by: { id: mine.id, title: mine.title } });
      context.emit({
        type: 'note',
        text: `“${job.title}” waits no longer, and is cancelled: ${why}. It is ${job.id}.`,
      });
    } catch {
      // It has ended meanwhile, and says so itself.
    }
  }
}

/** Why nothing is left to do for a deploy that waits; null where there is. */
function whyOvertaken(mine: JobFile, waiting: JobFile, { spec, outcomes, steps }: Done): string | null {
  for (const host of mine.hosts.filter((one) => sharesHost({ ...mine, hosts: [one] }, waiting))) {
    const outcome = outcomes.get(host.name);
    if (outcome === undefined) continue;
    const isSame = waiting.fleetId === mine.fleetId && waiting.spec['goal'] === spec.goal;
    if (outcome.error?.code === 'deploy-offline-later' && isSame) return `this deploy waits for ${host.name} now`;
    if (settlesSystem(spec.goal) && cameThere(outcome, steps.get(host.name)?.hasBegun('activate') ?? false))
      return `this deploy has come to ${host.name} since`;
  }
  return null;
}

function settlesSystem(goal: DeploySpec['goal']): boolean {
  return goal === 'switch' || goal === 'boot' || goal === 'test';
}

/** True where the host is what the deploy has made of it, or may be. */
function cameThere({ state, error }: HostOutcome, hasActivated: boolean): boolean {
  if (state === 'failed' || state === 'cancelled')
    return hasActivated && error?.code !== 'deploy-busy' && error?.code !== 'deploy-not-started';
  return state !== 'skipped';
}
