import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitFiles } from '../git/ls-files.ts';
import { textOf } from './files/fleet-file.ts';
import { listFleetFiles } from './files/list-files.ts';
import type { FleetFolder } from './folder.ts';

const maxBytes = 1_000_000;

/** Every file that the flake sees, relative to the fleet's folder, in the order of their paths. */
export async function seenFiles(folder: FleetFolder, signal: AbortSignal): Promise<string[]> {
  const isInGit = folder.workTree !== null && folder.form === 'flake';
  const all = isInGit ? await gitFiles({ cwd: folder.path, signal }) : (await listFleetFiles(folder.path)).files;
  return all.sort();
}

/** A file's text; null where it has none (an encrypted one), is none of a person's, or cannot be read. */
export async function textOfFile(folder: FleetFolder, path: string): Promise<string | null> {
  const absolute = join(folder.path, path);
  const facts = await stat(absolute).catch(() => null);
  if (!facts?.isFile() || facts.size > maxBytes) return null;
  return readFile(absolute).then(textOf, () => null);
}
