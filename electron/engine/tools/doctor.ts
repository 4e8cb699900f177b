import type { DoctorFinding } from '../../../shared/contract/doctor.ts';
import type { Check, CheckSurroundings } from './check.ts';
import { checkDataFolder } from './checks/data-folder.ts';
import { checkFlakes } from './checks/flakes.ts';
import { checkGit, checkGitIdentity } from './checks/git.ts';
import { checkAnywhere } from './checks/nixos-anywhere.ts';
import { checkNixStore } from './checks/nix-store.ts';
import { checkNix } from './checks/nix.ts';
import { checkSsh, checkSshKey } from './checks/ssh.ts';

/** In the order in which they are shown, of the same severity. */
const checks: readonly Check[] = [
  checkNix,
  checkFlakes,
  checkNixStore,
  checkAnywhere,
  checkGit,
  checkGitIdentity,
  checkSsh,
  checkSshKey,
  checkDataFolder,
];

const order: Record<DoctorFinding['severity'], number> = { error: 0, warning: 1, ok: 2 };

/** Looks at this computer: what Nixstead needs, what is missing and how to mend it; the worst first. */
export async function examine(surroundings: CheckSurroundings): Promise<DoctorFinding[]> {
  const findings = await Promise.all(checks.map((check) => check(surroundings)));
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}
