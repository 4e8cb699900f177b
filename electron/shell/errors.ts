import type { Problem } from '../../shared/contract/problem.ts';
import { ProblemError } from '../engine/errors.ts';

/** Shown in the window that comes back after the engine crashed. */
export function engineRestarted(exitCode: number): Problem {
  return {
    code: 'engine-restarted',
    title: 'The engine stopped unexpectedly and was started again',
    evidence: `The engine's process ended with exit code ${exitCode}.`,
    advice: ['Running jobs have processes of their own and were not affected.'],
  };
}

/** The engine crashes as soon as it runs. */
export function engineGaveUp(crashes: number, exitCode: number): Problem {
  return {
    code: 'engine-crashes',
    title: 'The engine keeps stopping',
    evidence: `It stopped ${crashes} times within a minute, the last time with exit code ${exitCode}.`,
    advice: [
      'Running jobs have processes of their own and were not affected.',
      'Start Nixstead from a terminal: the engine writes there why it stops.',
    ],
  };
}

/** What a failed question is answered with. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'shell-failed',
    title: 'The desktop could not do this',
    evidence: error instanceof Error ? error.message : String(error),
    advice: ['Try again.'],
  };
}

/** A problem as plain text, for the dialogs of the operating system. */
export function problemText(problem: Problem): string {
  return [problem.evidence, ...problem.advice].filter(Boolean).join('\n\n');
}
