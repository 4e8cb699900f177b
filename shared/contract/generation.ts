import { z } from 'zod';
import { packageChange } from './changes.ts';
import { hostName } from './ids.ts';
import { problem } from './problem.ts';

/** One generation of a host's system profile, by what the host says. */
export const generation = z.object({
  number: z.int(),
  /** The NixOS system in it. */
  system: z.string(),
  /** What the profile is in it: that system, or what deploy-rs has made around it. */
  profile: z.string(),
  /** When it was made, ms since the epoch by the host's clock. */
  at: z.number(),
  nixosVersion: z.string(),
  /** For example linux-6.12.63; empty where it is not told. */
  kernel: z.string(),
  isRunning: z.boolean(),
  isBooted: z.boolean(),
  /** The profile points to it: it is what boots next. */
  isNext: z.boolean(),
  /** A mark on the host keeps it: it is not deleted from here, and its system stays whoever deletes it. */
  isProtected: z.boolean(),
  /**
   * There where the host runs a system on trial: a restart starts one from before, and which one that is only its boot
   * loader knows.
   */
  isHeldByTrial: z.literal(true).optional(),
});
export type Generation = z.infer<typeof generation>;

/** `previous`: what the host ran before, by the history, else the one before what boots next; a number; or a time, for what ran then. */
export const rollbackTarget = z.union([
  z.literal('previous'),
  z.object({ generation: z.int().positive() }),
  z.object({ before: z.number() }),
]);
export type RollbackTarget = z.infer<typeof rollbackTarget>;

/** Where a host would go back to; null: the problem says why that is not known. */
export const hostWayBack = z.object({
  host: hostName,
  generation: generation.nullable(),
  problem: problem.nullable(),
});
export type HostWayBack = z.infer<typeof hostWayBack>;

/** What deleting some generations of a host frees: what they alone keep, and what nothing keeps already. */
export const generationRoom = z.object({ onlyBytes: z.number(), garbageBytes: z.number() });
export type GenerationRoom = z.infer<typeof generationRoom>;

/** What is different between two generations of a host. */
export const generationComparison = z.object({
  packages: z.array(packageChange),
  addedBytes: z.number(),
  removedBytes: z.number(),
  /** Parts that only a reboot changes, and that differ: kernel, initrd, kernel-modules, systemd. */
  rebootFor: z.array(z.string()),
});
export type GenerationComparison = z.infer<typeof generationComparison>;
