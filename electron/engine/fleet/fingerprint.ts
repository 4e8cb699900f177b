import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gitDiffHash } from '../git/diff-hash.ts';
import { ProblemError } from '../errors.ts';
import type { GitOptions } from '../git/core.ts';
import { gitHead } from '../git/head.ts';
import { lookWithGit } from '../git/look.ts';
import { fileFacts } from '../file-facts.ts';
import type { FleetFolder } from './folder.ts';

/** Grows when the reader reads more or otherwise, so that views of an older Nixstead are not taken for today's. */
const readerVersion = 3;
/** A folder outside of git with more entries than this is read anew each time. */
const maxEntries = 20_000;

/**
 * What a fleet's view depends on, as a hash: equal hashes mean that evaluating again would give the same. In git it is
 * the commit and the difference of the tracked files from it (the lock file is among them); elsewhere name, size, inode
 * and times of every file. No nix is started. null: too much to look at, or git cannot tell.
 */
export async function fingerprint(
  folder: Pick<FleetFolder, 'path' | 'ref' | 'form' | 'workTree' | 'remote'>,
  signal?: AbortSignal,
): Promise<string | null> {
  const hash = createHash('sha256').update(`${readerVersion}\0${folder.ref}\0`);
  // The reference of what was fetched names its revision or its hash.
  if (folder.remote !== null) return hash.digest('hex');
  if (folder.workTree !== null && folder.form === 'flake') {
    const tree = await treeInGit({ cwd: folder.workTree, signal });
    return tree === null ? null : hash.update(tree).digest('hex');
  }
  let entries = 0;
  const visit = async (path: string, name: string): Promise<void> => {
    const children = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    entries += children.length;
    if (entries > maxEntries || signal?.aborted) return;
    for (const child of children) {
      const childPath = join(path, child.name);
      const isFolder = child.isDirectory();
      hash.update(`${name}/${child.name}\0${isFolder ? 'folder' : ((await fileFacts(childPath)) ?? 'gone')}\0`);
      if (isFolder) await visit(childPath, `${name}/${child.name}`);
    }
  };
  await visit(folder.path, '');
  signal?.throwIfAborted();
  return entries > maxEntries ? null : hash.digest('hex');
}

/** A fleet's files at one moment; null: it cannot be told. */
export interface FilesLook {
  /** Their {@link fingerprint}. */
  readonly state: string | null;
  /**
   * Narrower: a tracked file that was written since makes it another one, also where git takes it for unchanged (a filter
   * of its content, a mode that it does not look at), and where it is now as it was before.
   */
  readonly stamp: string | null;
}

export async function lookAtFiles(folder: Parameters<typeof fingerprint>[0], signal?: AbortSignal): Promise<FilesLook> {
  const state = await fingerprint(folder, signal);
  const isWhole = folder.remote !== null || folder.workTree === null || folder.form !== 'flake';
  if (state === null || isWhole) return { state, stamp: state };
  const top = folder.workTree;
  const { stdout } = await lookWithGit(['ls-files', '-z', '--recurse-submodules'], { cwd: top, signal });
  const files = stdout.toString('utf8').split('\0').slice(0, -1);
  if (files.length > maxEntries) return { state, stamp: null };
  const hash = createHash('sha256').update(state);
  for (const file of files) hash.update(`\0${file}\0${(await fileFacts(join(top, file))) ?? 'gone'}`);
  return { state, stamp: hash.digest('hex') };
}

/** The tracked files of a work tree as they are now, in a word; null where git refuses. */
async function treeInGit(options: GitOptions): Promise<string | null> {
  try {
    const [revision, difference] = await Promise.all([gitHead(options), gitDiffHash(options)]);
    return `${revision ?? 'no commit'}\0${difference}`;
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}
