import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the lab keeps what is dear to make (the Debian tree) and the folders of running labs. Outside of the
 * project, so that a fresh clone finds it. `NIXSTEAD_LAB_CACHE` chooses another place.
 */
export function cacheFolder(): string {
  const chosen = process.env['NIXSTEAD_LAB_CACHE'];
  const folder = chosen || (process.getuid?.() === 0 ? '/var/cache/nixstead' : join(homedir(), '.cache', 'nixstead'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Ten hexadecimal digits that change with any of the given texts: a name for something made from them. */
export function keyOf(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 10);
}
