import type { MachineReport } from '../contract/machine.ts';

/** The release of NixOS that a machine runs: `25.11.20260101.abcdef0` → `25.11`; null where it does not say. */
export function releaseOf({ nixos, os }: Pick<MachineReport, 'nixos' | 'os'>): string | null {
  return /^\d\d\.\d\d/.exec(nixos?.version ?? '')?.[0] ?? /^\d\d\.\d\d$/.exec(os.version)?.[0] ?? null;
}
