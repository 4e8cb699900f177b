import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Real programs that take the place of the lab's stand-ins where the environment names them: checkouts of
 * nix-community/nixos-anywhere and nix-community/disko, and for the latter the folder `lib` of nixpkgs; and a folder of
 * programs that deploy. null: the stand-in is used.
 * @throws Error where a variable names something else
 */
export function realTools(): {
  readonly anywhere: string | null;
  readonly disko: RealDisko | null;
  readonly deployers: string | null;
} {
  const anywhere = named('NIXOS_ANYWHERE', 'src/nixos-anywhere.sh');
  const disko = named('DISKO_PATH', 'lib/types/gpt.nix');
  const library = named('NIXPKGS_LIB', 'modules.nix');
  if (disko !== null && library === null) throw new Error('DISKO_PATH needs NIXPKGS_LIB, the folder lib of nixpkgs');
  const deployers = named('DEPLOYERS', '');
  return { anywhere, disko: disko === null || library === null ? null : { folder: disko, library }, deployers };
}

/** The program that deploys in place of its stand-in, and all that it needs in its folder; null: there is none. */
export function realDeployer(name: string): { readonly folder: string; readonly program: string } | null {
  const { deployers } = realTools();
  if (deployers === null) return null;
  const folder = resolve(deployers);
  const program = join(folder, name);
  return existsSync(program) ? { folder, program } : null;
}

interface RealDisko {
  readonly folder: string;
  readonly library: string;
}

function named(variable: string, proof: string): string | null {
  const folder = process.env[variable] ?? '';
  if (folder === '') return null;
  if (!existsSync(join(folder, proof))) throw new Error(`${variable}=${folder} is not what it should be: no ${proof}`);
  return folder;
}

/** Puts nixos-anywhere into the layer of the controller, over its stand-in. */
export async function putRealAnywhere(layer: string): Promise<void> {
  const { anywhere } = realTools();
  if (anywhere === null) return;
  const program = join(layer, 'usr/bin/nixos-anywhere');
  await cp(join(anywhere, 'src'), join(layer, 'usr/libexec/nixos-anywhere'), { recursive: true });
  await rm(program);
  await writeFile(program, '#!/bin/sh\nexec bash /usr/libexec/nixos-anywhere/nixos-anywhere.sh "$@"\n');
  await chmod(program, 0o755);
}

/** Puts the part of deploy-rs that hosts run beside its stand-in, which then wraps it into profiles. */
export async function putRealActivate(standIn: string): Promise<void> {
  const activate = realDeployer('activate');
  if (activate !== null) await cp(activate.program, join(standIn, 'activate'));
}

/** Puts disko beside its stand-in, which then gives the scripts of the real one. */
export async function putRealDisko(standIn: string): Promise<void> {
  const { disko } = realTools();
  if (disko === null) return;
  const into = join(standIn, 'real');
  await mkdir(into, { recursive: true });
  for (const part of ['default.nix', 'lib', 'disk-deactivate']) {
    await cp(join(disko.folder, part), join(into, 'disko', part), { recursive: true });
  }
  await cp(disko.library, join(into, 'nixpkgs-lib'), { recursive: true });
}
