import { nodeOf, parseLockFile, readLockFile, type ReadLock } from '../../../inputs/lock-file.ts';
import { branchOf, isNixpkgs } from '../../../inputs/nixpkgs.ts';

/** An input of the flake itself, as it is locked. */
export interface LockedInput {
  readonly name: string;
  readonly isNixpkgs: boolean;
  /** The branch, tag or release that its owner wrote, such as `nixos-25.11`; null: none that can be told. */
  readonly branch: string | null;
  /** Of what is locked, in milliseconds since the epoch; null: not told. */
  readonly lastModified: number | null;
  /** Where flake.lock has it. */
  readonly line: number;
}

export type Lock =
  | { readonly state: 'read'; readonly inputs: readonly LockedInput[] }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly reason: string };

/** The lines on which the nodes of a lock file begin, in the form that nix writes. */
function lineOfNode(text: string, node: string): number {
  const index = text.split('\n').findIndex((line) => line.trim() === `${JSON.stringify(node)}: {`);
  return index + 1 || 1;
}

function factsOf(read: ReadLock): Lock {
  if (read.state !== 'read') return read;
  const { lock, text } = read;
  const inputs = Object.entries(nodeOf(lock, lock.root)?.inputs ?? {}).flatMap(([name, target]): LockedInput[] => {
    // A path is `follows`: the input of another, which is looked at there.
    const node = typeof target === 'string' ? nodeOf(lock, target) : undefined;
    if (node === undefined || typeof target !== 'string') return [];
    const original = node.original ?? node.locked ?? {};
    const seconds = node.locked?.lastModified;
    return [
      {
        name,
        isNixpkgs: isNixpkgs(name, original),
        branch: branchOf(original),
        lastModified: seconds === undefined ? null : seconds * 1000,
        line: lineOfNode(text, target),
      },
    ];
  });
  return { state: 'read', inputs };
}

/** Reads the text of a flake.lock. */
export function parseLock(text: string): Lock {
  return factsOf(parseLockFile(text));
}

/** The lock of the flake in a folder. */
export async function readLock(folder: string): Promise<Lock> {
  return factsOf(await readLockFile(folder));
}
