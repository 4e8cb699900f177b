import type { Generation } from '../contract/generation.ts';

const dayMs = 86_400_000;

/** Why a generation is not deleted; null where it can be. */
export function whyKept(one: Generation): string | null {
  if (one.isRunning) return 'It runs.';
  if (one.isNext) return 'It is what boots next.';
  if (one.isBooted) return 'It was booted: its modules may still be wanted.';
  return one.isProtected ? 'It is protected.' : null;
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
