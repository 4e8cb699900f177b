import { z } from 'zod';
import { probedDisk } from '../disko/probed-disk.ts';
import { procedure } from './base.ts';
import { target } from './host.ts';
import { problem } from './problem.ts';

/** One address of a network interface. `isDynamic`: from DHCP or a router's advertisement, so it may change. */
export const machineAddress = z.object({
  address: z.string(),
  prefixLength: z.int().min(0).max(128),
  family: z.enum(['ipv4', 'ipv6']),
  isDynamic: z.boolean(),
  scope: z.enum(['global', 'link', 'host']),
});
export type MachineAddress = z.infer<typeof machineAddress>;

export const networkInterface = z.object({
  name: z.string(),
  /** Lower case with colons; null: it has none. */
  mac: z.string().nullable(),
  kind: z.enum(['wired', 'wireless', 'bridge', 'virtual']),
  isUp: z.boolean(),
  addresses: z.array(machineAddress),
});
export type NetworkInterface = z.infer<typeof networkInterface>;

export const defaultRoute = z.object({
  family: z.enum(['ipv4', 'ipv6']),
  gateway: z.string().nullable(),
  interface: z.string(),
  isDynamic: z.boolean(),
});

export const mount = z.object({
  target: z.string(),
  /** As the kernel has it: a device, a dataset of ZFS, `tmpfs`. */
  source: z.string(),
  type: z.string(),
  /** What of the file system is mounted: `/`, or a subvolume's path. */
  root: z.string(),
  options: z.array(z.string()),
});
export type MachineMount = z.infer<typeof mount>;

/**
 * What a machine says of itself in one round trip. Sizes are bytes. Null: it could not be found out there; `gaps` says
 * why where that matters.
 */
export const machineReport = z.object({
  version: z.literal(1),
  /** Milliseconds since the epoch, by the clock of this computer. */
  probedAt: z.number(),
  hostName: z.string(),
  os: z.object({
    /** Of os-release: `debian`, `nixos`; empty where there is none. */
    id: z.string(),
    name: z.string(),
    version: z.string(),
    isNixos: z.boolean(),
    /** True on NixOS's installer image, from a stick or started by kexec. */
    isInstaller: z.boolean(),
  }),
  kernel: z.object({ name: z.string(), release: z.string() }),
  /** As the kernel has it: `x86_64`. */
  architecture: z.string(),
  /** For example `x86_64-linux`; null: NixOS does not run on it. */
  system: z.string().nullable(),
  virtualisation: z.object({ kind: z.enum(['none', 'vm', 'container']), name: z.string().nullable() }),
  /** Who made it and what they call it; null where the firmware does not tell. */
  model: z.object({ vendor: z.string(), product: z.string() }).nullable(),
  firmware: z.object({
    kind: z.enum(['uefi', 'bios', 'device-tree', 'unknown']),
    secureBoot: z.boolean().nullable(),
    /** Of the UEFI firmware: 32 on some old tablets. */
    bits: z.union([z.literal(32), z.literal(64)]).nullable(),
    /** Of a board with a device tree: `Raspberry Pi 4 Model B Rev 1.4`. */
    board: z.string().nullable(),
  }),
  memory: z.object({ totalBytes: z.number(), availableBytes: z.number(), swapBytes: z.number() }),
  cpu: z.object({ model: z.string().nullable(), count: z.int().nonnegative() }),
  network: z.object({
    interfaces: z.array(networkInterface),
    defaultRoutes: z.array(defaultRoute),
    nameservers: z.array(z.string()),
    /** The interface by which we are connected; null where that is not clear. */
    connectedBy: z.string().nullable(),
  }),
  disks: z.array(probedDisk),
  mounts: z.array(mount),
  /** By who logged in. `keysWritable`: whether authorized_keys can be added to. */
  login: z.object({
    user: z.string(),
    /** How root's rights were had: `sudo-asks`: sudo wants a password and none was given. */
    privilege: z.enum(['root', 'sudo', 'sudo-password', 'doas', 'sudo-asks', 'sudo-refused', 'none']),
    /** sudo's own words where it refused. */
    sudoSaid: z.string().nullable(),
    keysWritable: z.boolean(),
  }),
  kexec: z.object({
    /** `kernel.kexec_load_disabled`. */
    isDisabled: z.boolean().nullable(),
    lockdown: z.enum(['none', 'integrity', 'confidentiality']).nullable(),
  }),
  /** Programs that are there, of those that an install asks for. */
  tools: z.array(z.string()),
  /** What a running NixOS runs; null elsewhere. */
  nixos: z
    .object({
      currentSystem: z.string().nullable(),
      bootedSystem: z.string().nullable(),
      profileSystem: z.string().nullable(),
      generation: z.int().nullable(),
      version: z.string().nullable(),
      failedUnits: z.array(z.string()),
    })
    .nullable(),
  /** Its public host keys, as it has them on its disk. */
  hostKeys: z.array(z.object({ type: z.string(), fingerprint: z.string(), publicKey: z.string() })),
  /** What an install has mounted below /mnt, and the system whose profile is there; null: nothing. */
  installRoot: z.object({ system: z.string().nullable() }).nullable(),
  /** Milliseconds by which its clock is ahead of ours; null: it did not tell. */
  clockAheadMs: z.number().nullable(),
  /** What could not be found out, and why, in sentences. */
  gaps: z.array(z.string()),
});
export type MachineReport = z.infer<typeof machineReport>;

