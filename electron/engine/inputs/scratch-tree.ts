import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProblemError } from '../errors.ts';
import { findFleetFolder, type FleetFolder } from '../fleet/folder.ts';
import { git, type GitOptions } from '../git/core.ts';
import { gitHead } from '../git/head.ts';
import { gitFiles } from '../git/ls-files.ts';
import { gitStatus } from '../git/status.ts';
import { treeInConflict } from './errors.ts';

/** A copy of a fleet as nix sees it now, to try changes in; gone when it is disposed. */
export interface ScratchTree extends AsyncDisposable {
  /** The fleet's folder in the copy. */
  readonly path: string;
  /** What nix is given. */
  readonly ref: string;
}

type Source = Pick<FleetFolder, 'path' | 'workTree' | 'subfolder' | 'ref'>;

/**
 * Copies a fleet to `target`, a folder that is not there yet. In git it becomes a work tree of the same repository at the
 * same commit, so that filters, revision and history are the fleet's own, with the files that git knows as they are on
 * the disk: staged or not, but no untracked ones. No file of the fleet is touched.
 * @throws ProblemError `inputs-merge-conflict`, and git's
 */
export async function makeScratchTree(fleet: Source, target: string, signal: AbortSignal): Promise<ScratchTree> {
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const stack = new AsyncDisposableStack();
  stack.defer(() => removeScratchTree(target));
  try {
    if (fleet.workTree === null) await cp(fleet.path, target, { recursive: true, verbatimSymlinks: true });
    else await copyWorkTree(fleet.workTree, target, signal);
    const { path, ref } = findFleetFolder(join(target, fleet.subfolder));
    return { path, ref: asShallowAs(fleet.ref, ref), [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function copyWorkTree(workTree: string, target: string, signal: AbortSignal): Promise<void> {
  const source: GitOptions = { cwd: workTree, signal };
  const { unmerged } = await gitStatus(source);
  if (unmerged.length > 0) throw treeInConflict(unmerged);
  const copy: GitOptions = { cwd: target, signal };
  if ((await gitHead(source)) === null) {
    await mkdir(target, { mode: 0o700 });
    await git(['init', '--quiet'], copy);
  } else {
    await git(['worktree', 'add', '--quiet', '--detach', '--no-checkout', target, 'HEAD'], source);
    await git(['read-tree', 'HEAD'], copy);
  }
  for (const file of await gitFiles(source)) await copyEntry(join(workTree, file), join(target, file));
  // All that is in the copy is known to git in the fleet, ignored files that somebody added among it.
  await git(['add', '--intent-to-add', '--force', '--', '.'], copy);
}

async function copyEntry(from: string, to: string): Promise<void> {
  const facts = await lstat(from);
  // A submodule: nix leaves it out unless it is asked for.
  if (facts.isDirectory()) return;
  await mkdir(dirname(to), { recursive: true });
  if (facts.isSymbolicLink()) await symlink(await readlink(from), to);
  else await copyFile(from, to);
}

/** Nix refuses a shallow clone unless it is said, and does not notice it in a work tree of one. */
function asShallowAs(original: string, ref: string): string {
  if (!/[?&]shallow=1/.test(original) || /[?&]shallow=1/.test(ref)) return ref;
  return `${ref}${ref.includes('?') ? '&' : '?'}shallow=1`;
}

/** Removes a copy and what git keeps of it in the fleet's repository, also one that a dead process left. */
export async function removeScratchTree(target: string): Promise<void> {
  const repository = repositoryOf(target);
  if (repository !== null) {
    // Once to remove what has changes, twice what is locked. Where the repository is gone there is nothing to tell it.
    const argv = [`--git-dir=${repository}`, 'worktree', 'remove', '--force', '--force', target] as const;
    await git([...argv], { cwd: dirname(target) }).catch((error: unknown) => {
      if (!(error instanceof ProblemError)) throw error;
    });
  }
  await rm(target, { recursive: true, force: true });
  if (repository !== null && existsSync(repository)) {
    await git([`--git-dir=${repository}`, 'worktree', 'prune'], { cwd: dirname(target) }).catch(() => undefined);
  }
}

/** The git folder that a linked work tree belongs to; null for anything else. */
function repositoryOf(target: string): string | null {
  try {
    const link = /^gitdir: (.+)\/worktrees\/[^/]+$/.exec(readFileSync(join(target, '.git'), 'utf8').trim());
    return link?.[1] ?? null;
  } catch {
    return null;
  }
}

/**
 * Removes the copies of jobs that are over: their processes were killed before they could.
 * @param used the copies of jobs that are not over; asked for after the folder was read, or a new job's would be removed
 */
export async function sweepScratchTrees(folder: string, used: () => Promise<ReadonlySet<string>>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.length === 0) return;
  const inUse = await used();
  for (const path of names.map((name) => join(folder, name))) if (!inUse.has(path)) await removeScratchTree(path);
}
