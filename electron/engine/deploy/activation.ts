import type { Goal } from '../../../shared/contract/deploy.ts';

/** What one activation is called on the target, and where it leaves its traces. */
export interface Activation {
  /** Folder in /run; it is there from the start until a day later, or until the next boot. */
  readonly folder: string;
  /** Transient unit, where systemd runs. */
  readonly unit: string;
  readonly system: string;
  readonly goal: Exclude<Goal, 'build' | 'push' | 'keys' | 'confirm-boot'>;
  /** The profile that is set first; null for goals that leave it. */
  readonly profile: string | null;
  /** The profile's generation that is switched to; null makes a new one. */
  readonly toGeneration: number | null;
  /** For so long the host may be unconfirmed before it goes back by itself; null: it has no watchdog. */
  readonly watchdogSeconds: number | null;
  /** Marks our own lines among those of sudo and the login shell. */
  readonly nonce: string;
}
