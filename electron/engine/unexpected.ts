import type { Problem } from '../../shared/contract/problem.ts';
import { ProblemError } from './errors.ts';

/** Any error as a problem: those that we made say what they say, and others are our own mistake and say so. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'internal-error',
    title: 'Something went wrong inside Nixstead',
    evidence: error instanceof Error ? (error.stack ?? error.message) : String(error),
    advice: ['Try again. If it happens again, please report it with the text above.'],
  };
}
