import { z } from 'zod';
import { procedure } from './base.ts';
import { newHost } from './create.ts';
import { relativePath } from './finding.ts';
import { target } from './host.ts';
import { fleetId, hostName, jobId } from './ids.ts';
import { command, stage } from './job.ts';
import { machineReport } from './machine.ts';
import { problem } from './problem.ts';

/** Identifies an install that a person prepares; it survives a restart of the app. */
export const draftId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .brand<'DraftId'>();
export type DraftId = z.infer<typeof draftId>;

const path = z.string().min(1).max(4096);
const shortText = z.string().max(500);
const nixText = z.string().max(1024 * 1024);

/** How the installed system comes to its address. `static` is what the probe found, or what a person typed. */
export const hostNetwork = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('dhcp') }),
  z.object({
    mode: z.literal('static'),
    /** The interface is found by it; names may change with the kernel. */
    mac: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    /** Addresses with their prefix length: `192.168.1.5/24`. */
    addresses: z.array(shortText).min(1).max(20),
    gateways: z.array(shortText).max(4),
    nameservers: z.array(shortText).max(10),
  }),
]);
export type HostNetwork = z.infer<typeof hostNetwork>;

/** A key that disko asks for. `ask`: the job asks for it, and it is held in memory; `file`: a file of this computer. */
export const encryptionKey = z.object({
  /** Where the layout expects it on the installer, such as `/tmp/secret.key`. */
  remotePath: path,
  from: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ask') }),
    z.object({ kind: z.literal('file'), path }),
  ]),
});

/**
 * Where the system is built: on this computer (and what nix.conf names as its builders), on the machine itself once its
 * installer runs, or on another computer that nix reaches by SSH. `address`: `USER@HOST` or a host.
 */
export const buildPlace = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('here') }),
  z.object({ kind: z.literal('target') }),
  z.object({ kind: z.literal('builder'), address: z.string().max(300) }),
]);
export type BuildPlace = z.infer<typeof buildPlace>;

export const installOptions = z.object({
  buildOn: buildPlace.default({ kind: 'here' }),
  /** Leave disko's own programs out, to save memory there. */
  withoutDiskoDependencies: z.boolean(),
  /** Another installer for kexec: a URL, or a file of this computer; null: nixos-anywhere's own. */
  kexecImage: z.string().max(4096).nullable(),
  /** What tells of the hardware, written beside the host's configuration. */
  hardware: z.enum(['nixos-generate-config', 'nixos-facter', 'none']),
  /** The host's SSH key: made here before (its secrets can be encrypted for it), or taken over from what runs there. */
  hostKey: z.enum(['make', 'copy']),
  /** A folder of this computer whose content is laid over the new system's root; null: none. */
  extraFiles: path.nullable(),
  encryptionKeys: z.array(encryptionKey).max(20),
  /** How long the installed system's first boot is waited for: servers with many disks take minutes. */
  bootLimitSeconds: z.int().min(10).max(7200),
  /** Commit to git when the machine has been verified. */
  commits: z.boolean(),
});
export type InstallOptions = z.infer<typeof installOptions>;

/** A file below the fleet's folder. */
const fileInFleet = relativePath.refine((file) => !/(^|[/\\])\.\.?([/\\]|$)|^[/\\~]|\0/.test(file));

/**
 * How a flake that was not made by us declares a new host: like one that it has, tried in a copy before. Written with the
 * files of the install.
 */
export const declaration = z.object({
  like: hostName,
  /** The new host's own module: beside it is where the install's files are written. */
  module: fileInFleet,
  /** `before` null: the file is new. */
  files: z
    .array(z.object({ path: fileInFleet, before: nixText.nullable(), after: nixText }))
    .min(1)
    .max(1000),
});
export type Declaration = z.infer<typeof declaration>;

/** All that is chosen for an install before it is begun. Holds no secret. */
export const installRequest = z.object({
  fleetId,
  host: hostName,
  /** The host is made with these; null: the fleet has it already (a reinstall). */
  newHost: newHost.nullable(),
  /** Absent: the fleet is one of ours, or has the host. */
  declaration: declaration.optional(),
  network: hostNetwork.nullable(),
  target,
  identityFile: path.nullable(),
  /** The host key with which the machine was probed: another one stops everything. */
  hostKeyFingerprint: z.string().max(200),
  /** Text of disko.nix; null: as the fleet has it. `companion`: settings that belong to it, in a file beside it. */
  layout: z.object({ text: nixText, companion: nixText.nullable() }).nullable(),
  options: installOptions,
});
export type InstallRequest = z.infer<typeof installRequest>;

