import { chmod, lstat, mkdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileChange } from '../../../../shared/fleet/change/edit.ts';
import { git } from '../../git/core.ts';
import { gitOnFiles } from '../../git/on-files.ts';
import { cannotWrite, filesExist } from '../create/errors.ts';
import { replaceFile, writeNewFiles } from '../create/write-files.ts';
import { fleetFilePath, hashOfFile } from '../files/fleet-file.ts';
import { textHash } from '../text-hash.ts';
import { changeStale, undoStale } from './errors.ts';

export interface Changes {
  readonly changes: readonly FileChange[];
  /** Folders and files that move as a whole, with all that is in them. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
}

export interface ChangedFolder {
  readonly path: string;
  readonly isInGit: boolean;
}

/** How a folder was before a change: what undoing it needs. */
export interface Before {
  readonly moves: Changes['moves'];
  readonly files: readonly {
    readonly path: string;
    readonly from: string;
    readonly bytes: Buffer | null;
    readonly mode: number;
    /** Hash of what the change left at `path`; null: no file. */
    readonly left: string | null;
  }[];
}

/**
 * Makes a change of files: moves, then texts, then what goes. Git is told of moves and of new files, so that the flake
 * sees them; nothing is committed.
 * @throws ProblemError `change-stale` where a file is not what the change was worked out for, with nothing written
 */
export async function makeChanges(folder: ChangedFolder, { changes, moves }: Changes): Promise<Before> {
  const { path: top } = folder;
  const stale: string[] = [];
  for (const { path, from, before } of changes) {
    // Refuses what leads out of the fleet, whoever named it.
    await fleetFilePath(top, path);
    const now = await hashOfFile(await fleetFilePath(top, from));
    if (before === null ? now !== null : now === null || (before !== '' && now !== textHash(before))) stale.push(from);
  }
  if (stale.length > 0) throw changeStale(stale);
  for (const { to } of moves) if (await isThere(join(top, to))) throw filesExist(top, [to]);

  const kept = await Promise.all(
    changes.map(async ({ path, from, before }) => ({ path, from, ...(await bytesOf(join(top, from), before)) })),
  );
  for (const move of moves) await moveInto(folder, move);
  for (const { path, before, after } of changes) {
    const file = join(top, path);
    if (after === null) {
      await rm(file, { force: true });
      await removeEmptyFolders(top, path);
    } else if (before === null) await writeNewFiles(top, { [path]: after });
    else if (after !== before) await replaceKeepingMode(file, after);
  }
  const added = changes.filter(({ before }) => before === null).map(({ path }) => path);
  if (folder.isInGit && added.length > 0) await gitOnFiles(['add', '--intent-to-add'], added, { cwd: top });
  const files = await Promise.all(
    kept.map(async (item) => ({ ...item, left: await hashOfFile(join(top, item.path)) })),
  );
  return { moves, files };
}

/**
 * Takes a change back.
 * @throws ProblemError `change-undo-stale` where a file was written since, with nothing written
 */
export async function undoChanges(folder: ChangedFolder, { moves, files }: Before): Promise<void> {
  const { path: top } = folder;
  const stale: string[] = [];
  for (const { path, left } of files) if ((await hashOfFile(join(top, path))) !== left) stale.push(path);
  for (const { from } of moves) if (await isThere(join(top, from))) stale.push(from);
  if (stale.length > 0) throw undoStale(stale);
  const added = files.filter(({ bytes }) => bytes === null).map(({ path }) => path);
  if (folder.isInGit && added.length > 0) {
    await gitOnFiles(['rm', '--quiet', '--cached', '--force', '--ignore-unmatch'], added, { cwd: top });
  }
  for (const path of added) {
    await rm(join(top, path), { force: true });
    await removeEmptyFolders(top, path);
  }
  for (const { from, to } of moves) await moveInto(folder, { from: to, to: from });
  for (const { from, bytes, mode } of files) {
    if (bytes === null) continue;
    await mkdir(dirname(join(top, from)), { recursive: true });
    await replaceFile(join(top, from), bytes);
    await chmod(join(top, from), mode);
  }
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function bytesOf(path: string, before: string | null): Promise<{ bytes: Buffer | null; mode: number }> {
  if (before === null) return { bytes: null, mode: 0 };
  return { bytes: await readFile(path), mode: (await lstat(path)).mode & 0o7777 };
}

async function replaceKeepingMode(path: string, text: string): Promise<void> {
  const { mode } = await lstat(path);
  await replaceFile(path, text);
  await chmod(path, mode & 0o7777);
}

/** Moves as `git mv` does, with what git does not know in it; by itself where git has nothing of it. */
async function moveInto({ path: top, isInGit }: ChangedFolder, { from, to }: Changes['moves'][number]): Promise<void> {
  await mkdir(dirname(join(top, to)), { recursive: true });
  if (isInGit) {
    const moved = await git(['--literal-pathspecs', 'mv', '--', from, to], { cwd: top, expectedExitCodes: [0, 128] });
    if (moved.exitCode === 0) return;
  }
  await rename(join(top, from), join(top, to)).catch((error: unknown) => {
    throw cannotWrite(join(top, to), error);
  });
}

async function removeEmptyFolders(top: string, path: string): Promise<void> {
  for (let at = dirname(path); at !== '.' && at !== '/'; at = dirname(at)) {
    const isGone = await rmdir(join(top, at)).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}
