import type { BuildNode } from '../../../shared/contract/job.ts';
import type { Place } from '../../../shared/contract/problem.ts';

/** How many of one sort. `expected` counts all that are known of, done ones too. */
export interface Count {
  readonly expected: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
}

export interface ByteCount {
  readonly done: number;
  /** 0: not known. */
  readonly total: number;
  /** Null: nothing to tell from yet. */
  readonly perSecond: number | null;
}

/** A line of output that may explain something; `plain`: written by ssh, a remote nix or anything that is no JSON. */
export interface OutputLine {
  readonly kind: 'error' | 'ignored-error' | 'warning' | 'notice' | 'plain';
  /** Without escape sequences; of an error the message alone, without `error:`, trace and source lines. */
  readonly text: string;
  /** Of an error: all that nix says about it (trace, source lines, suggestions); else empty. */
  readonly trace: string;
  /** Where nix says that the error is, in nix's own words (a store path, `«…»/file.nix`). */
  readonly place: Place | null;
}

/** One derivation (or store path) that could not be made, with its own reason; never one that only waited for it. */
export interface NixFailure {
  readonly drv: string;
  readonly name: string;
  readonly message: string;
  /** The last lines of its own log, without escape sequences. */
  readonly logTail: readonly string[];
}

/** The state of one run of nix. Immutable; nodes that did not change are the same objects as before. */
export interface ProgressView {
  /** Derivations and paths in the order in which nix named them. */
  readonly nodes: readonly BuildNode[];
  readonly builds: Count;
  /** Paths sent to another store. Sent is not accepted: the other side confirms only all of them together. */
  readonly copies: Count;
  /** Paths fetched from binary caches. */
  readonly fetches: Count;
  /** Of copied and fetched paths, unpacked. */
  readonly bytes: ByteCount;
  /** Of downloads (flake inputs, sources, binary caches), as transferred. */
  readonly downloads: ByteCount;
  /** What nix says it is doing at the moment: `evaluating derivation '…'`. */
  readonly activity: string | null;
  /** Nix files read so far: the only sign of life of a long evaluation. */
  readonly evaluatedFiles: number;
  /** Where nix keeps its copy of the source that holds the flake: `/nix/store/…-source`, or `«…»`; null: not seen. */
  readonly flakeSource: string | null;
  /** The flake's folder in there; empty at its top. */
  readonly flakeSubfolder: string;
  /** Errors, warnings and plain lines in order; the middle is left out where there are very many. */
  readonly lines: readonly OutputLine[];
  /** Root causes only, in order. */
  readonly failures: readonly NixFailure[];
  readonly isInterrupted: boolean;
}
