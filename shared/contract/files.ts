import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { fileHash, relativePath } from './finding.ts';
import { fleetId } from './ids.ts';

const file = z.object({ fleetId, file: relativePath });
const MAX_TEXT_LENGTH = 8 * 1024 * 1024;

/** A file as it is on the disk; `text` null: not text, or too large to be edited. */
export const fleetText = z.object({ text: z.string().nullable(), hash: fileHash });
export type FleetText = z.infer<typeof fleetText>;

/** Files of a fleet. Paths are relative to the fleet's folder, with `/`; none of them leads out of it. */
export const filesContract = {
  /** Every file by path, `.git` and build results left out; `isComplete` false: there are more than are listed. */
  list: procedure
    .input(z.object({ fleetId }))
    .output(z.object({ files: z.array(relativePath), isComplete: z.boolean() })),
  read: procedure.input(file).output(fleetText),
  /** Writes in one step, unless the file is no longer the one that `hash` names (null: it must not be there yet). */
  save: procedure
    .input(file.extend({ text: z.string().max(MAX_TEXT_LENGTH), hash: fileHash.nullable() }))
    .output(z.object({ hash: fileHash })),
  /** The hash of a file now and after each change; null while it is not there. */
  watch: procedure.input(file).output(eventIterator(z.object({ hash: fileHash.nullable() }))),
};
