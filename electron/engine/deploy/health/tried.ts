/** What one try came to; `detail` is a short proof. */
export interface Tried {
  readonly isGood: boolean;
  readonly detail: string;
  /** True where the question did not come through, so that nothing was learned of what it is about. */
  readonly isUnanswered?: boolean;
  /** For a command: as it was run, and how it ended. */
  readonly exitCode?: number | null;
}
