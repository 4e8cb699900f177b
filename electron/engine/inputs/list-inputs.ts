import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FlakeInput, InputsView, LockedSource } from '../../../shared/contract/inputs.ts';
import { formatReference, isRevision } from '../../../shared/fleet/flake-reference.ts';
import { endOfSupport, releaseOfBranch } from '../../../shared/fleet/releases.ts';
import { declaredInputs, type DeclaredInput } from '../../../shared/nix/flake-inputs.ts';
import { positionAt } from '../../../shared/nix/line.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import type { FleetFolder } from '../fleet/folder.ts';
import { lockUnreadable } from './errors.ts';
import {
  nodeOf,
  parseLockFile,
  readLockFile,
  type LockedReference,
  type LockFile,
  type LockNode,
} from './lock-file.ts';
import { branchOf, isNixpkgs } from './nixpkgs.ts';

/** A lock with more is no longer one that people read; nix itself would have taken hours for it. */
const maxInputs = 2000;
const maxDepth = 20;

/** The flake.nix of a folder; empty where it cannot be read, which opening the fleet tells. */
export function readFlakeText(folder: string): Promise<string> {
  return readFile(join(folder, 'flake.nix'), 'utf8').catch(() => '');
}

/** The inputs of a fleet's flake, with those of its inputs, as flake.nix and flake.lock have them. */
export async function listInputs({ path, form }: Pick<FleetFolder, 'path' | 'form'>, now: number): Promise<InputsView> {
  if (form !== 'flake') return { lock: 'no-flake', problem: null, inputs: [] };
  const [text, read] = await Promise.all([readFlakeText(path), readLockFile(path)]);
  const declared = declaredInputs(parseNix(text));
  const place = ({ start }: DeclaredInput) => ({ file: 'flake.nix', ...positionAt(text, start) });
  const places = new Map(declared.map((input) => [input.name, place(input)]));
  const unlocked = (input: DeclaredInput): FlakeInput => ({
    path: [input.name],
    source: input.url,
    follows: null,
    locked: null,
    isFlake: true,
    release: null,
    isNixpkgs: isNixpkgs(input.name, { url: input.url ?? undefined }),
    isPinned: false,
    place: place(input),
  });
  if (read.state === 'missing') return { lock: 'missing', problem: null, inputs: declared.map(unlocked) };
  if (read.state === 'unreadable') {
    return { lock: 'unreadable', problem: lockUnreadable(read.reason), inputs: declared.map(unlocked) };
  }
  const locked = lockedInputs(read.lock, now).map((input) =>
    input.path.length === 1 ? { ...input, place: places.get(input.path[0] ?? '') ?? null } : input,
  );
  const known = new Set(locked.map((input) => input.path.join('\0')));
  return {
    lock: 'read',
    problem: null,
    inputs: [...locked, ...declared.filter(({ name }) => !known.has(name)).map(unlocked)],
  };
}

/** Every input of a lock, parents before their children; those of the flake in the order of its lock. */
export function lockedInputs(lock: LockFile, now: number): FlakeInput[] {
  const inputs: FlakeInput[] = [];
  const visit = (node: LockNode | undefined, path: readonly string[], above: readonly string[]): void => {
    for (const [name, target] of Object.entries(node?.inputs ?? {})) {
      if (inputs.length >= maxInputs || path.length >= maxDepth) return;
      const child = typeof target === 'string' ? nodeOf(lock, target) : undefined;
      inputs.push(inputOf([...path, name], target, child, now));
      // A node that contains itself is not one that nix wrote.
      if (typeof target === 'string' && !above.includes(target)) visit(child, [...path, name], [...above, target]);
    }
  };
  visit(nodeOf(lock, lock.root), [], [lock.root]);
  return inputs;
}

function inputOf(
  path: string[],
  target: string | readonly string[],
  node: LockNode | undefined,
  now: number,
): FlakeInput {
  const original = node?.original ?? node?.locked ?? {};
  const branch = branchOf(original);
  const isOfNixpkgs = isNixpkgs(path.at(-1) ?? '', original);
  const release = isOfNixpkgs && branch !== null ? releaseOfBranch(branch) : null;
  const end = release === null ? null : endOfSupport(release, now);
  return {
    path,
    source: node === undefined ? null : formatReference(original),
    follows: typeof target === 'string' ? null : [...target],
    locked: node?.locked ? lockedSourceOf(node.locked) : null,
    isFlake: node?.flake !== false,
    release: release === null ? null : { name: release, isOver: end !== null, endedOn: end?.since ?? null },
    isNixpkgs: node !== undefined && isOfNixpkgs,
    isPinned: original.rev !== undefined || isRevision(original.ref ?? ''),
    place: null,
  };
}

/** What a node is locked to. */
export function lockedSourceOf(locked: LockedReference): LockedSource {
  return {
    url: formatReference({
      ...locked,
      ref: locked.rev === undefined || locked.type === 'git' ? locked.ref : undefined,
    }),
    revision: locked.rev ?? null,
    lastModified: locked.lastModified === undefined ? null : locked.lastModified * 1000,
    narHash: locked.narHash ?? null,
  };
}

/** As {@link lockedInputs}, of a text; empty where there is none or it cannot be read. */
export function inputsOfLock(text: string | null, now: number): FlakeInput[] {
  const read = text === null ? null : parseLockFile(text);
  return read?.state === 'read' ? lockedInputs(read.lock, now) : [];
}
