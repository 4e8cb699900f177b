import { hostname, userInfo } from 'node:os';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { DeploySpec } from './spec.ts';

/** Who asks for a deploy on this computer now, and what the fleet's repository is at. */
export function originOf({ git }: Pick<FleetView['fleet'], 'git'>): NonNullable<DeploySpec['origin']> {
  const commit = git?.revision ? { revision: git.revision, changedFiles: git.changedFiles } : null;
  return { by: `${userName()}@${hostname()}`, commit };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user that the system has no name for, as in some containers.
    return String(process.getuid?.() ?? 'somebody');
  }
}
