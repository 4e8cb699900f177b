import { z } from 'zod';
import { procedure } from './base.ts';
import { fileHash } from './finding.ts';
import { fleetId, hostName, jobId } from './ids.ts';
import { place, problem } from './problem.ts';

/** A name of a flake's input, as nix takes it in flake.lock; other names are shown and not edited. */
export const inputName = z.string().min(1).max(200);
/** The way to an input from the flake: `['disko', 'nixpkgs']` is the nixpkgs of disko. */
export const inputPath = z.array(inputName).min(1).max(20);

/** What an input is locked to. */
export const lockedSource = z.object({
  /** A flake reference, such as `github:NixOS/nixpkgs/9f3ac…`; for people, shortened nowhere. */
  url: z.string(),
  revision: z.string().nullable(),
  /** When what is locked was made, in ms since the epoch; null: its kind does not tell. */
  lastModified: z.number().nullable(),
  narHash: z.string().nullable(),
});
export type LockedSource = z.infer<typeof lockedSource>;

/** An input of the flake, or of one of its inputs. */
export const flakeInput = z.object({
  path: inputPath,
  /** What its owner wrote, as a flake reference; null: it follows another. */
  source: z.string().nullable(),
  /** The input that it follows, as the way to it from the flake; null: it has a lock of its own. */
  follows: z.array(inputName).nullable(),
  /** null: it follows another, or is not locked yet. */
  locked: lockedSource.nullable(),
  isFlake: z.boolean(),
  /** The release of NixOS that its branch belongs to, and since when that gets no updates; null: none. */
  release: z.object({ name: z.string(), isOver: z.boolean(), endedOn: z.string().nullable() }).nullable(),
  isNixpkgs: z.boolean(),
  /** Its source names a revision, so that updating leaves it where it is. */
  isPinned: z.boolean(),
  /** Where flake.nix names it; null for the inputs of inputs, and where it is not written there as text. */
  place: place.nullable(),
});
export type FlakeInput = z.infer<typeof flakeInput>;

export const inputsView = z.object({
  /** `no-flake`: hive.nix without a flake; `missing`: no flake.lock yet. */
  lock: z.enum(['read', 'missing', 'unreadable', 'no-flake']),
  /** Why flake.lock cannot be read. */
  problem: problem.nullable(),
  /** Parents before their children; those without a lock are the ones that flake.nix declares. */
  inputs: z.array(flakeInput),
});
export type InputsView = z.infer<typeof inputsView>;

/** A change of what flake.nix says of an input. */
export const inputEdit = z.discriminatedUnion('kind', [
  /** To this revision, or to the one that is locked. */
  z.object({ kind: z.literal('pin'), input: inputName, revision: z.string().min(1).max(200).nullable() }),
  /** To this source, or to the one of before it was pinned. */
  z.object({ kind: z.literal('unpin'), input: inputName, url: z.string().max(2000).nullable() }),
  z.object({
    kind: z.literal('add'),
    input: inputName,
    url: z.string().min(1).max(2000),
    isFlake: z.boolean(),
    /** Inputs of the new one that are to follow those of the flake: `nixpkgs` → `nixpkgs`. */
    follows: z.record(inputName, inputName),
  }),
  z.object({ kind: z.literal('remove'), input: inputName }),
  /** An input of an input follows one of the flake's; null: it no longer follows any. */
  z.object({ kind: z.literal('follow'), path: inputPath, target: inputName.nullable() }),
]);
export type InputEdit = z.infer<typeof inputEdit>;

/** What an edit would do to flake.nix; nothing is written. */
export const plannedEdit = z.object({ title: z.string(), hash: fileHash, before: z.string(), after: z.string() });
export type PlannedEdit = z.infer<typeof plannedEdit>;

/** What is tried: newer revisions of these inputs (of all where empty), or an edit of the flake.nix that `hash` names. */
export const inputChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('update'), inputs: z.array(inputName).max(1000) }),
  z.object({ kind: z.literal('edit'), edit: inputEdit, hash: fileHash }),
]);
export type InputChange = z.infer<typeof inputChange>;

/** How the lock of one input would change. `null` on one side: it is new, or gone. */
export const lockChange = z.object({
  path: inputPath,
  before: lockedSource.nullable(),
  after: lockedSource.nullable(),
  /** Where it follows another before or after. */
  followed: z.array(inputName).nullable(),
  follows: z.array(inputName).nullable(),
});
export type LockChange = z.infer<typeof lockChange>;

const system = z.object({ drvPath: z.string(), outPath: z.string() });
/** What a host's system is with the lock of today and with the new one. */
export const hostComparison = z.object({
  host: hostName,
  /** `mended`: it evaluates with the new lock alone. `broken`: with the old one alone. `failing`: with neither. */
  state: z.enum(['same', 'changed', 'mended', 'broken', 'failing']),
  before: system.nullable(),
  after: system.nullable(),
  /** Why it does not evaluate, with the new lock where that is one reason. */
  problem: problem.nullable(),
  /** null: it was not to be built, or need not be. */
  build: z.enum(['built', 'failed', 'cancelled']).nullable(),
  buildProblem: problem.nullable(),
});
export type HostComparison = z.infer<typeof hostComparison>;

/**
 * A change of the inputs that was tried. `open`: it can be accepted; `outdated`: a file that it would write is no longer
 * the one that it was made from.
 */
export const proposal = z.object({
  jobId,
  title: z.string(),
  /** ms since the epoch. */
  madeAt: z.number(),
  state: z.enum(['open', 'outdated', 'accepted', 'discarded']),
  changes: z.array(lockChange),
  hosts: z.array(hostComparison),
  /** Paths below the fleet's folder that accepting writes; empty: there is nothing new. */
  files: z.array(z.string()),
  isBuilt: z.boolean(),
});
export type Proposal = z.infer<typeof proposal>;

/** A package of a system whose versions differ; what is new or gone has none on one side. */
export const packageChange = z.object({ name: z.string(), before: z.array(z.string()), after: z.array(z.string()) });
export type PackageChange = z.infer<typeof packageChange>;

/** The inputs of a fleet's flake. A change is tried as a job beside the fleet, which stays as it is until it is accepted. */
export const inputsContract = {
  /** Of the flake in a folder, also one that does not evaluate: only its text and its lock are read. */
  list: procedure.input(z.object({ path: z.string().min(1).max(4096) })).output(inputsView),
  planEdit: procedure.input(z.object({ fleetId, edit: inputEdit })).output(plannedEdit),
  /** Makes the new lock in a scratch copy and evaluates every host with both; `build`: builds the systems that change. */
  try: procedure.input(z.object({ fleetId, change: inputChange, build: z.boolean() })).output(z.object({ jobId })),
  /** What was tried and came to a result, the latest first. */
  proposals: procedure.input(z.object({ fleetId })).output(z.array(proposal)),
  /** Writes flake.lock (and flake.nix) unless they changed meanwhile. */
  accept: procedure.input(z.object({ jobId })).output(proposal),
  discard: procedure.input(z.object({ jobId })).output(proposal),
  /** By how much a host's two systems differ. */
  compare: procedure
    .input(z.object({ jobId, host: hostName }))
    .output(z.object({ packages: z.array(packageChange), derivations: z.int() })),
};
