import { implement, ORPCError } from '@orpc/server';
import { contract } from '../../../shared/contract/index.ts';
import { problemOf } from '../unexpected.ts';

/** True for the error with which a broken-off call or stream ends; nobody is there to read it. */
function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true || (error instanceof Error && error.name === 'AbortError');
}

/** An error as the contract has it: PROBLEM with its data. What oRPC itself refuses (bad input) stays as it is. */
function contractError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ORPCError || isAbort(error, signal)) return error;
  const problem = problemOf(error);
  return new ORPCError('PROBLEM', { message: problem.title, data: problem, cause: error });
}

/** The implementer of the contract; every procedure of it fails with PROBLEM alone. */
export const procedures = implement(contract).use(async ({ next, signal }) => {
  try {
    return await next();
  } catch (error) {
    throw contractError(error, signal);
  }
});

/** A stream whose errors are those of the contract. An error after a stream has begun passes no middleware. */
export async function* stream<Event>(
  events: AsyncIterable<Event>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, void, void> {
  try {
    for await (const event of events) yield event;
  } catch (error) {
    if (isAbort(error, signal)) return;
    throw contractError(error, signal);
  }
}
