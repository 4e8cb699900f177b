import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The top folder of the git work tree around a folder, found as nix finds it: the nearest folder upwards with `.git`,
 * a folder in a clone and a file in a worktree. null: not in git.
 */
export function workTreeRoot(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return null;
  }
}
