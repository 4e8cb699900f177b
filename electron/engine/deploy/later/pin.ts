import type { Fleet } from '../../../../shared/contract/fleet.ts';
import { findFleetFolder } from '../../fleet/folder.ts';
import { gitStatus } from '../../git/status.ts';
import { deployError, deployProblems } from '../problems.ts';
import type { DeploySpec } from '../spec.ts';

/** How many files are named where some differ from the commit. */
const named = 10;

/**
 * A fleet as its last commit has it, for a deploy whose time is not known. What was fetched by a reference never changes.
 * @throws ProblemError `deploy-not-pinned` where its files are not those of a commit
 */
export async function pinFleet(fleet: Pick<Fleet, 'folder' | 'ref' | 'remote'>): Promise<DeploySpec['pinned']> {
  if (fleet.remote !== null) return { ref: fleet.ref, commit: fleet.remote.revision };
  const { workTree, form, ref } = findFleetFolder(fleet.folder);
  if (form !== 'flake') throw deployError(deployProblems.notPinnable('hive.nix is read as it is now'));
  if (workTree === null) throw deployError(deployProblems.notPinnable(`${fleet.folder} is in no git repository`));
  const { revision, changed, unmerged } = await gitStatus({ cwd: workTree });
  if (revision === null) throw deployError(deployProblems.notPinnable('The repository has no commit yet'));
  const differing = [...changed, ...unmerged];
  if (differing.length > 0) {
    const rest = differing.length > named ? `\nand ${differing.length - named} more` : '';
    throw deployError(deployProblems.notPinnable(`changed: ${differing.slice(0, named).join(', ')}${rest}`));
  }
  return { ref: `${ref}${ref.includes('?') ? '&' : '?'}rev=${revision}`, commit: revision };
}
