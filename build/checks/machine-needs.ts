import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../setup/programs.js';

/** Checkouts that are in no package: of nix-community/disko, and the folder `lib` of nixpkgs (or of nixpkgs.lib). */
export const diskoPath = process.env['DISKO_PATH'] ?? '';
export const libraryPath = process.env['NIXPKGS_LIB'] ?? '';

const without = (...programs: string[]): string | null => {
  if (process.arch !== 'x64') return 'the virtual machines are made for x86_64';
  const missing = programs.find((program) => findProgram([program]) === null);
  return missing === undefined ? null : `the program ${missing} is missing`;
};

/** Why no virtual machine can be made and booted here, in a sentence; null: nothing is known to be missing. */
export function missingForBoots(): string | null {
  if (process.platform !== 'linux') return 'the virtual machines are made on Linux';
  if (process.getuid?.() !== 0) return 'virtual machines are made by root';
  return without('qemu-system-x86_64', 'mke2fs', 'debootstrap');
}

/** Why layouts cannot be put on the disks of virtual machines here, in a sentence; null: nothing is known to be missing. */
export function missingForLayouts(): string | null {
  if (!existsSync(join(diskoPath, 'lib/types/gpt.nix'))) return 'DISKO_PATH names no checkout of nix-community/disko';
  if (!existsSync(join(libraryPath, 'modules.nix'))) return 'NIXPKGS_LIB does not name the folder lib of nixpkgs';
  return without('qemu-system-x86_64', 'mke2fs');
}
