import type { HostStatus } from '../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Session } from './session.ts';

/** What hosts say of themselves now; all of the fleet's where none are named. */
export async function askStatuses(
  session: Session,
  id: FleetId,
  hosts?: HostName[],
): Promise<ReadonlyMap<HostName, HostStatus>> {
  using progress = session.progress();
  progress.say('Asking the hosts');
  await session.client.fleet.refreshStatus({ id, hosts });
  for await (const statuses of await session.client.fleet.watchStatus({ id })) {
    return new Map(statuses.map((status) => [status.name, status]));
  }
  return new Map();
}
