import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { runCommand } from './run-command.ts';

/** Where machines keep what they write: in the cache folder, or in memory where that cannot carry an overlay. */
export type DiskPlace = 'folder' | 'memory';

const layers = 'mkdir -p lower disk/upper disk/work root';
const overlay =
  'mount -t overlay overlay -o lowerdir=lower,upperdir=disk/upper,workdir=disk/work root && touch root/file';
const scripts: Record<DiskPlace, string> = {
  folder: `cd "$1" && ${layers} && ${overlay}`,
  // The cache folder of a container is often on an overlay itself, which can be below another but not on top.
  memory: `cd "$1" && mkdir disk && mount -t tmpfs tmpfs disk && ${layers} && ${overlay}`,
};

/** Tries both, in a namespace that is thrown away; null where this kernel lets nobody make an overlay. */
export async function findDiskPlace(): Promise<DiskPlace | null> {
  for (const place of ['folder', 'memory'] as const) {
    const folder = mkdtempSync(join(cacheFolder(), 'probe-'));
    const { exitCode } = await runCommand(['unshare', '--mount', 'sh', '-ec', scripts[place], 'sh', folder]);
    rmSync(folder, { recursive: true, force: true });
    if (exitCode === 0) return place;
  }
  return null;
}
