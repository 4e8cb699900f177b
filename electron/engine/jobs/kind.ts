import { z } from 'zod';
import type { JobContext, JobExecutor, JobResult } from './context.ts';

const spec = z.record(z.string(), z.unknown());
export type JobSpec = z.infer<typeof spec>;

/** A kind of job with the type of its spec folded away, so that kinds of all sorts stand in one table. */
export interface JobKind {
  /** The spec as it is kept: JSON that fits the kind's schema. @throws ZodError */
  parse(value: unknown): JobSpec;
  execute(context: JobContext, value: unknown): Promise<JobResult>;
}

/** Kinds by name. A runner loads the module that exports them as `kinds`. */
export type JobKinds = Readonly<Record<string, JobKind>>;

export function jobKind<Spec>(schema: z.ZodType<Spec>, execute: JobExecutor<Spec>): JobKind {
  return {
    parse: (value) => spec.parse(JSON.parse(JSON.stringify(schema.parse(value)))),
    execute: (context, value) => execute(context, schema.parse(value)),
  };
}
