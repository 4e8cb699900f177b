import { mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { withoutOwnFilters } from '../git/look.ts';
import type { CaptureLimits } from '../nix/capture.ts';
import { evalJson } from '../nix/eval.ts';
import type { FleetFolder } from './folder.ts';

/** Evaluates one Nix function of a fleet's outputs (or of hive.nix's value) and gives its result as JSON. */
export interface Evaluator {
  /**
   * @param apply Nix source of a function; its argument is the fleet's outputs
   * @param onAllocated told how many bytes nix asked for in all, where it tells
   * @throws ProblemError with nix's own words, its `cause` with the whole trace; an AbortError when broken off
   */
  (apply: string, onAllocated?: (bytes: number) => void): Promise<unknown>;
}

/** Makes the evaluator of a fleet. @param untracked files that git does not know, relative to the work tree's top */
export type MakeEvaluator = (
  folder: FleetFolder,
  untracked: readonly string[],
  signal: AbortSignal,
  limits?: Omit<CaptureLimits, 'signal'>,
) => Evaluator;

/** The part of nix's own statistics (NIX_SHOW_STATS) that is used. */
const statistics = z.object({ gc: z.object({ totalBytes: z.number() }) });

/** Evaluates with the nix of this computer. */
export const nixEvaluator: MakeEvaluator = (folder, untracked, signal, limits) => async (apply, onAllocated) => {
  await using stack = new AsyncDisposableStack();
  let file: string | null = null;
  if (onAllocated) file = join(stack.use(await mkdtempDisposable(join(tmpdir(), 'nixstead-'))).path, 'statistics');
  const value = await evalJson({
    source: folder.form === 'flake' ? { ref: folder.ref } : { file: folder.ref },
    apply,
    schema: z.unknown(),
    ...limits,
    signal,
    flakeFolder: folder.workTree ?? folder.path,
    untracked,
    ...(folder.workTree === null ? {} : { gitConfig: await withoutOwnFilters({ cwd: folder.workTree, signal }) }),
    ...(file === null ? {} : { env: { NIX_SHOW_STATS: '1', NIX_SHOW_STATS_PATH: file } }),
  });
  if (file !== null) {
    const read = await readFile(file, 'utf8').then(
      (text) => statistics.safeParse(JSON.parse(text)),
      () => null,
    );
    if (read?.success) onAllocated?.(read.data.gc.totalBytes);
  }
  return value;
};
