/** Evaluates one Nix function of a fleet's outputs (or of hive.nix's value) and gives its result as JSON. */
export interface Evaluator {
  /**
   * @param apply Nix source of a function; its argument is the fleet's outputs
   * @throws ProblemError with nix's own words; an AbortError when the opening is broken off
   */
  (apply: string): Promise<unknown>;
}
