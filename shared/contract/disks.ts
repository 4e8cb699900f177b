import { z } from 'zod';
import { procedure } from './base.ts';
import { fleetId, hostName } from './ids.ts';

/** A file of the fleet by its path below the fleet's folder, with `/`. */
const fleetFile = z.string().min(1).max(4096);

export const layoutFileEntry = z.object({
  file: fleetFile,
  /** `devices`: its text names `disko.devices`. `name`: only its name says that it is about disks. */
  found: z.enum(['devices', 'name']),
});
export type LayoutFileEntry = z.infer<typeof layoutFileEntry>;

/** `hash` names this text: {@link disksContract.save} takes it to see that nobody has written in between. */
export const layoutText = z.object({ text: z.string(), hash: z.string() });
export type LayoutText = z.infer<typeof layoutText>;

const MAX_TEXT_LENGTH = 8 * 1024 * 1024;

/** Files of a fleet that hold disk layouts. What is in them, the window reads by itself (shared/disko). */
export const disksContract = {
  /** Files that hold a layout; `isComplete` false: the fleet has more files than were looked at. */
  list: procedure
    .input(z.object({ fleetId }))
    .output(z.object({ files: z.array(layoutFileEntry), isComplete: z.boolean() })),
  read: procedure.input(z.object({ fleetId, file: fleetFile })).output(layoutText),
  /** The layout that nix computes from a file whose text alone does not tell it; JSON data of `disko.devices`. */
  evaluate: procedure
    .input(z.object({ fleetId, file: fleetFile, given: z.record(z.string(), z.unknown()) }))
    .output(z.object({ layout: z.record(z.string(), z.unknown()) })),
  /** The layout that the configuration of a host comes to, whatever files it is made of; JSON data of `disko.devices`. */
  evaluateHost: procedure
    .input(z.object({ fleetId, host: hostName }))
    .output(z.object({ layout: z.record(z.string(), z.unknown()) })),
  /** Writes the text in one step, unless the file is no longer the one that `hash` names or the text is not Nix. */
  save: procedure
    .input(z.object({ fleetId, file: fleetFile, text: z.string().max(MAX_TEXT_LENGTH), hash: z.string() }))
    .output(layoutText),
};
