import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { generation, generationComparison, rollbackTarget } from './generation.ts';
import { hostHealth } from './health.ts';
import { fleetId, hostName, jobId } from './ids.ts';
import { command } from './job.ts';
import { problem } from './problem.ts';

/** What to do with a host's new system; the words are switch-to-configuration's and colmena's. */
export const goal = z.enum(['switch', 'boot', 'test', 'dry-activate', 'build', 'push']);
export type Goal = z.infer<typeof goal>;

/**
 * For how many seconds a host that was switched may be unconfirmed before it goes back by itself to what it ran before.
 * Confirmed is what a new connection and the host's health checks found good.
 */
export const watchdogSeconds = z.int().min(5).max(86_400);

export const deployRequest = z.object({
  fleetId,
  hosts: z.array(hostName).min(1),
  goal,
  /** For all hosts; absent: what the fleet says of each, else 60 s. */
  watchdog: z.union([watchdogSeconds, z.literal('off')]).optional(),
  /**
   * A job that found out what would change (dry-activate): exactly that is done, without evaluating again. A host that
   * runs something else by then fails.
   */
  planned: jobId.optional(),
});
export type DeployRequest = z.infer<typeof deployRequest>;

/** What a deploy would run, before anything is touched. `<system>` in a command stands for the path that evaluation gives. */
export const deployPreview = z.object({
  goal,
  hosts: z.array(
    z.object({
      name: hostName,
      address: z.string().nullable(),
      /** null: nothing guards it, or the goal changes nothing that runs. */
      watchdogSeconds: watchdogSeconds.nullable(),
      /** The health checks that decide whether it stays in the new system; empty where the goal asks for none. */
      checks: z.array(z.object({ name: z.string(), kind: z.string() })),
      refusal: problem.nullable(),
    }),
  ),
  commands: z.array(command),
});
export type DeployPreview = z.infer<typeof deployPreview>;

export const deployContract = {
  preview: procedure.input(deployRequest).output(deployPreview),
  start: procedure.input(deployRequest).output(z.object({ jobId })),
  /**
   * A job in which each host goes back to a generation that it has, with watchdog and health checks as in a switch;
   * `isPlanOnly`: which only finds out what that would change.
   */
  rollback: procedure
    .input(deployRequest.omit({ goal: true }).extend({ to: rollbackTarget, isPlanOnly: z.boolean().optional() }))
    .output(z.object({ jobId })),
  /** What a host has in its system profile, the newest first. */
  generations: procedure.input(z.object({ fleetId, host: hostName })).output(z.array(generation)),
  /** What going from one of its generations to another changes. */
  compareGenerations: procedure
    .input(z.object({ fleetId, host: hostName, before: z.int().positive(), after: z.int().positive() }))
    .output(generationComparison),
  /** Tries each check of these hosts once; one host after the other as they answer. */
  health: procedure.input(z.object({ fleetId, hosts: z.array(hostName).min(1) })).output(eventIterator(hostHealth)),
  /** A new job with the same goal for the hosts that did not succeed. */
  retryFailed: procedure.input(z.object({ id: jobId })).output(z.object({ jobId })),
};