const installStep = z.enum([
  'find',
  'probe',
  'host',
  'disks',
  'secrets',
  'review',
  'rehearse',
  'gate',
  'install',
  'boot',
]);
export type InstallStep = z.infer<typeof installStep>;

/** Fields as they stand at a step, by name: what cannot be sent yet, so that leaving the step loses nothing. No secret. */
const typedFields = z.record(z.string().max(50), nixText);
export type TypedFields = z.infer<typeof typedFields>;

/** An install as far as it has been prepared. Nothing of it is written outside of our data folder before its check. */
export const installDraft = z.object({
  id: draftId,
  version: z.literal(1),
  fleetId,
  kind: z.enum(['new', 'reinstall', 'adopt']),
  /** Where the person is. */
  step: installStep,
  /** What has been chosen so far. */
  request: installRequest.omit({ fleetId: true }).partial(),
  typed: z.partialRecord(installStep, typedFields).default({}),
  /** What the machine said when it was probed last. */
  report: machineReport.nullable(),
  jobs: z.object({ check: jobId.nullable(), rehearsal: jobId.nullable().default(null), install: jobId.nullable() }),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type InstallDraft = z.infer<typeof installDraft>;

/** What may be changed of a draft; fields of `request` that are not given stay, and `null` takes one away. */
export const draftChange = z.object({
  kind: installDraft.shape.kind.optional(),
  step: installStep.optional(),
  request: installDraft.shape.request.optional(),
  /** In place of what was typed at these steps before. */
  typed: z.partialRecord(installStep, typedFields).optional(),
  report: machineReport.nullable().optional(),
});
export type DraftChange = z.infer<typeof draftChange>;

/** A disk that the layout names, beside what the machine has there. */
export const installDisk = z.object({
  /** Its name in the layout, and the device that the layout says. */
  name: z.string(),
  device: z.string(),
  /** False: `destroy = false`, or no probed disk stands for the device. */
  isErased: z.boolean(),
  /** What must be typed or ticked to erase it: its serial, else its WWN, else its name in /dev/disk/by-id. */
  identity: z.string().nullable(),
  path: z.string().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  sizeBytes: z.number().nullable(),
  /** What is on it, a line each, in plain words: `Windows (ntfs), 210 GB used`. */
  contents: z.array(z.string()),
  mountpoints: z.array(z.string()),
  /** Holds something that looks like data, or is mounted: it wants a tick of its own. */
  hasData: z.boolean(),
});
export type InstallDisk = z.infer<typeof installDisk>;

/** What an install comes to, before anything is written or run. */
export const installReview = z.object({
  /** New, changed and removed files (`before`, `after` null); paths are relative to the fleet's folder. */
  files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
  /** Null: the layout is the fleet's own, and only the check evaluates it. */
  disks: z.array(installDisk).nullable(),
  commands: z.array(command),
  nixosAnywhere: z.object({ version: z.string().nullable(), source: z.enum(['path', 'fleet', 'flake']) }),
  /** How long whole installs took that this app has done; null: none has gone through so far. */
  earlier: z.object({ count: z.int().positive(), shortestMs: z.number(), longestMs: z.number() }).nullable(),
  /** Why it cannot be begun as it is. */
  obstacles: z.array(problem),
  warnings: z.array(problem),
});
export type InstallReview = z.infer<typeof installReview>;

/** What the check of an install found; the job that made it is over. */
export const installCheck = z.object({
  system: z.string(),
  diskoScript: z.string(),
  /** Null: it is built on the machine, so nobody knows yet. */
  closureBytes: z.number().nullable(),
  /** The file system that the system goes to; null: the layout does not tell how large it becomes. */
  room: z.object({ bytes: z.number(), where: z.string() }).nullable(),
  disks: z.array(installDisk),
  /** Files that the layout expects on the installer while it formats: keys of encrypted containers. */
  wantedKeys: z.array(z.string()),
  warnings: z.array(problem),
});
export type InstallCheck = z.infer<typeof installCheck>;

/** What a person confirmed at the gate: that this host is meant, that these disks may be erased, and their data. */
export const installConfirmation = z.object({
  host: z.string().max(1000),
  /** Identities of all disks that are erased, no more and no fewer. */
  disks: z.array(z.string().max(500)).max(200),
  /** Those of them that hold data or are mounted. */
  data: z.array(z.string().max(500)).max(200),
});
export type InstallConfirmation = z.infer<typeof installConfirmation>;

/** Where an install can be taken up again. The words are those of the steps of the job. */
export const installPhase = z.enum(['kexec', 'hardware', 'disko', 'copy', 'install', 'reboot', 'boot', 'commit']);
export type InstallPhase = z.infer<typeof installPhase>;

/** What an install that is over can be resumed with. */
export const resumePoint = z.object({
  jobId,
  /** The phase at which it goes on; null: there is nothing to resume. */
  phase: installPhase.nullable(),
  /** True where that phase erases disks: then the gate is passed again. */
  erases: z.boolean(),
  disks: z.array(installDisk),
  /** What state the disks and the machine were left in, in sentences. */
  state: z.array(z.string()),
});
export type ResumePoint = z.infer<typeof resumePoint>;

/** Takes a machine that runs NixOS into the fleet. Nothing on the machine is changed. */
export const adoptRequest = z.object({
  fleetId,
  host: hostName,
  newHost,
  declaration: declaration.optional(),
  target,
  identityFile: path.nullable(),
  hostKeyFingerprint: z.string().max(200),
  commits: z.boolean(),
});
export type AdoptRequest = z.infer<typeof adoptRequest>;

/** What taking over a machine came to. */
export const adopted = z.object({
  files: z.array(z.string()),
  /** Whether the machine's disks could be described as a layout; else its file systems are in the hardware report. */
  layout: z.enum(['imported', 'not-describable']),
  /** Where what the configuration would mount differs from what is mounted, in sentences; empty: it is the same. */
  differences: z.array(z.string()),
  /** What keeps it from being described, or is good to know. */
  notes: z.array(z.string()),
  /** The first deploy, as dry-activate. */
  jobId: jobId.nullable(),
});
export type Adopted = z.infer<typeof adopted>;

const draft = z.object({ id: draftId });

/** From a bare box to a verified host, and taking over a machine that runs NixOS already. */
export const installContract = {
  drafts: procedure.input(z.object({ fleetId })).output(z.array(installDraft)),
  create: procedure
    .input(z.object({ fleetId, kind: installDraft.shape.kind, host: hostName.optional() }))
    .output(installDraft),
  draft: procedure.input(draft).output(installDraft),
  change: procedure.input(draft.extend({ change: draftChange })).output(installDraft),
  /** Takes a draft away, with the host key that was made for it. */
  discard: procedure.input(draft).output(z.void()),

  review: procedure.input(installRequest.extend({ draft: draftId.optional() })).output(installReview),
  /** Writes the files of the review, then evaluates and builds all that the install will need; nothing is erased. */
  check: procedure.input(installRequest.extend({ draft: draftId.optional() })).output(z.object({ jobId })),
  /** Paths of the machine's disks that the fleet's layout of a host protects (`destroy = false`): nothing erases them. */
  protectedDisks: procedure.input(draft).output(z.array(z.string())),
  /** What a check found; null: it has not succeeded. */
  checked: procedure.input(z.object({ jobId })).output(installCheck.nullable()),
  /** Why the host cannot be rehearsed in a virtual machine of this computer; empty: it can. */
  rehearsable: procedure.input(installRequest.extend({ draft: draftId.optional() })).output(z.array(problem)),
  /** Installs the host into a virtual machine of this computer, which then boots it. The machine is not asked for anything. */
  rehearse: procedure.input(installRequest.extend({ draft: draftId.optional() })).output(z.object({ jobId })),
  /** Begins: from here on disks are erased. */
  start: procedure
    .input(installRequest.extend({ draft: draftId.optional(), confirmation: installConfirmation }))
    .output(z.object({ jobId })),
  /** Milliseconds that each step took in the latest whole installs of this computer, the middle one; none: not known. */
  usual: procedure.output(z.partialRecord(stage, z.number())),
  /** How a person logs in to the machine of an install as it is now, in a terminal of this computer. */
  login: procedure.input(z.object({ jobId })).output(z.object({ argv: z.array(z.string()) })),
  resumable: procedure.input(z.object({ jobId })).output(resumePoint),
  /** Goes on with what an earlier job left, at another address where the machine has one now. */
  resume: procedure
    .input(
      z.object({
        jobId,
        target: target.optional(),
        phase: installPhase.optional(),
        confirmation: installConfirmation.optional(),
      }),
    )
    .output(z.object({ jobId })),
  adopt: procedure.input(adoptRequest).output(adopted),
};
