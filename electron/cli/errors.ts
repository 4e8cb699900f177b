import { ORPCError } from '@orpc/client';
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

/** The problem in whatever a call of the contract threw. */
export function problemOfCall(error: unknown): Problem {
  if (error instanceof CommandFailed) return error.problem;
  if (error instanceof ORPCError) {
    const { message } = error;
    const code: unknown = error.code;
    const data = problem.safeParse(error.data);
    if (data.success) return data.data;
    if (code === 'BAD_REQUEST') {
      return { code: 'wrong-usage', title: 'The engine refused the input', evidence: message, advice: [] };
    }
  }
  return problemOf(error);
}
