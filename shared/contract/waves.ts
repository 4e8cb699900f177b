import { z } from 'zod';
import { hostName } from './ids.ts';

const writtenWave = z
  .strictObject({
    name: z.string().min(1).max(60).optional(),
    /** A selection: names, patterns, `@tag` and what can be made of them. */
    on: z.string().min(1).optional(),
    /** So many of the hosts that are left. */
    count: z.int().min(1).optional(),
    /** So much of all hosts of the deploy, at least one. */
    percent: z.number().gt(0).max(100).optional(),
    /** Minutes that pass before the next wave. */
    wait: z.number().min(0).max(1440).optional(),
    /** True runs the health checks of its hosts once more after the wait. */
    health: z.boolean().optional(),
    /** True lets a person say when to go on. */
    pause: z.boolean().optional(),
  })
  .refine(({ on, count, percent }) => [on, count, percent].filter((one) => one !== undefined).length === 1, {
    message: 'exactly one of these says which hosts are in a wave: on, count, percent',
  });

/** How a deploy goes in waves, as it is written in a file or under `[waves]` in nixstead.toml. */
export const wavePlan = z.strictObject({
  /** After so many hosts that failed no other wave begins. */
  'stop-after': z.int().min(1).default(1),
  /** What happens then to hosts that were deployed. */
  'when-stopped': z.enum(['keep', 'go-back']).default('keep'),
  /** In order; hosts that are in none of them come last. */
  wave: z.array(writtenWave).min(1).max(50),
});
export type WavePlan = z.infer<typeof wavePlan>;

/** The hosts that are deployed together, and what comes before the next wave. */
export const wave = z.object({
  name: z.string(),
  hosts: z.array(hostName).min(1),
  gate: z.object({ waitMinutes: z.number(), isHealthChecked: z.boolean(), isPaused: z.boolean() }),
});
export type Wave = z.infer<typeof wave>;

/**
 * `gate`: its hosts are through, and something is waited for. `stopped`: no other wave begins after it, since too many
 * had failed, none of its hosts was there, or a person said so or cancelled it. `skipped`: it did not begin.
 */
export const waveProgress = wave.extend({
  state: z.enum(['waiting', 'running', 'gate', 'done', 'stopped', 'skipped']),
  /** What a gate waits for; null outside one. */
  waitsFor: z.enum(['time', 'health', 'person']).nullable(),
  /** When a wait is over; ms since the epoch. */
  until: z.number().nullable(),
  failed: z.int(),
});
export type WaveProgress = z.infer<typeof waveProgress>;
