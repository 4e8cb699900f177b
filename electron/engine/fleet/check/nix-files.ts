import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitFiles } from '../../git/ls-files.ts';
import type { FleetFolder } from '../folder.ts';
import { NixFile } from './nix-file.ts';

/** A repository can hold a checkout of nixpkgs; a fleet's own files are far fewer. */
const maxFiles = 3000;
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

/** The Nix files that the flake sees, in the order of their paths. One that cannot be read is left out. */
export async function readNixFiles(folder: FleetFolder, signal: AbortSignal): Promise<NixFile[]> {
  const all =
    folder.workTree !== null && folder.form === 'flake'
      ? await gitFiles({ cwd: folder.path, signal })
      : await walk(folder.path);
  const paths = all
    .filter((path) => path.endsWith('.nix'))
    .sort()
    .slice(0, maxFiles);
  const read = paths.map(async (path) => {
    const absolute = join(folder.path, path);
    const facts = await stat(absolute).catch(() => null);
    if (!facts?.isFile() || facts.size > maxBytes) return [];
    const text = await readFile(absolute, 'utf8').catch(() => null);
    return text === null ? [] : [new NixFile(path, text)];
  });
  return (await Promise.all(read)).flat();
}
