import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { jobId } from './ids.ts';

/** Names a terminal to the page that opened it; nobody else is told. */
export const terminalId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'TerminalId'>();
export type TerminalId = z.infer<typeof terminalId>;

/** In characters. */
export const terminalSize = z.object({ columns: z.int().min(2).max(500), rows: z.int().min(1).max(200) });
export type TerminalSize = z.infer<typeof terminalSize>;

/**
 * `opened` comes first, before anything is connected: `place` is where the login goes, such as `root@192.168.1.5`. Texts
 * of `output` follow each other without gaps. `ended` is the last: with the exit status of the login (ssh's own is 255),
 * or the signal that ended it.
 */
export const terminalEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('opened'), id: terminalId, place: z.string() }),
  z.object({ type: z.literal('output'), text: z.string() }),
  z.object({ type: z.literal('ended'), exitCode: z.int().nullable(), signal: z.int().nullable() }),
]);
export type TerminalEvent = z.infer<typeof terminalEvent>;

const terminal = z.object({ id: terminalId });

/** Terminals that are logged in to a machine. What is typed and shown in them is kept nowhere. */
export const terminalContract = {
  /**
   * Logs in to the machine of an install as it is now. The terminal lives as long as this stream is read: whoever stops
   * reading closes it, a page that goes away too.
   */
  open: procedure.input(terminalSize.extend({ jobId })).output(eventIterator(terminalEvent)),
  /** Types. Texts of calls that overlap may change places: wait for one before the next. */
  write: procedure
    .input(
      terminal.extend({
        text: z
          .string()
          .min(1)
          .max(64 * 1024),
      }),
    )
    .output(z.void()),
  resize: procedure.input(terminal.extend(terminalSize.shape)).output(z.void()),
  /** So much more of the output, in UTF-16 units, was drawn. Who never says so gets no more after some 128 Ki. */
  drawn: procedure.input(terminal.extend({ length: z.int().positive() })).output(z.void()),
};
