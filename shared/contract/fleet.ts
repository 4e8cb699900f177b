import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { finding } from './finding.ts';
import { fleetKind, host, hostStatus, hostTraits } from './host.ts';
import { fleetId, hostName } from './ids.ts';
import { problem } from './problem.ts';

/** An opened fleet. */
export const fleet = z.object({
  id: fleetId,
  name: z.string(),
  /** What was opened and opens it again: the folder that holds flake.nix (absolute), or a flake reference. */
  path: z.string(),
  /** Where its files are: the same folder, or nix's copy of what the reference leads to. */
  folder: z.string(),
  /** What nix is given; of a reference, the revision that is shown. */
  ref: z.string(),
  /** Opened by a reference: it is read and deployed, never edited. Milliseconds since the epoch. */
  remote: z.object({ revision: z.string().nullable(), lastModified: z.number().nullable() }).nullable(),
  /** Names the state of its files: evaluating the same state again gives the same. null: it cannot be told. */
  fingerprint: z.string().nullable(),
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

/** Hosts whose systems are known now; `problems` has those that do not evaluate. */
export const systemsEvent = z.object({
  done: z.int(),
  total: z.int(),
  problems: z.array(z.object({ name: hostName, problem })),
});
export type SystemsEvent = z.infer<typeof systemsEvent>;

export const fleetContract = {
  /** Opens the flake at a folder or a reference; `refresh` evaluates again even where the cache is good. */
  open: procedure
    .input(z.object({ path: z.string().min(1).max(4096), refresh: z.boolean().optional() }))
    .output(eventIterator(openEvent)),
  /** What the configurations of these hosts (all when absent) tell, in batches as they are evaluated, or remembered. */
  traits: procedure
    .input(z.object({ id: fleetId, hosts: z.array(hostName).optional() }))
    .output(eventIterator(z.array(hostTraits))),
  /**
   * Evaluates what these hosts (all when absent) would run, so that `watchStatus` can say which are outdated. What is
   * known for the files as they are is not evaluated again. Breaking off the loop cancels.
   */
  evaluateSystems: procedure
    .input(z.object({ id: fleetId, hosts: z.array(hostName).optional() }))
    .output(eventIterator(systemsEvent)),
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
