import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { finding } from './finding.ts';
import { fleetKind, host, hostStatus } from './host.ts';
import { fleetId, hostName } from './ids.ts';
import { problem } from './problem.ts';

/** An opened fleet. `path` is the folder that holds flake.nix (absolute); `ref` is what nix is given. */
export const fleet = z.object({
  id: fleetId,
  name: z.string(),
  path: z.string(),
  ref: z.string(),
  description: z.string().nullable(),
  kinds: z.array(fleetKind),
  git: z
    .object({ branch: z.string().nullable(), revision: z.string().nullable(), changedFiles: z.int().nonnegative() })
    .nullable(),
  /** Milliseconds since the epoch. */
  evaluatedAt: z.number(),
  /** True where no evaluation was needed: lock and tree are unchanged since the last opening. */
  fromCache: z.boolean(),
  /** Problems of the fleet as a whole that did not stop it from being shown. */
  problems: z.array(problem),
});
export type Fleet = z.infer<typeof fleet>;

export const fleetView = z.object({ fleet, hosts: z.array(host) });
export type FleetView = z.infer<typeof fleetView>;

/** Opening takes seconds on a real nixpkgs, so it is a stream: progress, then the view. Breaking off the loop cancels. */
export const openEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string(), done: z.int(), total: z.int() }),
  z.object({ type: z.literal('opened'), view: fleetView }),
]);
export type OpenEvent = z.infer<typeof openEvent>;

export const recentFleet = z.object({
  path: z.string(),
  name: z.string(),
  hostCount: z.int(),
  openedAt: z.number(),
  exists: z.boolean(),
});
export type RecentFleet = z.infer<typeof recentFleet>;

export const pathEntry = z.object({ path: z.string(), name: z.string(), isFlake: z.boolean() });

/** Looking a fleet over evaluates its hosts, so findings come in batches as they are made; the last one ends it. */
export const fleetCheckEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string(), done: z.int(), total: z.int() }),
  z.object({ type: z.literal('findings'), findings: z.array(finding) }),
]);
export type FleetCheckEvent = z.infer<typeof fleetCheckEvent>;

export const fleetContract = {
  /** Opens the flake at a folder; `refresh` evaluates again even where the cache is good. */
  open: procedure
    .input(z.object({ path: z.string().min(1).max(4096), refresh: z.boolean().optional() }))
    .output(eventIterator(openEvent)),
  recent: procedure.output(z.array(recentFleet)),
  forget: procedure.input(z.object({ path: z.string() })).output(z.void()),
  /** Folders that start with `prefix`, for the browser's path field; flakes are marked. */
  completePath: procedure.input(z.object({ prefix: z.string().max(4096) })).output(z.array(pathEntry)),
  /** Live state of the hosts: asks each now, again on a timer while watched, and after each deploy. */
  watchStatus: procedure.input(z.object({ id: fleetId })).output(eventIterator(z.array(hostStatus))),
  /** Asks these hosts (all when absent) now; results arrive at watchStatus. */
  refreshStatus: procedure.input(z.object({ id: fleetId, hosts: z.array(hostName).optional() })).output(z.void()),
  /** What is wrong with the fleet in a folder; also one that cannot be opened. Breaking off the loop cancels. */
  check: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(eventIterator(fleetCheckEvent)),
};
