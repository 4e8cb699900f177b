import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitFiles } from '../git/ls-files.ts';
import type { FleetFolder } from './folder.ts';

/** A folder that is not in git can hold anything. */
const maxFiles = 20_000;
const maxBytes = 1_000_000;
const skipped = new Set(['.git', 'node_modules', '.direnv', 'result']);

async function walk(folder: string, inside = '', found: string[] = []): Promise<string[]> {
  for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
    if (found.length >= maxFiles) break;
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isFile()) found.push(path);
    else if (entry.isDirectory() && !skipped.has(entry.name)) await walk(folder, path, found);
  }
  return found;
}

/** Every file that the flake sees, relative to the fleet's folder, in the order of their paths. */
export async function seenFiles(folder: FleetFolder, signal: AbortSignal): Promise<string[]> {
  const isInGit = folder.workTree !== null && folder.form === 'flake';
  const all = isInGit ? await gitFiles({ cwd: folder.path, signal }) : await walk(folder.path);
  return all.sort();
}

/** A file's text; null where it is none of a person's, or cannot be read. */
export async function textOfFile(folder: FleetFolder, path: string): Promise<string | null> {
  const absolute = join(folder.path, path);
  const facts = await stat(absolute).catch(() => null);
  if (!facts?.isFile() || facts.size > maxBytes) return null;
  return readFile(absolute, 'utf8').catch(() => null);
}
