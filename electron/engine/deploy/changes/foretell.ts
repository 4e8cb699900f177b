import type { HostChanges } from '../../../../shared/contract/changes.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { DeployWork, Reached } from '../deploy-work.ts';
import type { DeployHost } from '../spec.ts';
import { deployError, deployProblems } from '../problems.ts';
import { lackOfRoom, readChanges } from './read-changes.ts';

/** What a switch would change on a host that was reached. @throws ProblemError of nix, git and `ssh-*` */
export async function foretell(
  { context, spec }: Pick<DeployWork, 'context' | 'spec'>,
  { brought }: Pick<DeployHost, 'brought'>,
  { link, facts }: Reached,
  system: string,
): Promise<HostChanges> {
  const { signal } = context;
  const session = await link.open(signal);
  return readChanges({ session, facts, system, brought, fleetFolder: spec.fleet.path, signal });
}

/** Tells what would change, and stops where it would not fit. @throws ProblemError `deploy-no-room` */
export function showChanges(
  context: Pick<DeployWork['context'], 'emit'>,
  host: HostName,
  changes: HostChanges,
): HostChanges {
  context.emit({ type: 'changes', host, changes });
  const lack = lackOfRoom(changes);
  if (lack) throw deployError(deployProblems.noRoom(host, lack));
  return changes;
}
