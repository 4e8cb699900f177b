import { z } from 'zod';
import { jobId } from './ids.ts';

/** One package of a closure, by name. A version is empty where the name has none; sizes are unpacked. */
export const packageChange = z.object({
  name: z.string(),
  kind: z.enum(['added', 'removed', 'upgraded', 'downgraded', 'rebuilt']),
  before: z.array(z.string()),
  after: z.array(z.string()),
  /** How much more room it takes; negative: less. */
  bytes: z.number(),
});
export type PackageChange = z.infer<typeof packageChange>;

/** Parts of a machine whose change can shut people out or keep it from booting. */
export const riskArea = z.enum(['ssh', 'network', 'firewall', 'boot-loader', 'file-systems', 'users']);
export type RiskArea = z.infer<typeof riskArea>;

export const spaceForecast = z.object({ mountpoint: z.string(), availableBytes: z.number(), neededBytes: z.number() });

/**
 * The generation that a host would go back to. `told`, where what ran at a time is wanted: what tells that it is this one,
 * and since when (ms since the epoch). `history`: the outcome of a job; `boot`: the machine was started with it; `made`: no
 * more than when it was made, for nobody saw what ran.
 */
export const wayBack = z.object({
  number: z.int(),
  told: z.object({ by: z.enum(['history', 'boot', 'made']), at: z.number(), jobId: jobId.optional() }).nullable(),
});
export type WayBack = z.infer<typeof wayBack>;

/** What a deploy would change on one host, found out without changing it. */
export const hostChanges = z.object({
  /** null: it runs no NixOS system. */
  before: z.string().nullable(),
  after: z.string(),
  /** What builds `after`; absent where a host would go back to a generation that it has. */
  derivation: z.string().optional(),
  /** Absent where it would not go back. */
  back: wayBack.optional(),
  packages: z.array(packageChange),
  addedBytes: z.number(),
  removedBytes: z.number(),
  /** Units by what would happen to them; null until the host was asked (dry-activate). */
  units: z
    .object({
      stopped: z.array(z.string()),
      restarted: z.array(z.string()),
      reloaded: z.array(z.string()),
      started: z.array(z.string()),
    })
    .nullable(),
  /** Why a reboot would be needed for all of it to take effect: kernel, initrd, kernel-modules, systemd. */
  rebootFor: z.array(z.string()),
  risks: z.array(z.object({ area: riskArea, because: z.array(z.string()) })),
  /** For the store and for /boot. */
  space: z.array(spaceForecast),
  /** What was committed since the commit that the host says it was built from; null: it does not say, or git does not know it. */
  commits: z
    .object({
      from: z.string(),
      to: z.string(),
      list: z.array(z.object({ hash: z.string(), at: z.number(), subject: z.string() })),
    })
    .nullable(),
  /** True where the running system is not in this computer's store, and no job of this fleet brought it: somebody else may have. */
  isUnknown: z.boolean(),
});
export type HostChanges = z.infer<typeof hostChanges>;
