import { existsSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { formatString } from '../../../shared/nix/value.ts';
import { bringStorePath, type NixHostWay } from '../nix-host/bring-store-path.ts';
import { narHash } from '../nix-host/nar-hash.ts';
import { askNix } from '../nix/json-answer.ts';
import { installError, installProblems } from './problems.ts';

/** Where a nixos-anywhere comes from that nix on another machine fetches, and where it lies on this computer then. */
export interface AnywhereOrigin {
  /** The tree that is locked, as flake.lock has it. */
  readonly locked: Readonly<Record<string, unknown>>;
  /** Named after it. */
  readonly folder: string;
}

/** Cloning a repository over a slow line takes minutes. */
const timeLimitMs = 10 * 60 * 1000;
const hashOf = z.object({ narHash: z.string() });

/**
 * Brings a nixos-anywhere to this computer, where it is run with keys: only what has the hash that is locked here, whatever
 * the machine says that has fetched it.
 * @throws ProblemError `install-nixos-anywhere-altered`, of nix; the signal's reason
 */
export async function bringAnywhere(
  { locked, folder }: AnywhereOrigin,
  way: NixHostWay & { readonly signal: AbortSignal },
): Promise<void> {
  const { narHash: wanted } = hashOf.parse(locked);
  const judge = (tree: string): void => {
    const found = narHash(tree);
    if (found !== wanted) throw installError(installProblems.alteredAnywhere(way.nixHost, wanted, found));
  };
  // What lies here already is looked at again, too.
  if (existsSync(folder) && narHash(folder) !== wanted) rmSync(folder, { recursive: true, force: true });
  if (existsSync(folder)) return;
  const tree = formatString(JSON.stringify({ ...locked, dir: undefined }));
  const expression = `(builtins.fetchTree (builtins.fromJSON ${tree})).outPath`;
  const args = ['eval', '--json', '--expr', expression] as const;
  const storePath = await askNix({ args, signal: way.signal, timeLimitMs }, 'nixos-anywhere', z.string());
  await bringStorePath({ ...way, storePath, folder, judge });
}
