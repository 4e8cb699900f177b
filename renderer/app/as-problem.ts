import type { Problem } from '../../shared/contract/problem.ts';

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  const { code, title, evidence, advice } = value as Record<string, unknown>;
  return typeof code === 'string' && typeof title === 'string' && typeof evidence === 'string' && Array.isArray(advice);
}

/**
 * Whatever a call to the engine was rejected with, as a problem that a person can read. The engine's own errors carry
 * one as `data` (error PROBLEM of the contract); anything else is shown with its message as evidence.
 */
export function asProblem(error: unknown): Problem {
  if (error instanceof Error && 'data' in error && isProblem(error.data)) return error.data;
  if (error instanceof Error && error.name === 'ConnectionLostError') {
    return {
      code: 'connection-lost',
      title: 'Nixstead’s engine did not answer',
      evidence: error.message,
      advice: ['The window reconnects by itself; try again when it has. Jobs that were started go on.'],
      canRetry: true,
    };
  }
  return {
    code: 'unexpected',
    title: 'Something unexpected went wrong',
    evidence: error instanceof Error ? error.message : String(error),
    advice: ['Try again. If it happens again, report it with the text above.'],
  };
}

/** True where a call ended because this page itself broke it off. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
