import { z } from 'zod';
import { deployOptions, engineName, goal, rebootChoice, whenOffline } from '../../../shared/contract/deploy.ts';
import { rollbackTarget } from '../../../shared/contract/generation.ts';
import { healthCheck } from '../../../shared/contract/health.ts';
import { workLimits } from '../../../shared/contract/limits.ts';
import { fleetKind, target } from '../../../shared/contract/host.ts';
import { hostName, jobId } from '../../../shared/contract/ids.ts';
import { jobOrigin } from '../../../shared/contract/job.ts';
import { problem } from '../../../shared/contract/problem.ts';
import { wave, wavePlan } from '../../../shared/contract/waves.ts';

/**
 * A system as a plan has it, with what ran on the host when it was made. `drvPath` null: a generation of the host, or it is
 * evaluated and compared.
 */
const plannedSystem = z.object({
  before: z.string().nullable(),
  outPath: z.string(),
  drvPath: z.string().nullable(),
  stateVersion: z.string().nullable(),
});
export type PlannedSystem = z.infer<typeof plannedSystem>;

/** A host with everything that deploying it needs to know of it. */
export const deployHost = z.object({
  name: hostName,
  /** The declaration that is built; `fleet/kinds` knows where its system is. */
  source: fleetKind,
  /** null where the goal needs no connection. */
  target: target.nullable(),
  /** True where it is this computer: nothing goes over SSH. */
  isLocal: z.boolean().default(false),
  /** Hosts with a tag in common restart one after the other. */
  tags: z.array(z.string()).default([]),
  /** For example x86_64-linux; null: the fleet does not say. */
  system: z.string().nullable().default(null),
  buildOnTarget: z.boolean(),
  /** False where a system that this computer does not know is not replaced unseen (colmena's replaceUnknownProfiles). */
  replacesUnknown: z.boolean().default(true),
  privilegeCommand: z.array(z.string()),
  /** Profiles beside the system that the engine does not bring (deploy-rs has them). */
  leavesOut: z.array(z.string()).default([]),
  /** False where the engine cannot be given the password that sudo there wants. */
  takesPassword: z.boolean().default(true),
  sshOptions: z.array(z.string()),
  /** For so long what was activated may be unconfirmed before the host goes back by itself; null: it never does. */
  watchdogSeconds: z.int().positive().nullable().default(null),
  /** What must be so for what was activated to be confirmed. */
  checks: z.array(healthCheck).default([]),
  /** Names of its `deployment.keys`, and the declaration that has them; their values are read when they are uploaded. */
  keys: z
    .object({ source: fleetKind, names: z.array(z.string()).min(1) })
    .nullable()
    .default(null),
  /** What a plan found and a person approved; null: what evaluation says now. */
  planned: plannedSystem.nullable().default(null),
  /** What the declaration was evaluated to when the files had this stamp (`fleet/fingerprint.ts`); null: not known. */
  known: z
    .object({ stamp: z.string(), outPath: z.string(), drvPath: z.string(), stateVersion: z.string().nullable() })
    .nullable()
    .default(null),
  /** What the history tells that it ran at the time that is gone back to; null: nothing, or no time is. */
  ran: z.object({ jobId, at: z.number(), system: z.string() }).nullable().default(null),
  /** Systems that jobs of this fleet brought to it, the latest first: they are known, wherever they were built. */
  brought: z.array(z.string()).default([]),
  /**
   * What the history tells that it ran one after the other, what it ran at last first; without what it went back from.
   */
  ranLately: z.array(z.string()).default([]),
  /** What “previous” was for it in the job that this one tries again; null: that is chosen when it is reached. */
  previous: z.int().positive().nullable().default(null),
  /** Names of checks that failed since the job that this one tries again began: at a gate they count, broken or not. */
  mustBeWell: z.array(z.string()).default([]),
  /** Units that failed since then: while they are failed, the host did not come to what was asked for. */
  mustNotFail: z.array(z.string()).default([]),
  /** Why this host fails before anything is run; the others go on. */
  refusal: problem.nullable(),
});
export type DeployHost = z.infer<typeof deployHost>;

/** A deploying program as it was found. */
const toolProgram = z.object({ path: z.string(), version: z.string(), generation: z.string() });
export type ToolProgram = z.infer<typeof toolProgram>;

/**
 * All that a deploy needs: its runner reads neither database nor fleet, so it goes on whatever happens to the app.
 * Holds no secret; `version` grows when the shape changes.
 */
export const deploySpec = z.object({
  version: z.literal(1),
  origin: jobOrigin.nullable().default(null),
  goal,
  engine: engineName.default('nix'),
  /** How a person wanted it; what is absent, the fleet says. It is done again with the same options, and a plan with them. */
  asked: deployOptions.default({}),
  /** The program of an engine that has one. `generation`: which of its forms it is, where that makes a difference. */
  program: toolProgram.nullable().default(null),
  /** `path`: the folder of flake.nix (or of hive.nix); `ref`: what nix is given. `isRemote`: fetched, so it never changes. */
  fleet: z.object({
    name: z.string(),
    path: z.string(),
    ref: z.string(),
    form: z.enum(['flake', 'hive.nix']),
    isRemote: z.boolean().optional(),
  }),
  /** The state that the fleet's files were in when it was planned (`fleet/fingerprint.ts`); null: it cannot be told. */
  fingerprint: z.string().nullable().default(null),
  /** Set for a deploy that builds nothing: each host goes back to a generation that it has. */
  rollbackTo: rollbackTarget.nullable().default(null),
  /** Who goes before whom; null: all at once. */
  waves: z
    .object({ plan: wavePlan, list: z.array(wave).min(1) })
    .nullable()
    .default(null),
  /** Waves that were asked for, and for which none of the hosts is left. */
  emptyWaves: z.array(z.string()).default([]),
  /** The job that found out what this one does; null: nobody approved a plan. */
  plan: jobId.nullable().default(null),
  hosts: z.array(deployHost).min(1),
  limits: workLimits.partial().default({}),
  reboot: rebootChoice.default('never'),
  /** For so long a host that restarts may be gone. */
  rebootSeconds: z.int().positive().default(600),
  offline: whenOffline.default('fail'),
  /** What is evaluated for a host that comes later, where hosts may: the fleet at its last commit. */
  pinned: z.object({ ref: z.string(), commit: z.string().nullable() }).nullable().default(null),
  /** True for a job that begins when its hosts answer again, however long that takes. */
  waitsForHosts: z.boolean().default(false),
  /** Where systems are built in place of this computer or the hosts themselves; null: as each host has it. */
  buildHost: z
    .object({ name: z.string(), target, sshOptions: z.array(z.string()) })
    .nullable()
    .default(null),
  /** Folder of our own known_hosts and ssh_config. */
  sshFolder: z.string(),
  /** True where nobody is there who could answer: it ends with a problem in place of a question. */
  asksNobody: z.boolean().default(false),
});
export type DeploySpec = z.infer<typeof deploySpec>;
