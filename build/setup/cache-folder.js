// @ts-check
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where things stand that are dear to make and outlive a clone of the project: the private Nix, the lab's Debian tree.
 * The lab (test/lab/cache-folder.ts) uses the same place and the same variable.
 */
export function cacheFolder() {
  const chosen = process.env['NIXSTEAD_LAB_CACHE'];
  return chosen || (process.getuid?.() === 0 ? '/var/cache/nixstead' : join(homedir(), '.cache', 'nixstead'));
}

/**
 * Where Node keeps the project's code compiled (its variable NODE_COMPILE_CACHE): a program is up in half the time. Node
 * takes what is there only for the very text that it was made of.
 */
export const compiledFolder = () => join(cacheFolder(), 'compiled');
