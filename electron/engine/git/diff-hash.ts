import { createHash } from 'node:crypto';
import { git, type GitOptions } from './core.ts';
import { lookWithGit } from './look.ts';

const diff = [
  'diff',
  '--binary',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--full-index',
  '--ignore-submodules=dirty',
] as const;

/**
 * A hash of everything by which the tracked files differ from the last commit (from nothing where there is none), files
 * added with `git add -N` included. That is what a flake in git sees: untracked files are left out by nix too.
 */
export async function gitDiffHash(options: GitOptions): Promise<string> {
  const sinceCommit = await lookWithGit([...diff, 'HEAD', '--'], { ...options, expectedExitCodes: [0, 128] });
  const { stdout } =
    sinceCommit.exitCode === 0 ? sinceCommit : await lookWithGit([...diff, await emptyTree(options), '--'], options);
  return createHash('sha256').update(stdout).digest('hex');
}

/** The id of the tree without files; it depends on the repository's hash function. */
async function emptyTree(options: GitOptions): Promise<string> {
  return (await git(['hash-object', '-t', 'tree', '/dev/null'], options)).stdout.toString('utf8').trim();
}
