import type { z } from 'zod';
import { ProblemError } from '../errors.ts';
import { explain } from './explain.ts';
import type { NixRun } from './nix-run.ts';

/**
 * The error of a run of nix that failed. Its `cause` is an Error whose message is all that nix said about it, with the
 * whole trace, for callers that look for a mark of their own in there.
 */
export function nixError(run: NixRun): ProblemError {
  const words = run.progress.lines.filter((line) => line.kind === 'error').map((line) => line.trace || line.text);
  return new ProblemError(explain(run), { cause: new Error(words.join('\n')) });
}

/** Nix ended well and said something that we do not understand. */
export function answerUnreadable(what: string, answer: string, cause: z.ZodError | SyntaxError): ProblemError {
  return new ProblemError(
    {
      code: 'nix-answer-unreadable',
      title: `Nix’s answer about ${what} has an unexpected form`,
      evidence: answer.slice(0, 500),
      advice: ['Update Nix or Nixstead: their versions may not fit together.'],
    },
    { cause },
  );
}
