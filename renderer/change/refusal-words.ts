import type { HostName } from '../../shared/contract/ids.ts';
import type { HostChangeRequest } from '../../shared/contract/change.ts';
import { whyChangeIsRefused } from '../../shared/fleet/change/change.ts';

/** A value that the engine would refuse: which field it stands in, and a sentence that says why. */
export interface Mistake {
  /** `host name`, `address`, `user`, `port`, `tag` … */
  readonly what: string;
  readonly text: string;
}

/** What is wrong with a change by itself, before anything is asked; null: nothing. */
export function mistakeIn(change: HostChangeRequest | null, names: readonly HostName[]): Mistake | null {
  if (change === null) return null;
  const refusal = whyChangeIsRefused(change, new Set<string>(names));
  return refusal && { what: refusal.what, text: `The ${refusal.what} ${refusal.reason}.` };
}
