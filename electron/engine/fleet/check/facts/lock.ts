import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const reference = z.looseObject({
  type: z.string().optional(),
  owner: z.string().optional(),
  repo: z.string().optional(),
  ref: z.string().optional(),
  url: z.string().optional(),
  id: z.string().optional(),
  lastModified: z.number().optional(),
});
type Reference = z.infer<typeof reference>;

/** flake.lock, versions 5 to 7. */
const lockFile = z.object({
  root: z.string(),
  nodes: z.record(
    z.string(),
    z.object({
      inputs: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
      locked: reference.optional(),
      original: reference.optional(),
    }),
  ),
});

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

function branchOf({ ref, url }: Reference): string | null {
  if (ref !== undefined) return ref;
  const channel = /(?:channels|releases)\.nixos\.org\/(?:nixos\/)?([a-z]+-[^/]+)\//.exec(url ?? '')?.[1];
  const flakeHub = /flakehub\.com\/f\/[^/]+\/nixpkgs\/0\.(\d\d)(\d\d)\./i.exec(url ?? '');
  return channel ?? (flakeHub ? `nixos-${flakeHub[1]}.${flakeHub[2]}` : null);
}

function isNixpkgs(name: string, original: Reference): boolean {
  if (original.repo !== undefined) return original.repo.toLowerCase() === 'nixpkgs';
  if (original.id !== undefined) return original.id === 'nixpkgs';
  if (/\/nixpkgs([/.?#]|$)|(channels|releases)\.nixos\.org/i.test(original.url ?? '')) return true;
  return /^nixpkgs(-|$)/.test(name);
}

/** Reads the text of a flake.lock. */
export function parseLock(text: string): Lock {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { state: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
  const parsed = lockFile.safeParse(data);
  if (!parsed.success) return { state: 'unreadable', reason: z.prettifyError(parsed.error) };
  const { nodes, root } = parsed.data;
  const inputs = Object.entries(nodes[root]?.inputs ?? {}).flatMap(([name, target]): LockedInput[] => {
    // A path is `follows`: the input of another, which is looked at there.
    const node = typeof target === 'string' ? nodes[target] : undefined;
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

/** The lock of the flake in a folder. */
export async function readLock(folder: string): Promise<Lock> {
  try {
    return parseLock(await readFile(join(folder, 'flake.lock'), 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) return { state: 'missing' };
    return { state: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
}
