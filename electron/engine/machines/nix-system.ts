import { systemOfArchitecture } from '../../../shared/machines/architecture.ts';
import { nixHost } from '../nix/nix-program.ts';

/** What nix calls this computer: `x86_64-linux`, `aarch64-darwin`. null: not known, as where another machine runs nix. */
export function nixSystem(env: NodeJS.ProcessEnv = process.env): string | null {
  if (nixHost(env) !== null) return null;
  const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch;
  if (process.platform === 'darwin') return `${machine}-darwin`;
  return process.platform === 'linux' ? systemOfArchitecture('Linux', machine) : null;
}
