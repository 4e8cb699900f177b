import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { askNix } from '../nix/json-answer.ts';

/** Where a nixos-anywhere comes from that nix on another machine fetches, and where it lies on this computer then. */
export interface AnywhereOrigin {
  /** The tree that is locked, as flake.lock has it. */
  readonly locked: Readonly<Record<string, unknown>>;
  /** Named after it. */
  readonly folder: string;
}

const scripts = z.record(z.string().regex(/^[\w.-]+\.sh$/), z.string());
/** Cloning a repository over a slow line takes minutes. */
const timeLimitMs = 10 * 60 * 1000;

/** Nix: the scripts of nixos-anywhere, by their names. */
function scriptsOf(locked: AnywhereOrigin['locked']): string {
  const text = JSON.stringify(JSON.stringify({ ...locked, dir: undefined })).replaceAll('${', '\\${');
  return `let
    folder = (builtins.fetchTree (builtins.fromJSON ${text})).outPath + "/src";
    isScript = name: builtins.match ".*\\\\.sh" name != null;
    names = builtins.filter isScript (builtins.attrNames (builtins.readDir folder));
  in builtins.listToAttrs (map (name: { inherit name; value = builtins.readFile (folder + "/\${name}"); }) names)`;
}

/**
 * Brings the scripts that nixos-anywhere consists of to this computer, once. They appear whole or not at all.
 * @throws ProblemError of nix; the signal's reason
 */
export async function bringAnywhere({ locked, folder }: AnywhereOrigin, signal: AbortSignal): Promise<void> {
  if (existsSync(folder)) return;
  const args = ['eval', '--json', '--expr', scriptsOf(locked)] as const;
  const found = await askNix({ args, signal, timeLimitMs }, 'the scripts of nixos-anywhere', scripts);
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(found)) writeFileSync(join(fresh, basename(name)), text, { mode: 0o700 });
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}
