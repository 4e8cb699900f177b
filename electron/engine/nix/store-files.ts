import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { z } from 'zod';
import { nixHost } from './nix-program.ts';
import { captureNix } from './run.ts';

/** A file of the store that nix here works with. */
export interface StoreFile {
  /** Without symbolic links. */
  readonly path: string;
  /** 0 for a folder. */
  readonly sizeBytes: number;
}

/** `nix store ls --json`, which has told the same since 2.0. */
const listing = z.object({ type: z.string(), target: z.string().optional(), size: z.number().optional() });

/** Links in the store lead from one to the next; a circle of them ends. */
const mostLinks = 20;

/** True where a store path is in the store that nix works with: that of this computer, or of the machine that it runs on. */
export async function isInStore(path: string, signal: AbortSignal): Promise<boolean> {
  if (nixHost() === null) return existsSync(path);
  return (await captureNix({ args: ['path-info', path], signal })).exit.code === 0;
}

/** A file below a store path; null: it is not there. */
export async function storeFile(path: string, signal: AbortSignal): Promise<StoreFile | null> {
  if (nixHost() === null) {
    const real = await realpath(path).catch(() => null);
    if (real === null) return null;
    const { size, isFolder } = await stat(real).then((facts) => ({ size: facts.size, isFolder: facts.isDirectory() }));
    return { path: real, sizeBytes: isFolder ? 0 : size };
  }
  let at = path;
  for (let links = 0; links < mostLinks; links += 1) {
    const { exit, stdout } = await captureNix({ args: ['store', 'ls', '--json', at], signal });
    if (exit.code !== 0) return null;
    const { type, target, size = 0 } = listing.parse(JSON.parse(stdout));
    if (type !== 'symlink' || target === undefined) return { path: at, sizeBytes: type === 'directory' ? 0 : size };
    at = new URL(target, `file://${at}`).pathname;
  }
  return null;
}
