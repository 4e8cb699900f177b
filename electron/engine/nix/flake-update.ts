import { findNix } from './nix-program.ts';
import { isAtLeast } from './nix-version.ts';
import type { NixCommand } from './run.ts';

/** Before it `nix flake update` took no inputs, and `--update-input` chose them. */
const namedInputsSince = [2, 19] as const;

/**
 * The command that writes a new flake.lock where a flake reference says: newer revisions of these inputs, of all where
 * none is named.
 */
export async function updateArguments(ref: string, inputs: readonly string[]): Promise<NixCommand['args']> {
  const { version } = await findNix();
  if (isAtLeast(version, namedInputsSince)) return ['flake', 'update', '--flake', ref, ...inputs];
  if (inputs.length === 0) return ['flake', 'update', ref];
  return ['flake', 'lock', ref, ...inputs.flatMap((input) => ['--update-input', input])];
}

/** The command that brings flake.lock in line with flake.nix and leaves alone what is locked already. */
export function lockArguments(ref: string): NixCommand['args'] {
  return ['flake', 'lock', ref];
}
