import type { Generation } from '../../shared/contract/generation.ts';

/** Why a generation does not run whole until a reboot; null where it does. */
export function kernelWarning(one: Generation, booted: Generation | undefined): string | null {
  if (booted === undefined || one.kernel === '' || booted.kernel === '' || one.kernel === booted.kernel) return null;
  return `Made for ${one.kernel}; ${booted.kernel} runs. Modules may not load until a reboot.`;
}
