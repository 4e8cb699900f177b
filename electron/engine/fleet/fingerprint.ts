import { createHash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gitDiffHash } from '../git/diff-hash.ts';
import type { FleetFolder } from './folder.ts';

/** Grows when the reader reads more or otherwise, so that views of an older Nixstead are not taken for today's. */
const readerVersion = 1;
/** A folder outside of git with more entries than this is read anew each time. */
const maxEntries = 20_000;

/**
 * What a fleet's view depends on, as a hash: equal hashes mean that evaluating again would give the same. In git it is
 * the commit and the difference of the tracked files from it (the lock file is among them); elsewhere name, size, inode
 * and times of every file. No nix is started. null: too much to look at.
 * @param revision the last commit; null where there is none
 */
export async function fingerprint(
  folder: FleetFolder,
  revision: string | null,
  signal?: AbortSignal,
): Promise<string | null> {
  const hash = createHash('sha256').update(`${readerVersion}\0${folder.ref}\0`);
  if (folder.workTree !== null && folder.form === 'flake') {
    hash.update(`${revision ?? 'no commit'}\0${await gitDiffHash(revision, { cwd: folder.workTree, signal })}`);
    return hash.digest('hex');
  }
  let entries = 0;
  const visit = async (path: string, name: string): Promise<void> => {
    const children = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
    entries += children.length;
    if (entries > maxEntries || signal?.aborted) return;
    for (const child of children) {
      const childPath = join(path, child.name);
      const facts = await lstat(childPath, { bigint: true });
      const { size, mode, ino, mtimeNs, ctimeNs } = facts;
      const isFolder = child.isDirectory();
      hash.update(`${name}/${child.name}\0${isFolder ? 'folder' : [size, mode, ino, mtimeNs, ctimeNs].join(' ')}\0`);
      if (isFolder) await visit(childPath, `${name}/${child.name}`);
    }
  };
  await visit(folder.path, '');
  signal?.throwIfAborted();
  return entries > maxEntries ? null : hash.digest('hex');
}
