import type { NixVerb } from './nix-run.ts';

/** One thing that can go wrong, as data; see rules.ts. */
export interface Rule {
  readonly code: string;
  /**
   * Where it looks: at the message of a `derivation` that failed, at a failed derivation's `log`, at the `errors` of
   * nix, or at plain `output`. With `log`, `errors` and `output` the first text that fits counts.
   */
  readonly about: 'derivation' | 'log' | 'error' | 'output';
  readonly pattern: RegExp;
  readonly verbs?: readonly NixVerb[];
  /** For an error: its trace must fit too; its groups are words as well. */
  readonly trace?: RegExp;
  /** A plain line that tells more than the error; it is the evidence then. */
  readonly reason?: RegExp;
  /** Only with such a line. */
  readonly needsReason?: true;
  /** Only for errors of the evaluator, whatever was asked for. */
  readonly duringEvaluation?: true;
  /** Only where this side is known, or to be assumed, to be the full one. */
  readonly side?: 'here' | 'target';
  /**
   * The first one whose words are all known is taken. `{word}`: a named group of the pattern (`{word}` stands for the
   * group `word2` as well), or one of the facts that rule-fit.ts adds.
   */
  readonly titles: readonly string[];
  /** An advice with a `{word}` that is not known in this case is left out. */
  readonly advice: readonly string[];
  /** `text` (default): the message; `line`: the one line that fits; `log`: the message and the end of the log. */
  readonly evidence?: 'text' | 'line' | 'log';
  readonly canRetry?: boolean;
}
