import { z } from 'zod';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import { decision } from '../../../shared/contract/job.ts';
import { workLimits } from '../../../shared/contract/limits.ts';
import { problem } from '../../../shared/contract/problem.ts';

/** What an engine asks of a runner: one line of JSON, answered with one line. */
export const controlRequest = z.discriminatedUnion('action', [
  z.object({ action: z.literal('answer'), promptId: z.string(), answer: z.string() }),
  z.object({ action: z.literal('resize'), columns: z.int().positive(), rows: z.int().positive() }),
  z.object({ action: z.literal('decide'), host: hostName, decision }),
  z.object({ action: z.literal('limit'), limits: workLimits.partial() }),
  z.object({ action: z.literal('cancel') }),
  /** Cancels it for another job that did its work, or does. */
  z.object({ action: z.literal('overtake'), by: z.object({ id: jobId, title: z.string() }) }),
]);
export type ControlRequest = z.infer<typeof controlRequest>;
/** Which job takes the place of another. */
export type OvertakingJob = Extract<ControlRequest, { action: 'overtake' }>['by'];

export const controlEnvelope = z.object({ token: z.string(), request: controlRequest });

export const controlReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), problem }),
]);
export type ControlReply = z.infer<typeof controlReply>;

/** An answer is at most 10,000 characters; nothing that is asked of a runner is longer than this. */
export const MAX_LINE_BYTES = 128 * 1024;
