import { z } from 'zod';

/** A place in a text file, for a finding or an error. Lines and columns count from 1. */
export const place = z.object({
  file: z.string(),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
});
export type Place = z.infer<typeof place>;

/**
 * Every error that reaches a person: what happened (`title`), the line that proves it (`evidence`, verbatim output,
 * empty where there is none) and what to do (`advice`, one sentence each). `code` is stable and documented.
 */
export const problem = z.object({
  code: z.string(),
  title: z.string(),
  evidence: z.string(),
  advice: z.array(z.string()),
  place: place.optional(),
  /** True where doing the same again can succeed without a change (a cut link, an unreachable host). */
  canRetry: z.boolean().optional(),
});
export type Problem = z.infer<typeof problem>;
