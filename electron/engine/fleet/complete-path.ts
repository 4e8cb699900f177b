import { existsSync, type Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import type { z } from 'zod';
import type { pathEntry } from '../../../shared/contract/fleet.ts';
import { expandHome } from './folder.ts';

type PathEntry = z.infer<typeof pathEntry>;

/** As many as a list under a field can show; more are found by typing on. */
const maxEntries = 100;
/** A folder such as a mail store can hold millions of entries; the search ends after this many, or this long. */
const maxScanned = 200_000;
const maxMilliseconds = 500;

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (entry.isDirectory()) return true;
  if (!entry.isSymbolicLink()) return false;
  const target = await stat(path).catch(() => null);
  return target?.isDirectory() ?? false;
}

/**
 * Folders whose path begins with `prefix`, flakes first, then by name. `~` is the home folder. Hidden folders come only
 * where their dot was typed. A folder that cannot be read has no entries.
 * @param prefix `/home/ada/fl` lists `/home/ada/fleet`; `/home/ada/` lists all of /home/ada; blank means `~/`
 */
export async function completePath(prefix: string, home: string): Promise<PathEntry[]> {
  const typed = prefix.trim() === '' || prefix === '~' ? `~${sep}` : prefix;
  const path = expandHome(typed, home);
  // Below which folder a relative path would lie is nothing that a person sees in a window.
  if (!isAbsolute(path)) return [];
  const cut = path.lastIndexOf(sep) + 1;
  const folder = path.slice(0, cut);
  const start = path.slice(cut);
  const found: PathEntry[] = [];
  const deadline = performance.now() + maxMilliseconds;
  let scanned = 0;
  try {
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      if (++scanned > maxScanned || performance.now() > deadline) break;
      if (!entry.name.startsWith(start) || (entry.name.startsWith('.') && start === '')) continue;
      const entryPath = join(folder, entry.name);
      if (!(await isFolder(entry, entryPath))) continue;
      found.push({ path: entryPath, name: entry.name, isFlake: existsSync(join(entryPath, 'flake.nix')) });
    }
  } catch {
    // Not there, or not for us to read: nothing to offer.
  }
  const rank = (entry: PathEntry): number => (entry.isFlake ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name)).slice(0, maxEntries);
}
