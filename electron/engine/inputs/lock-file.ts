import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const reference = z.looseObject({
  type: z.string().optional(),
  owner: z.string().optional(),
  repo: z.string().optional(),
  host: z.string().optional(),
  ref: z.string().optional(),
  rev: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  id: z.string().optional(),
  dir: z.string().optional(),
  narHash: z.string().optional(),
  /** Seconds since the epoch. */
  lastModified: z.number().optional(),
});
export type LockedReference = z.infer<typeof reference>;

/** flake.lock, versions 5 to 7. An input is the name of a node, or (`follows`) the way to one from the root. */
const lockFile = z.object({
  root: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      locked: reference.optional(),
      original: reference.optional(),
      flake: z.boolean().optional(),
    }),
  ),
});
export type LockFile = z.infer<typeof lockFile>;
export type LockNode = LockFile['nodes'][string];

export type ReadLock =
  | { readonly state: 'read'; readonly text: string; readonly lock: LockFile }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly reason: string };

/** Reads the text of a flake.lock. */
export function parseLockFile(text: string): Exclude<ReadLock, { state: 'missing' }> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { state: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
  const parsed = lockFile.safeParse(data);
  if (!parsed.success) return { state: 'unreadable', reason: z.prettifyError(parsed.error) };
  return { state: 'read', text, lock: parsed.data };
}

/** The lock of the flake in a folder. */
export async function readLockFile(folder: string): Promise<ReadLock> {
  try {
    return parseLockFile(await readFile(join(folder, 'flake.lock'), 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) return { state: 'missing' };
    return { state: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A node of the lock; undefined also for names such as `constructor`. */
export function nodeOf({ nodes }: LockFile, name: string): LockNode | undefined {
  return Object.hasOwn(nodes, name) ? nodes[name] : undefined;
}
