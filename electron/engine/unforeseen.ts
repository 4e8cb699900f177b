import { ORPCError } from '@orpc/server';

/** A call as oRPC's handlers hand it to an interceptor. */
interface Call<Result> {
  readonly request: { readonly signal?: AbortSignal | undefined };
  next(): Promise<Result>;
}

/**
 * An interceptor for the handlers of the doors that tells of errors which the contract does not foresee; the page learns no
 * more of them than "Internal server error". A problem for the person, a refused input and a call that was given up are
 * none of them.
 */
export function whenUnforeseen(tell: (error: unknown) => void) {
  return async <Result>(call: Call<Result>): Promise<Result> => {
    try {
      return await call.next();
    } catch (error) {
      const isForeseen = error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR';
      if (!isForeseen && !call.request.signal?.aborted) tell(error);
      throw error;
    }
  };
}
