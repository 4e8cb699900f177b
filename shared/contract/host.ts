import { z } from 'zod';
import { hostName, jobId } from './ids.ts';
import { problem } from './problem.ts';

/** Where a host of the fleet was declared. One file in `engine/fleet/kinds/` reads each. */
export const fleetKind = z.enum(['nixosConfigurations', 'colmenaHive', 'colmena', 'deploy', 'hive.nix']);
export type FleetKind = z.infer<typeof fleetKind>;

/** Where a host answers to SSH. `user` and `port` null: what the user's ssh configuration says. */
export const target = z.object({
  host: z.string(),
  user: z.string().nullable(),
  port: z.int().min(1).max(65535).nullable(),
});
export type Target = z.infer<typeof target>;

/** A host as its flake declares it. Fields that the kind cannot tell carry the documented default of colmena. */
export const host = z.object({
  name: hostName,
  /** For example x86_64-linux; null where it could not be evaluated. */
  system: z.string().nullable(),
  tags: z.array(z.string()),
  /** null: cannot be deployed over SSH (colmena's targetHost = null, or an address that is not allowed: see problem). */
  target: target.nullable(),
  sources: z.array(fleetKind),
  buildOnTarget: z.boolean(),
  allowLocalDeployment: z.boolean(),
  privilegeCommand: z.array(z.string()),
  sshOptions: z.array(z.string()),
  /** Why this host cannot be used: evaluation failed, name refused, address refused. The others are not held up. */
  problem: problem.nullable(),
});
export type Host = z.infer<typeof host>;

export const reachability = z.enum(['unknown', 'checking', 'online', 'offline', 'denied', 'key-changed', 'no-nix']);
export type Reachability = z.infer<typeof reachability>;

/** What a host said about itself, with what we remember of it. Store paths are absolute; times are ms since the epoch. */
export const hostStatus = z.object({
  name: hostName,
  reachability,
  checkedAt: z.number().nullable(),
  currentSystem: z.string().nullable(),
  bootedSystem: z.string().nullable(),
  profileSystem: z.string().nullable(),
  generation: z.int().nullable(),
  /** From the current system's nixos-version file, for example 25.11.20260101.abcdef0. */
  nixosVersion: z.string().nullable(),
  failedUnits: z.array(z.string()),
  /** True where kernel, initrd or kernel modules of the booted system differ from those of the profile; absent: not told. */
  needsReboot: z.boolean().optional(),
  lastDeploy: z.object({ jobId, at: z.number(), state: z.string() }).nullable(),
  problem: problem.nullable(),
});
export type HostStatus = z.infer<typeof hostStatus>;
