import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { fleetId } from './ids.ts';
import { problem } from './problem.ts';

const folder = z.string().min(1).max(4096);
const shortText = z.string().max(500);
const publicKey = z.string().max(16_384);

/** What a new fleet is made from; see shared/fleet/template/options.ts. The engine says which values would not work. */
export const newFleet = z.object({
  name: shortText,
  layout: z.enum(['factory', 'simple']),
  release: shortText,
  adminUser: shortText,
  sshKeys: z.array(publicKey).max(200),
  timeZone: shortText,
});

/** A file or a folder right below `modules/` of a fleet, in letters that a path of Nix can have. */
export const moduleName = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}$/);

/** A host to be added to a fleet of one of our layouts. `address` null: not deployed over SSH. */
export const newHost = z.object({
  name: shortText,
  type: z.enum(['server', 'pc', 'cloud', 'rpi']),
  system: shortText,
  address: shortText.nullable(),
  user: shortText.nullable(),
  port: z.int().nullable(),
  tags: z.array(shortText).max(100),
  stateVersion: shortText,
  /** Modules of the fleet that this host includes beside those that every host has; absent: none. */
  modules: z.array(moduleName).max(100).optional(),
  /** Who logs in beside those who log in to every machine; absent: nobody. */
  admin: z.object({ user: shortText, sshKeys: z.array(publicKey).max(200) }).optional(),
  /** Absent: the fleet's own. */
  timeZone: shortText.optional(),
});
export type NewHostRequest = z.infer<typeof newHost>;

/** A public key that was found in a file of `~/.ssh` or in the agent. */
const foundKey = z.object({ line: z.string(), source: z.enum(['file', 'agent']) });
export type FoundKey = z.infer<typeof foundKey>;

/** What this computer knows that a new fleet needs. */
export const fleetSuggestions = z.object({
  adminUser: z.string(),
  timeZone: z.string(),
  /** Releases of nixpkgs that get updates, the newest first, then `unstable`. */
  releases: z.array(z.string()).min(1),
  sshKeys: z.array(foundKey),
});
export type FleetSuggestions = z.infer<typeof fleetSuggestions>;

/** What making a fleet would write, and nothing written yet. */
export const fleetPlan = z.object({
  folder: z.string(),
  files: z.array(z.object({ path: z.string(), text: z.string() })),
  /** Files of the plan that are already there; then nothing may be written. */
  inTheWay: z.array(z.string()),
  /** Other things that the folder holds; they stay. */
  others: z.array(z.string()),
  isInGit: z.boolean(),
});
export type FleetPlanned = z.infer<typeof fleetPlan>;

/** Locking the inputs takes seconds to minutes, so making a fleet is a stream: what is done, then what came of it. */
export const createEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({
    type: z.literal('created'),
    folder: z.string(),
    files: z.array(z.string()),
    /** What could not be done and does not keep the fleet from being used. */
    problems: z.array(problem),
  }),
]);
export type CreateEvent = z.infer<typeof createEvent>;

/** What a new host of a fleet needs. `layout` null: a flake that somebody else wrote, where hosts are made like others. */
export const hostSuggestions = z.object({
  layout: z.enum(['factory', 'simple']).nullable(),
  /** The release that the fleet's nixpkgs is of, or the newest one. */
  stateVersion: z.string(),
  /** What is in the fleet's `modules/` and not included by every host: names below it. */
  modules: z.array(z.string()),
  /** What every machine of the fleet has, as its `modules/common.nix` says; null or none where that is written otherwise. */
  common: z.object({ adminUser: z.string().nullable(), sshKeys: z.array(z.string()), timeZone: z.string().nullable() }),
  /** For a host with an admin of its own. */
  ownUser: z.string(),
  ownKeys: z.array(foundKey),
});
export type HostSuggestions = z.infer<typeof hostSuggestions>;

/** Making fleets and hosts. */
export const createContract = {
  suggestFleet: procedure.output(fleetSuggestions),
  planFleet: procedure.input(z.object({ folder, fleet: newFleet })).output(fleetPlan),
  fleet: procedure.input(z.object({ folder, fleet: newFleet })).output(eventIterator(createEvent)),
  suggestHost: procedure.input(z.object({ fleetId })).output(hostSuggestions),
};
