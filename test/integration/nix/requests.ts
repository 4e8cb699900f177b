import { z } from 'zod';
import { problem } from '../../../shared/contract/problem.ts';

const target = z.object({ host: z.string(), user: z.string(), throughSudo: z.enum(['free', 'password']).optional() });

/** What the program in the lab's controller is asked to do with the engine's nix part. */
export const request = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('evaluate'),
    ref: z.string(),
    attribute: z.union([z.string(), z.array(z.string())]).optional(),
    apply: z.string().optional(),
    flakeFolder: z.string().optional(),
    untracked: z.array(z.string()).optional(),
    abortAfterFiles: z.int().optional(),
    timeLimitMs: z.int().optional(),
  }),
  z.object({ do: z.literal('metadata'), ref: z.string() }),
  z.object({ do: z.literal('path-info'), paths: z.array(z.string()) }),
  z.object({
    do: z.literal('build'),
    ref: z.string(),
    attribute: z.array(z.string()),
    /** Cancels the job when the first build runs. */
    isCancelled: z.boolean().optional(),
  }),
  z.object({
    do: z.literal('copy'),
    paths: z.array(z.string()),
    target,
    sshOptions: z.array(z.string()).optional(),
    /** Lines for known_hosts. */
    knownHosts: z.array(z.string()),
    /** What df says of the target, as its output. */
    df: z.string().optional(),
    /** Writes a line "copying" to stdout once bytes flow. */
    tellsWhenCopying: z.boolean().optional(),
  }),
]);
export type Request = z.input<typeof request>;

export const answer = z.object({
  value: z.unknown(),
  problem: problem.nullable(),
  /** Name of an error that is no problem: AbortError, JobCancelled. */
  error: z.string().nullable(),
  log: z.string(),
  commands: z.array(z.object({ argv: z.array(z.string()), env: z.record(z.string(), z.string()) })),
  seconds: z.number(),
  updates: z.int(),
});
export type Answer = z.infer<typeof answer>;
