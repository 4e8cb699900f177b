import { ORPCError } from '@orpc/client';
import { z } from 'zod';
import { problem, type Problem } from '../../shared/contract/problem.ts';
import { problemOf } from '../engine/unexpected.ts';
import { exitCodes, type ExitCode } from './exit.ts';

/** Ends a command with a problem to show and an exit code. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly problem: Problem;
  readonly exitCode: ExitCode;
  constructor(failed: Problem, exitCode: ExitCode) {
    super(failed.title);
    this.problem = failed;
    this.exitCode = exitCode;
  }
}

/** Wrong usage: nothing was touched. */
export function wrongUsage(title: string, evidence: string, ...advice: string[]): CommandFailed {
  return new CommandFailed({ code: 'wrong-usage', title, evidence, advice }, exitCodes.usage);
}

/** What the contract says of an input that is not of its shape. */
const refusedInput = z.object({
  issues: z.array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])).default([]) })),
});

/** The problem in whatever a call of the contract threw. */
export function problemOfCall(error: unknown): Problem {
  if (error instanceof CommandFailed) return error.problem;
  if (error instanceof ORPCError) {
    const { message } = error;
    const code: unknown = error.code;
    const data = problem.safeParse(error.data);
    if (data.success) return data.data;
    if (code === 'BAD_REQUEST') {
      const found = refusedInput.safeParse(error.data);
      const lines = found.success ? found.data.issues.map(({ path, message: why }) => `${path.join('.')}: ${why}`) : [];
      const evidence = lines.length === 0 ? message : lines.join('\n');
      return {
        code: 'wrong-usage',
        title: 'The engine refused the input',
        evidence,
        advice: ['Correct what is named.'],
      };
    }
  }
  return problemOf(error);
}
