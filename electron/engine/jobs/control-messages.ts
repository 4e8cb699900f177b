import { z } from 'zod';
import { hostName } from '../../../shared/contract/ids.ts';
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
]);
export type ControlRequest = z.infer<typeof controlRequest>;

export const controlEnvelope = z.object({ token: z.string(), request: controlRequest });

export const controlReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({ ok: z.literal(false), problem }),
]);
export type ControlReply = z.infer<typeof controlReply>;

/** An answer is at most 10,000 characters; nothing that is asked of a runner is longer than this. */
export const MAX_LINE_BYTES = 128 * 1024;
