import { createHash, type Hash } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { fileFacts } from '../file-facts.ts';
import { git, type GitOptions } from './core.ts';
import { gitHead } from './head.ts';
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

/** How `git ls-files --stage` prints a repository in the repository. */
const submoduleMode = '160000';

/**
 * A hash of everything by which the tracked files differ from the last commit (from nothing where there is none): files
 * added with `git add -N`, files that git was told to take for unchanged, and what differs in submodules included. That is
 * all that a flake in git can see: untracked files are left out by nix too.
 */
export async function gitDiffHash(options: GitOptions): Promise<string> {
  const hash = createHash('sha256');
  const sinceCommit = await lookWithGit([...diff, 'HEAD', '--'], { ...options, expectedExitCodes: [0, 128] });
  const { stdout } =
    sinceCommit.exitCode === 0 ? sinceCommit : await lookWithGit([...diff, await emptyTree(options), '--'], options);
  hash.update(stdout);
  await addUnseen(hash, options);
  return hash.digest('hex');
}

/**
 * What `git diff` passes over though nix reads it as it lies on the disk: files marked `assume-unchanged` (a small letter)
 * or `skip-worktree` (S), a way to keep a file with secrets out of commits, and submodules for their insides.
 */
async function passedOver(options: GitOptions): Promise<{ file: string; isSubmodule: boolean }[]> {
  const { stdout } = await lookWithGit(['ls-files', '-z', '-v', '--stage'], options);
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const [, tag = '', mode = '', file = ''] = /^(\S) (\d+) \S+ \d\t(.+)$/s.exec(entry) ?? [];
      const isSubmodule = mode === submoduleMode;
      const isMarked = tag === 'S' || tag !== tag.toUpperCase();
      return file !== '' && (isMarked || isSubmodule) ? [{ file, isSubmodule }] : [];
    });
}

/** Files that git was told to take for unchanged, relative to the work tree's top. */
export async function markedFiles(options: GitOptions): Promise<string[]> {
  return (await passedOver(options)).flatMap(({ file, isSubmodule }) => (isSubmodule ? [] : [file]));
}

async function addUnseen(hash: Hash, options: GitOptions): Promise<void> {
  for (const { file, isSubmodule } of await passedOver(options)) {
    const path = join(options.cwd, file);
    if (!isSubmodule) {
      hash.update(`\0${file}\0${(await fileFacts(path)) ?? 'gone'}`);
    } else if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() && existsSync(join(path, '.git'))) {
      // One that was never fetched is an empty folder, of which git would tell the repository around it.
      const inside = { ...options, cwd: path };
      hash.update(`\0${file}\0${(await gitHead(inside)) ?? ''}\0${await gitDiffHash(inside)}`);
    }
  }
}

/** The id of the tree without files; it depends on the repository's hash function. */
async function emptyTree(options: GitOptions): Promise<string> {
  return (await git(['hash-object', '-t', 'tree', '/dev/null'], options)).stdout.toString('utf8').trim();
}
