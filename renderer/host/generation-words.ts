import type { OldGenerations } from '../../shared/fleet/generations.ts';
import type { Generation } from '../../shared/contract/generation.ts';

/** Why a generation does not run whole until a reboot; null where it does. */
export function kernelWarning(one: Generation, booted: Generation | undefined): string | null {
  if (booted === undefined || one.kernel === '' || booted.kernel === '' || one.kernel === booted.kernel) return null;
  return `Made for ${one.kernel}; ${booted.kernel} runs. Modules may not load until a reboot.`;
}

/** What is done as root to protect a generation, or to end that: said where a password is asked for it. */
export function protectionPurpose(host: string, number: number, isProtected: boolean): string {
  return isProtected
    ? `To protect generation ${number} of ${host}: it is marked there, so that its system stays when old ones are deleted.`
    : `To end the protection of generation ${number} of ${host}: its mark there is taken away, and it may be deleted again.`;
}

/** Which generations are to go, as a person chose it; numbers are texts that may be none yet. */
export interface GenerationChoice {
  readonly kind: 'ticked' | 'keep' | 'age';
  readonly keep: string;
  readonly days: string;
}

export const usualChoice: GenerationChoice = { kind: 'keep', keep: '5', days: '30' };

/** What counts as old by that; null where no number is written, or each was ticked by itself. */
export function oldOf({ kind, keep, days }: GenerationChoice): OldGenerations | null {
  const text = (kind === 'keep' ? keep : days).trim();
  if (kind === 'ticked' || !/^[1-9]\d{0,4}$/.test(text)) return null;
  return kind === 'keep' ? { keep: Number(text) } : { olderThanDays: Number(text) };
}
