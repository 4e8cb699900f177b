import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';
import { changePlan } from './change.ts';
import { generation, generationComparison, generationRoom, hostWayBack, rollbackTarget } from './generation.ts';
import { checkChange, hostHealth, scopeChecks, watchdogChange, writtenCheck } from './health.ts';
import { fleetId, hostName, jobId } from './ids.ts';
import { command } from './job.ts';
import { workLimits } from './limits.ts';
import { problem } from './problem.ts';
import { sudoPassword } from './sudo.ts';
import { wave, wavePlan } from './waves.ts';

/**
 * What to do with a host's new system; the words are switch-to-configuration's and colmena's. `keys` leaves systems alone
 * and uploads `deployment.keys`, which a reboot takes away.
 */
export const goal = z.enum(['switch', 'boot', 'test', 'dry-activate', 'build', 'push', 'keys', 'confirm-boot']);
export type Goal = z.infer<typeof goal>;

/** What can be done with the systems that a plan found. */
export const goalOfPlan = goal.extract(['switch', 'boot', 'test']);
export type GoalOfPlan = z.infer<typeof goalOfPlan>;

/** What brings systems to hosts: our own engine on nix alone, or one of the programs that people have. */
export const engineName = z.enum(['nix', 'colmena', 'nixos-rebuild', 'deploy-rs']);
export type EngineName = z.infer<typeof engineName>;

/**
 * What guards a host while an engine switches it: `watchdog` is ours, also around a program that has none; `own` is the
 * program's (deploy-rs's magic rollback).
 */
export const engineGuard = z.enum(['watchdog', 'own']);
export type EngineGuard = z.infer<typeof engineGuard>;

/** An engine as it is here. */
export const engine = z.object({
  name: engineName,
  guard: engineGuard,
  /** The program that is run, with what it says of itself; null for nix, and where it is not here. */
  program: z.object({ path: z.string(), version: z.string() }).nullable(),
  /** What makes it the one that is taken unless somebody says otherwise; null: it is not. */
  standardBy: z.enum(['nixstead.toml', 'flake']).nullable(),
  /** Why it cannot be used for this fleet. */
  problem: problem.nullable(),
});
export type Engine = z.infer<typeof engine>;

/**
 * For how many seconds a host that was switched may be unconfirmed before it goes back by itself to what it ran before.
 * Confirmed is what a new connection and the host's health checks found good.
 */
export const watchdogSeconds = z.int().min(5).max(86_400);

/** `where-needed`: hosts whose kernel, initrd or systemd changed restart, of each tag one at a time. */
export const rebootChoice = z.enum(['never', 'where-needed']);
export type RebootChoice = z.infer<typeof rebootChoice>;

/**
 * What becomes of a host that does not answer. A number waits for it for so many seconds; `skip` leaves it out; `later`
 * leaves it out too, and another job deploys the commit of now when it answers again.
 */
export const whenOffline = z.union([z.enum(['fail', 'skip', 'later']), z.int().min(1).max(86_400)]);
export type WhenOffline = z.infer<typeof whenOffline>;

/** How a deploy is done, whatever is deployed. */
export const deployOptions = z.object({
  /** For all hosts; absent: what the fleet says of each, else 60 s. */
  watchdog: z.union([watchdogSeconds, z.literal('off')]).optional(),
  /**
   * Absent: what the fleet's nixstead.toml says, else what the flake offers: nix, or deploy-rs where that alone brings all.
   * Finding out what would change is always done by nix, and so is what a plan found unless another one is named.
   */
  engine: engineName.optional(),
  /** How many hosts at once; what is absent is as usual on this computer. */
  limits: workLimits.partial().optional(),
  /** Absent: never. Only `switch` and `boot` restart anything. */
  reboot: rebootChoice.optional(),
  /**
   * Where systems are built: `here`, on each `target`, or on a machine that is named as a host of the fleet or as
   * `user@host:port`. Absent: as the fleet says of each host.
   */
  buildOn: z.string().min(1).max(300).optional(),
  /** For so long a host that restarts may be gone; default: ten minutes. */
  rebootSeconds: z.int().min(5).max(86_400).optional(),
  /** Absent: they fail. */
  offline: whenOffline.optional(),
  /**
   * Which hosts go before others; absent, or `fleet` where a plan was asked for otherwise: what the fleet's nixstead.toml
   * says, else all at once.
   */
  waves: z.union([wavePlan, z.enum(['off', 'fleet'])]).optional(),
  /** What is wanted of what a plan finds, so that it can be offered once it is there. */
  planFor: goalOfPlan.optional(),
});
export type DeployOptions = z.infer<typeof deployOptions>;

export const deployRequest = z.object({
  fleetId,
  hosts: z.array(hostName).min(1),
  goal,
  ...deployOptions.shape,
  /**
   * A job that found out what would change (dry-activate): exactly that is done, without evaluating again. A host that
   * runs something else by then fails, and so does one for which the plan found nothing. Options that are absent here are
   * those that the plan was asked for with.
   */
  planned: jobId.optional(),
});
export type DeployRequest = z.infer<typeof deployRequest>;

