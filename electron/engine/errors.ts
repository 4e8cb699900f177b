import type { Problem } from '../../shared/contract/problem.ts';

/** The one error type that the engine throws on purpose; doors hand its `problem` to the person as it is. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options);
    this.problem = problem;
  }
}
