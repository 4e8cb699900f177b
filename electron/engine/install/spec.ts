import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newHost } from '../../../shared/contract/create.ts';
import { fleetKind, target } from '../../../shared/contract/host.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import {
  draftId,
  installConfirmation,
  installDisk,
  installOptions,
  installPhase,
} from '../../../shared/contract/install.ts';
import { replaceFileSync } from './replace-file.ts';

/**
 * All that an install needs: its runner reads neither database nor fleet list, so it goes on whatever happens to the
 * app. Holds no secret; `version` grows when the shape changes.
 */
export const installSpec = z.object({
  version: z.literal(1),
  /**
   * `check` evaluates, builds and compares, and touches nothing but the fleet's new files; `rehearse` installs into a
   * virtual machine of this computer.
   */
  goal: z.enum(['check', 'rehearse', 'install']),
  fleet: z.object({ name: z.string(), path: z.string(), ref: z.string(), form: z.enum(['flake', 'hive.nix']) }),
  host: hostName,
  source: fleetKind,
  /** Where the machine answers now, and the key file to log in with. */
  target,
  identityFile: z.string().nullable(),
  hostKeyFingerprint: z.string(),
  /** Where the host will answer as the fleet says; null: it does not say. */
  fleetTarget: target.nullable(),
  /** Of its network cards: by them it is found again when its address changes. */
  macs: z.array(z.string()),
  options: installOptions,
  confirmation: installConfirmation.nullable(),
  confirmedDisks: z.array(installDisk).nullable(),
  /** Files of the host in the fleet, relative to its folder; `hardware` null: none is written. */
  files: z.object({
    hardware: z.string().nullable(),
    written: z.array(z.string()),
    host: z.string().nullable(),
    /** Hash of each file of a new host as it stood in the fleet when the job was queued, by path. */
    texts: z.record(z.string(), z.string()).default({}),
  }),
  /** As what the host was written into a fleet of ours; null: it was there before, or is declared in its owner's way. */
  newHost: newHost.nullable().default(null),
  /** Where the host key lies that was made for it; removed when the machine has been verified. */
  privateFolder: z.string(),
  sshFolder: z.string(),
  draft: draftId.nullable(),
  resume: z.object({ jobId, phase: installPhase }).nullable(),
});
export type InstallSpec = z.infer<typeof installSpec>;

/** How far an install has come, beside its events: what another job needs to go on. Kept in the job's folder. */
export const installState = z.object({
  version: z.literal(1),
  system: z.string().nullable(),
  diskoScript: z.string().nullable(),
  mountScript: z.string().nullable(),
  closureBytes: z.number().nullable(),
  /** The file system that the system goes to; null where the layout does not tell its size. */
  room: z.object({ bytes: z.number(), where: z.string() }).nullable().default(null),
  wantedKeys: z.array(z.string()),
  disks: z.array(installDisk),
  /** Where the machine was reached last. */
  target: target.nullable(),
  /** The public host key that it showed when it was probed, which its installer keeps; null: nobody has reached it. */
  hostKey: z.string().nullable().default(null),
  /** Its public host key to be, `ssh-ed25519 AAAA…`; null while there is none. */
  newHostKey: z.string().nullable(),
  /** The installer's boot id, where the system to be keeps its host key; null: the key tells them apart. */
  installerBoot: z.string().nullable().default(null),
  /** Phases that came to their end. */
  done: z.array(installPhase),
  /** True where this install has started the installer, in memory. */
  byKexec: z.boolean().default(false),
  /** Whether the login key was added to the system that runs there, and what had to be made for it. */
  addedKey: z.enum(['no', 'was-there', 'made-file', 'made-folder']).default('no'),
  /** The machine does not take that key any more: whoever goes on logs in as a person does. */
  isKeyRefused: z.boolean().default(false),
  /** True from the moment on at which disks may have been changed. */
  mayHaveErased: z.boolean(),
  /** What the machine said of its disks after a failure, in sentences. */
  left: z.array(z.string()),
  warnings: z.array(z.unknown()),
});
export type InstallState = z.infer<typeof installState>;

export const freshState: InstallState = {
  version: 1,
  system: null,
  diskoScript: null,
  mountScript: null,
  closureBytes: null,
  room: null,
  wantedKeys: [],
  disks: [],
  target: null,
  hostKey: null,
  newHostKey: null,
  installerBoot: null,
  done: [],
  byKexec: false,
  addedKey: 'no',
  isKeyRefused: false,
  mayHaveErased: false,
  left: [],
  warnings: [],
};

const fileName = 'install-state.json';

/** The state that a job left; null where it left none. */
export function readInstallState(jobFolder: string): InstallState | null {
  const file = join(jobFolder, fileName);
  if (!existsSync(file)) return null;
  const parsed = installState.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : null;
}

export function writeInstallState(jobFolder: string, state: InstallState): void {
  replaceFileSync(join(jobFolder, fileName), JSON.stringify(state));
}
