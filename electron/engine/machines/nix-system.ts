import { systemOfArchitecture } from '../../../shared/machines/architecture.ts';

/** What nix calls this computer: `x86_64-linux`, `aarch64-darwin`. */
export function nixSystem(): string | null {
  const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch;
  if (process.platform === 'darwin') return `${machine}-darwin`;
  return process.platform === 'linux' ? systemOfArchitecture('Linux', machine) : null;
}
