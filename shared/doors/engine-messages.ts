import { z } from 'zod';
import { problem } from '../contract/problem.ts';

// What Electron's main process and the engine's process say to each other. The contract itself never passes through the
// main process: a `connect` message carries a MessagePort whose other end is the window's.

export const messageToEngine = z.discriminatedUnion('type', [
  /** The first message. `notices`: what the window shall be told besides the engine's own. */
  z.object({ type: z.literal('start'), initialPath: z.string().nullable(), notices: z.array(problem) }),
  /** Comes with one port. */
  z.object({ type: z.literal('connect') }),
  /** To `choose-folder` and `open-external`; `path` is the chosen folder. */
  z.object({ type: z.literal('answer'), id: z.int(), path: z.string().nullable(), problem: problem.nullable() }),
  /** Close what is open and end. Runners of jobs are processes of their own and go on. */
  z.object({ type: z.literal('stop') }),
]);
export type MessageToEngine = z.infer<typeof messageToEngine>;

export const messageFromEngine = z.discriminatedUnion('type', [
  /** The engine cannot start; its process waits to be ended. */
  z.object({ type: z.literal('failed'), problem }),
  z.object({ type: z.literal('choose-folder'), id: z.int() }),
  z.object({ type: z.literal('open-external'), id: z.int(), url: z.string() }),
  /** How many jobs are not over; sent at every change. */
  z.object({ type: z.literal('jobs'), unfinished: z.int().nonnegative() }),
]);
export type MessageFromEngine = z.infer<typeof messageFromEngine>;
