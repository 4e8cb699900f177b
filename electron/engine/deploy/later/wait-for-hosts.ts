import { dirname } from 'node:path';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { aheadOf } from '../../jobs/beside.ts';
import { JobFolder } from '../../jobs/job-folder.ts';
import { waitForPredecessors } from '../../jobs/predecessors.ts';
import type { HostSteps } from '../host-steps.ts';
import { reachHost, type ReachWork } from '../reach-host.ts';

/**
 * Waits until every host of a job answers, for however long that takes, and until no other job works on them. What else
 * may be wrong with one (another key, no way in) shows when it is deployed.
 */
export async function waitForHosts(work: ReachWork, steps: ReadonlyMap<HostName, HostSteps>): Promise<void> {
  const { context, spec } = work;
  const { signal } = context;
  const names = spec.hosts.map(({ name }) => name).join(', ');
  const tell = (text: string): void => context.emit({ type: 'activity', activity: { text, done: 0, total: 0 } });
  const untilBack = async (): Promise<void> => {
    tell(`Waiting for ${names} to come back`);
    await Promise.all(spec.hosts.map((host) => untilReached(work, host, steps)));
  };
  const folder = new JobFolder(context.jobFolder);
  const letGo = async (ahead: ReturnType<typeof aheadOf>): Promise<void> => {
    tell(`${names} is back; waiting for ${ahead.map(({ title }) => `“${title}”`).join(', ')}`);
    await waitForPredecessors(dirname(folder.path), ahead, signal);
  };
  try {
    await untilBack();
    for (let ahead = aheadOf(folder); ahead.length > 0; ahead = aheadOf(folder)) {
      await letGo(ahead);
      await untilBack();
    }
    signal.throwIfAborted();
    // From here on jobs that are queued wait for this one; one that did not see that yet is seen here.
    folder.goOn();
    const ahead = aheadOf(folder);
    if (ahead.length > 0) await letGo(ahead);
  } catch (error) {
    // What becomes of the hosts then is told by the deploy.
    if (!signal.aborted) throw error;
  }
  tell(`${names} is back`);
}

async function untilReached(
  work: ReachWork,
  host: ReachWork['spec']['hosts'][number],
  steps: ReadonlyMap<HostName, HostSteps>,
): Promise<void> {
  try {
    const { link } = await reachHost(work, host, Infinity, (note) => steps.get(host.name)?.start('plan', note));
    link[Symbol.dispose]();
  } catch {
    // Its deploy says what it is; a cancellation too.
  }
}