/**
 * One reason of a verdict. `code` is stable. `stop`: NixOS cannot be installed until it is gone; `change`: it can, with
 * what `advice` says; `note`: good to know.
 */
export const verdictReason = z.object({
  code: z.string(),
  weight: z.enum(['stop', 'change', 'note']),
  title: z.string(),
  /** What the machine said that proves it. */
  evidence: z.string(),
  advice: z.array(z.string()),
});
export type VerdictReason = z.infer<typeof verdictReason>;

/** Whether NixOS can be installed on a machine, and how. */
export const machineVerdict = z.object({
  verdict: z.enum(['can', 'with-changes', 'cannot']),
  reasons: z.array(verdictReason),
  /** How the installer comes to run: it is there, or is started by kexec, or only from a stick. */
  way: z.enum(['installer', 'kexec', 'stick']),
  /** What an install of this machine should be given by default. */
  defaults: z.object({
    /** Leave disko's programs out, to save memory (`--no-disko-deps`). */
    withoutDiskoDependencies: z.boolean(),
    /** Where the system can be built. */
    buildOn: z.enum(['here', 'target']),
  }),
});
export type MachineVerdict = z.infer<typeof machineVerdict>;

/** How to log in. Secrets stay in the memory of the engine for as long as it runs, and go to nobody else. */
export const machineLogin = z.object({
  target,
  /** A key file of this computer to use alone; null: as ssh decides. */
  identityFile: z.string().max(4096).nullable(),
  /** A fingerprint (`SHA256:…`) that a person has taken for the machine's own: its key is pinned then. */
  acceptedFingerprint: z.string().max(200).optional(),
  password: z.string().max(1000).optional(),
  passphrase: z.string().max(1000).optional(),
  sudoPassword: z.string().max(1000).optional(),
});
export type MachineLogin = z.infer<typeof machineLogin>;

/** What a probe came to. All but `probed` want something of a person; then it is asked for again with the answer. */
export const probeAnswer = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('probed'),
    report: machineReport,
    verdict: machineVerdict,
    /** The host key with which it answered. */
    hostKey: z.object({ type: z.string(), fingerprint: z.string() }),
    tookMs: z.number(),
  }),
  /** It shows a key that nobody has confirmed yet: compare it with what its own screen shows. */
  z.object({ state: z.literal('unknown-host-key'), type: z.string(), fingerprint: z.string() }),
  z.object({ state: z.literal('password-wanted'), text: z.string(), wasWrong: z.boolean() }),
  z.object({ state: z.literal('passphrase-wanted'), text: z.string(), wasWrong: z.boolean() }),
  z.object({ state: z.literal('failed'), problem }),
]);
export type ProbeAnswer = z.infer<typeof probeAnswer>;

/** A machine that was seen on the network. */
export const seenMachine = z.object({
  /** `mdns`: it announces SSH; `neighbour`: this computer has spoken with it lately. */
  source: z.enum(['mdns', 'neighbour']),
  name: z.string().nullable(),
  address: z.string(),
  port: z.int(),
  mac: z.string().nullable(),
});
export type SeenMachine = z.infer<typeof seenMachine>;

/** Machines that are not of the fleet yet. */
export const machineContract = {
  probe: procedure.input(machineLogin).output(probeAnswer),
  /** A key of this app's own to log in with, made once and kept in its data folder; ~/.ssh is not written. */
  makeKey: procedure.output(z.object({ file: z.string(), publicKey: z.string() })),
  /** Those that announce SSH by mDNS within a second or two, and the neighbours that this computer knows. No scan. */
  discover: procedure.output(z.array(seenMachine)),
};
