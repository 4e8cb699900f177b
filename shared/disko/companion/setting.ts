import type { LayoutValue } from '../layout.ts';

/** One NixOS option with what a layout needs it to be. */
export interface NixosSetting {
  readonly path: readonly string[];
  readonly value: LayoutValue;
  /** True where it is to win over what disko sets (`lib.mkForce`). */
  readonly isForced?: boolean;
  /** A sentence for the comment above it; null where the setting before it says why. */
  readonly reason: string | null;
}
