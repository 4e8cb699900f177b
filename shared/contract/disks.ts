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

/**
 * Files of a fleet that hold disk layouts. Their texts are read and saved as any file of the fleet is (files.ts); what is in
 * them, the window reads by itself (shared/disko).
 */
export const disksContract = {
  /** Files that hold a layout; `isComplete` false: the fleet has more files than were looked at. */
  list: procedure
    .input(z.object({ fleetId }))
    .output(z.object({ files: z.array(layoutFileEntry), isComplete: z.boolean() })),
  /** The layout that nix computes from a file whose text alone does not tell it; JSON data of `disko.devices`. */
  evaluate: procedure
    .input(z.object({ fleetId, file: fleetFile, given: z.record(z.string(), z.unknown()) }))
    .output(z.object({ layout: z.record(z.string(), z.unknown()) })),
  /** The layout that the configuration of a host comes to, whatever files it is made of; JSON data of `disko.devices`. */
  evaluateHost: procedure
    .input(z.object({ fleetId, host: hostName }))
    .output(z.object({ layout: z.record(z.string(), z.unknown()) })),
};