/** What a deploy would run, before anything is touched. `<system>` in a command stands for the path that evaluation gives. */
export const deployPreview = z.object({
  goal,
  engine: engine.omit({ standardBy: true, problem: true }),
  hosts: z.array(
    z.object({
      name: hostName,
      address: z.string().nullable(),
      /** null: nothing guards it, or the goal changes nothing that runs. */
      watchdogSeconds: watchdogSeconds.nullable(),
      /** True where that is longer than what was asked for: its health checks may take so long. */
      waitsForChecks: z.boolean(),
      /** The health checks that decide whether it stays in the new system; empty where the goal asks for none. */
      checks: z.array(z.object({ name: z.string(), kind: z.string() })),
      /** How many of colmena's `deployment.keys` are uploaded. */
      keys: z.int(),
      /** Profiles of deploy-rs that stay as they are, since the engine brings the system alone. */
      leavesOut: z.array(z.string()),
      refusal: problem.nullable(),
    }),
  ),
  /** None where all go at once. */
  waves: z.array(wave),
  /** Waves that were asked for, and for which none of these hosts is left. */
  emptyWaves: z.array(z.string()),
  reboot: rebootChoice,
  commands: z.array(command),
});
export type DeployPreview = z.infer<typeof deployPreview>;

/** Numbers of generations. */
const numbers = z.array(z.int().positive()).min(1).max(1000);

export const deployContract = {
  /** Every engine, whether it can be used for what is asked or not. */
  engines: procedure
    .input(deployRequest.pick({ fleetId: true, hosts: true, goal: true, buildOn: true }))
    .output(z.array(engine)),
  preview: procedure.input(deployRequest).output(deployPreview),
  /** The waves that the fleet's nixstead.toml says; null: none. */
  waves: procedure.input(z.object({ fleetId })).output(z.object({ plan: wavePlan.nullable() })),
  /**
   * What nixstead.toml would be with other waves; `change.apply` writes it. `from`: for each wave which one of the file it
   * was made of; null: it is new.
   */
  editWaves: procedure
    .input(z.object({ fleetId, plan: wavePlan.nullable(), from: z.array(z.int().nonnegative().nullable()) }))
    .output(changePlan),
  /** The health checks and watchdogs that nixstead.toml has; scopes without any are left out. */
  checks: procedure.input(z.object({ fleetId })).output(z.array(scopeChecks)),
  /** What nixstead.toml would be with one check changed; `change.apply` writes it. */
  editCheck: procedure.input(checkChange.extend({ fleetId })).output(changePlan),
  /** What nixstead.toml would be with another watchdog for some hosts; `change.apply` writes it. */
  editWatchdog: procedure.input(watchdogChange.extend({ fleetId })).output(changePlan),
  start: procedure.input(deployRequest).output(z.object({ jobId })),
  /**
   * A job in which each host goes back to a generation that it has, with watchdog and health checks as in a switch;
   * `isPlanOnly`: which only finds out what that would change.
   */
  rollback: procedure
    .input(deployRequest.omit({ goal: true }).extend({ to: rollbackTarget, isPlanOnly: z.boolean().optional() }))
    .output(z.object({ jobId })),
  /** Which generation each host would go back to, by what it says now; nothing is changed. */
  waysBack: procedure
    .input(z.object({ fleetId, hosts: z.array(hostName).min(1), to: rollbackTarget }))
    .output(z.array(hostWayBack)),
  /** What `rollback` would run. `<generation>` in a command stands for what each host finds in its profile. */
  previewRollback: procedure
    .input(deployRequest.omit({ goal: true }).extend({ to: rollbackTarget }))
    .output(deployPreview),
  /** What a host has in its system profile, the newest first. */
  generations: procedure.input(z.object({ fleetId, host: hostName })).output(z.array(generation)),
  /**
   * Marks a generation as one that is not deleted, or takes the mark away. Where sudo asks for a password it fails with a
   * problem of contract/sudo.ts, and is called again with what was typed.
   */
  protectGeneration: procedure
    .input(
      z.object({
        fleetId,
        host: hostName,
        number: z.int().positive(),
        isProtected: z.boolean(),
        sudoPassword: sudoPassword.optional(),
      }),
    )
    .output(z.void()),
  /** How much room deleting these would make; nothing is changed. */
  generationRoom: procedure.input(z.object({ fleetId, host: hostName, numbers })).output(generationRoom),
  /** A job that deletes generations of hosts, writes their boot menus anew and collects their garbage. */
  deleteGenerations: procedure
    .input(
      z.object({
        fleetId,
        hosts: z
          .array(z.object({ host: hostName, numbers }))
          .min(1)
          .max(1000),
      }),
    )
    .output(z.object({ jobId })),
  /** What going from one of its generations to another changes. */
  compareGenerations: procedure
    .input(z.object({ fleetId, host: hostName, before: z.int().positive(), after: z.int().positive() }))
    .output(generationComparison),
  /**
   * Tries each check of these hosts once; one host after the other as they answer. `checks`: these in place of what
   * nixstead.toml says, with a result for each, in their order. Where sudo asks for a password, what needs root waits, the
   * problem is one of contract/sudo.ts, and that host is asked again with what was typed for it.
   */
  health: procedure
    .input(
      z.object({
        fleetId,
        hosts: z.array(hostName).min(1),
        checks: z.array(writtenCheck).min(1).optional(),
        sudoPasswords: z.record(hostName, sudoPassword).optional(),
      }),
    )
    .output(eventIterator(hostHealth)),
  /** A new job with the same goal and options for the hosts that did not succeed; what was approved in a plan stays that. */
  retryFailed: procedure.input(z.object({ id: jobId })).output(z.object({ jobId })),
};
