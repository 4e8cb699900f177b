import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayoutFileEntry } from '../../../shared/contract/disks.ts';

/** A fleet of a thousand machines has fewer Nix files; a folder with more is not a fleet alone. */
const MAX_FILES = 5_000;
const MAX_DEPTH = 12;
const MAX_FILE_BYTES = 1024 * 1024;
/** Folders that hold no sources, or far too many of somebody else's. */
const skipped = new Set(['node_modules', 'result', 'target', 'dist']);

const setsDevices = /\bdisko\s*\.\s*devices\b|\bdisko\s*=\s*\{\s*devices\b/;
const diskName = /(^|[/_-])(disko?s?|disk-config|partitions?|layout)([._-][^/]*)?\.nix$/;

/** The Nix files below a folder that hold a disko layout, or whose name says so; by path. Symbolic links are not followed. */
export async function findLayoutFiles(folder: string): Promise<{ files: LayoutFileEntry[]; isComplete: boolean }> {
  const found: LayoutFileEntry[] = [];
  let looked = 0;
  let isComplete = true;
  const folders: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let at = folders.shift(); at !== undefined; at = folders.shift()) {
    const entries = await readdir(join(folder, at.path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const file = at.path === '' ? entry.name : `${at.path}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name.startsWith('.') || skipped.has(entry.name)) continue;
        if (at.depth < MAX_DEPTH) folders.push({ path: file, depth: at.depth + 1 });
        else isComplete = false;
      } else if (entry.isFile() && entry.name.endsWith('.nix')) {
        if (++looked > MAX_FILES) return { files: inOrder(found), isComplete: false };
        const kind = await layoutKind(join(folder, file), file);
        if (kind !== null) found.push({ file, found: kind });
      }
    }
  }
  return { files: inOrder(found), isComplete };
}

async function layoutKind(path: string, file: string): Promise<LayoutFileEntry['found'] | null> {
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) return null;
    if (setsDevices.test(await readFile(path, 'utf8'))) return 'devices';
    return diskName.test(file) ? 'name' : null;
  } catch {
    // Gone or unreadable since the folder was listed: nothing to offer.
    return null;
  }
}

function inOrder(files: LayoutFileEntry[]): LayoutFileEntry[] {
  return files.sort((a, b) => (a.found === b.found ? (a.file < b.file ? -1 : 1) : a.found === 'devices' ? -1 : 1));
}
