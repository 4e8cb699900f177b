import { z } from 'zod';
import { evalJson } from '../nix/eval.ts';
import type { FleetFolder } from './folder.ts';

/** Evaluates one Nix function of a fleet's outputs (or of hive.nix's value) and gives its result as JSON. */
export interface Evaluator {
  /**
   * @param apply Nix source of a function; its argument is the fleet's outputs
   * @throws ProblemError with nix's own words, its `cause` with the whole trace; an AbortError when broken off
   */
  (apply: string): Promise<unknown>;
}

/** Makes the evaluator of a fleet. @param untracked files that git does not know, relative to the work tree's top */
export type MakeEvaluator = (folder: FleetFolder, untracked: readonly string[], signal: AbortSignal) => Evaluator;

/** Evaluates with the nix of this computer. */
export const nixEvaluator: MakeEvaluator = (folder, untracked, signal) => (apply) =>
  evalJson({
    source: folder.form === 'flake' ? { ref: folder.ref } : { file: folder.ref },
    apply,
    schema: z.unknown(),
    signal,
    flakeFolder: folder.workTree ?? folder.path,
    untracked,
  });
