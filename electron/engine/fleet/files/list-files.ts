import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A fleet of a thousand machines has fewer files; a folder with more holds something else too. */
const MAX_FILES = 10_000;
const skipped = new Set(['.git', 'node_modules', '.direnv']);

/** The files below a folder by path, in the order of their folders. Symbolic links to folders are not followed. */
export async function listFleetFiles(folder: string): Promise<{ files: string[]; isComplete: boolean }> {
  const files: string[] = [];
  const folders: string[] = [''];
  for (let at = folders.shift(); at !== undefined; at = folders.shift()) {
    const entries = await readdir(join(folder, at), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) folders.push(path);
      } else if (entry.isFile() || (entry.isSymbolicLink() && !isBuildResult(entry.name))) {
        if (files.length === MAX_FILES) return { files: files.sort(), isComplete: false };
        files.push(path);
      }
    }
  }
  return { files: files.sort(), isComplete: true };
}

/** Links that nix build leaves behind. */
function isBuildResult(name: string): boolean {
  return name === 'result' || name.startsWith('result-');
}
