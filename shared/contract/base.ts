import { oc } from '@orpc/contract';
import { problem } from './problem.ts';

/** The root of every procedure: each may fail with the one typed error PROBLEM, whose data is a {@link Problem}. */
export const procedure = oc.errors({ PROBLEM: { data: problem } });
