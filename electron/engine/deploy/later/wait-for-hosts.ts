import type { HostName } from '../../../../shared/contract/ids.ts';
import type { HostSteps } from '../host-steps.ts';
import { reachHost, type ReachWork } from '../reach-host.ts';

/**
 * Waits until every host of a job answers, for however long that takes. What else may be wrong with one (another key, no
 * way in) shows when it is deployed.
 */
export async function waitForHosts(work: ReachWork, steps: ReadonlyMap<HostName, HostSteps>): Promise<void> {
  const { context, spec } = work;
  const names = spec.hosts.map(({ name }) => name).join(', ');
  context.emit({ type: 'activity', activity: { text: `Waiting for ${names} to come back`, done: 0, total: 0 } });
  await Promise.all(
    spec.hosts.map(async (host) => {
      try {
        const { link } = await reachHost(work, host, Infinity, (note) => steps.get(host.name)?.start('plan', note));
        link[Symbol.dispose]();
      } catch {
        // Its deploy says what it is; a cancellation too.
      }
    }),
  );
  context.emit({ type: 'activity', activity: { text: `${names} is back`, done: 0, total: 0 } });
}
