import type { FreeSpace } from './free-space.ts';
import type { ProgressView } from './progress-view.ts';

/** What nix was asked to do; the same words can have another cause in another verb. */
export type NixVerb = 'evaluate' | 'build' | 'copy' | 'query';

/** How a run of nix ended. Exactly one of `code` and `signal` is a number. */
export interface NixExit {
  readonly code: number | null;
  readonly signal: number | null;
}

/** A run of nix that is over, with what its caller knows about its surroundings. Everything but the first is optional. */
export interface NixRun {
  readonly verb: NixVerb;
  readonly exit: NixExit;
  readonly progress: ProgressView;
  /** Set where we ended it ourselves. */
  readonly endedBy?: 'person' | 'time-limit' | 'output-limit';
  /** The other machine of a copy, or of a build that is done there, as a person writes it: `root@nas`. */
  readonly target?: string;
  /**
   * The flake's folder, or the top of the git work tree that it lies in, so that places are files that a person can open.
   */
  readonly flakeFolder?: string;
  /** Where nix keeps its copy of the flake, if known (`nix flake metadata`); else taken from the output. */
  readonly flakeSource?: string;
  /** Files in the flake's folder that git does not know, relative to it. */
  readonly untracked?: readonly string[];
  /** What `df` says about the store's file systems; tells which side is full. */
  readonly freeSpace?: { readonly here?: FreeSpace; readonly target?: FreeSpace };
}
