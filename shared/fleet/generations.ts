import type { Generation } from '../contract/generation.ts';

const dayMs = 86_400_000;

/** Why a generation is not deleted; null where it can be. */
export function whyKept(one: Generation): string | null {
  if (one.isRunning) return 'It runs.';
  if (one.isNext) return 'It is what boots next.';
  if (one.isBooted) return 'It was booted: its modules may still be wanted.';
  if (one.isHeldByTrial) return 'Its host runs a system on trial, and may go back to this one.';
  return one.isProtected ? 'It is protected.' : null;
}

/** Why nothing of a host is deleted for now, and what to do; null where it can be. */
export function whyAllKept(generations: readonly Generation[]): { reason: string; advice: string } | null {
  if (!generations.some(({ isHeldByTrial }) => isHeldByTrial)) return null;
  return {
    reason: 'It runs a system on trial, and goes back with a restart until that boot is confirmed.',
    advice: 'Confirm its boot first: ask for its status, or deploy it with the goal “confirm-boot”.',
  };
}

/** What a person calls old: all but the newest so many, or those made so many days ago. */
export type OldGenerations = { readonly keep: number } | { readonly olderThanDays: number };

/**
 * The generations that are old and can be deleted.
 * @param generations the newest first
 * @param now ms since the epoch
 */
export function oldGenerations(generations: readonly Generation[], which: OldGenerations, now: number): Generation[] {
  const old =
    'keep' in which
      ? generations.slice(which.keep)
      : generations.filter(({ at }) => at < now - which.olderThanDays * dayMs);
  return old.filter((one) => whyKept(one) === null);
}
