import { existsSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JobId } from '../../../shared/contract/ids.ts';

/** How much of the past is kept in full. */
export interface Keep {
  readonly jobs: number;
  readonly bytes: number;
}
export const DEFAULT_KEEP: Keep = { jobs: 500, bytes: 2 * 1024 ** 3 };

/**
 * Removes the folders (events and logs) of old jobs beyond a number and a size; their lines in the history stay.
 * `finished` are the jobs that are over, latest first; no other is ever touched, and the latest always stays.
 */
export function pruneJobFolders(jobs: string, finished: readonly JobId[], keep: Keep): void {
  let kept = 0;
  let bytes = 0;
  for (const id of finished) {
    const folder = join(jobs, id);
    if (!existsSync(folder)) continue;
    bytes += sizeOf(folder);
    kept += 1;
    if (kept > 1 && (kept > keep.jobs || bytes > keep.bytes)) rmSync(folder, { recursive: true, force: true });
  }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (total, name) => total + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
