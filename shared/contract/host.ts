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

/** What deploy-rs goes by, with its documented defaults for what the flake leaves out. Timeouts are seconds. */
export const deployRsSettings = z.object({
  /**
   * In the order in which they are deployed. `user`: whose profile it is; null: the one who logs in. `sudo`: what makes
   * another user of who logs in, given that user's name; null: `sudo -u`.
   */
  profiles: z.array(z.object({ name: z.string(), user: z.string().nullable(), sudo: z.string().nullable() })),
  autoRollback: z.boolean(),
  magicRollback: z.boolean(),
  /** How long the machine waits for the connection that confirms. */
  confirmTimeout: z.number(),
  /** How long the activation itself may take. */
  activationTimeout: z.number(),
  fastConnection: z.boolean(),
});
export type DeployRsSettings = z.infer<typeof deployRsSettings>;

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
  /** True where it may be deployed on itself, and is the computer that the app runs on. */
  isThisComputer: z.boolean().optional(),
  privilegeCommand: z.array(z.string()),
  sshOptions: z.array(z.string()),
  /** Names of `deployment.keys`; what is in them is never read. */
  keys: z.array(z.string()),
  /** colmena: false refuses a machine whose running system this computer does not know. */
  replaceUnknownProfiles: z.boolean(),
  /** null: no node of deploy-rs. */
  deployRs: deployRsSettings.nullable(),
  /** Why this host cannot be used: evaluation failed, name refused, address refused. The others are not held up. */
  problem: problem.nullable(),
});
export type Host = z.infer<typeof host>;

/** Modules of others that a host's options show. */
export const usedModule = z.enum(['disko', 'sops-nix', 'agenix', 'home-manager']);

/**
 * What only a look into a host's configuration tells. It costs an evaluation of its modules, so it is asked for apart
 * from opening the fleet; null and empty: the configuration does not say.
 */
export const hostTraits = z.object({
  name: hostName,
  /** `networking.hostName`. */
  hostName: z.string().nullable(),
  /** `system.stateVersion`. */
  stateVersion: z.string().nullable(),
  /** `type` or `role` as the flake's host factory hands it to the modules. */
  role: z.string().nullable(),
  uses: z.array(usedModule),
  /** The fleet's own files that the host is made of, relative to the fleet's folder. */
  files: z.array(z.string()),
  /** Why they could not be told. */
  problem: problem.nullable(),
});
export type HostTraits = z.infer<typeof hostTraits>;

export const reachability = z.enum(['unknown', 'checking', 'online', 'offline', 'denied', 'key-changed', 'no-nix']);
export type Reachability = z.infer<typeof reachability>;

/**
 * A system that the boot loader tries once, and that is not what it starts from then on: `waiting` for the next boot; `up`:
 * it runs and nobody has confirmed it yet, so a restart starts the one before; `went-back`: the one before was booted.
 */
export const pendingBoot = z.enum(['waiting', 'up', 'went-back']);
export type PendingBoot = z.infer<typeof pendingBoot>;

/** What a host said about itself, with what we remember of it. Store paths are absolute; times are ms since the epoch. */
export const hostStatus = z.object({
  name: hostName,
  reachability,
  checkedAt: z.number().nullable(),
  currentSystem: z.string().nullable(),
  bootedSystem: z.string().nullable(),
  profileSystem: z.string().nullable(),
  /** What the fleet, as it was evaluated last, would run there; null: that was not evaluated. */
  wantedSystem: z.string().nullable().default(null),
  generation: z.int().nullable(),
  /** From the current system's nixos-version file, for example 25.11.20260101.abcdef0. */
  nixosVersion: z.string().nullable(),
  failedUnits: z.array(z.string()),
  /** True where kernel, initrd or kernel modules of the booted system differ from those of the profile; absent: not told. */
  needsReboot: z.boolean().optional(),
  /** Absent: its next boot starts what its profile is, whatever comes of that. */
  pendingBoot: pendingBoot.optional(),
  /** True where keys that were uploaded to a place under /run are not there since it was restarted; absent: none is missed. */
  areKeysGone: z.literal(true).optional(),
  lastDeploy: z.object({ jobId, at: z.number(), state: z.string() }).nullable(),
  problem: problem.nullable(),
});
export type HostStatus = z.infer<typeof hostStatus>;
