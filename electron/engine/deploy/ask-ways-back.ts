import type { HostWayBack } from '../../../shared/contract/generation.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import { problemOf } from '../unexpected.ts';
import { readProfile } from './generations.ts';
import type { HostSession } from './host-session.ts';
import { Limit } from './limits.ts';
import type { DeploySpec } from './spec.ts';
import { wayBack } from './what-ran.ts';

const mostAtOnce = 16;

/** Which generation each host of a rollback would go back to by now; nothing is changed. */
export function askWaysBack(
  { hosts, rollbackTo }: Pick<DeploySpec, 'hosts' | 'rollbackTo'>,
  reach: (host: HostName) => Promise<HostSession>,
  signal: AbortSignal,
): Promise<HostWayBack[]> {
  const limit = new Limit(mostAtOnce);
  return Promise.all(
    hosts.map((host) =>
      limit.run(signal, async (): Promise<HostWayBack> => {
        try {
          using session = await reach(host.name);
          const profile = await readProfile(session, signal);
          const { generation } = wayBack(host.name, profile, rollbackTo ?? 'previous', host);
          return { host: host.name, generation, problem: null };
        } catch (error) {
          signal.throwIfAborted();
          return { host: host.name, generation: null, problem: problemOf(error) };
        }
      }),
    ),
  );
}
