import { z } from 'zod';
import { engineName, goal } from '../../../shared/contract/deploy.ts';
import { rollbackTarget } from '../../../shared/contract/generation.ts';
import { healthCheck } from '../../../shared/contract/health.ts';
import { fleetKind, target } from '../../../shared/contract/host.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import { problem } from '../../../shared/contract/problem.ts';
import { wave, wavePlan } from '../../../shared/contract/waves.ts';

/** A system as a plan has it, with what ran on the host when it was made. `drvPath` null: a generation of the host. */
const plannedSystem = z.object({
  before: z.string().nullable(),
  outPath: z.string(),
  drvPath: z.string().nullable(),
  stateVersion: z.string().nullable(),
});

/** A host with everything that deploying it needs to know of it. */
export const deployHost = z.object({
  name: hostName,
  /** The declaration that is built; `fleet/kinds` knows where its system is. */
  source: fleetKind,
  /** null where the goal needs no connection. */
  target: target.nullable(),
  buildOnTarget: z.boolean(),
  privilegeCommand: z.array(z.string()),
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
  goal,
  engine: engineName.default('nix'),
  /** Of a plan: what was asked for to do it with; null: what the fleet says by then. */
  wantedEngine: engineName.nullable().default(null),
  /** The program of an engine that has one. `generation`: which of its forms it is, where that makes a difference. */
  program: toolProgram.nullable().default(null),
  /** `path`: the folder of flake.nix (or of hive.nix); `ref`: what nix is given. */
  fleet: z.object({ name: z.string(), path: z.string(), ref: z.string(), form: z.enum(['flake', 'hive.nix']) }),
  /** The state that the fleet's files were in when it was planned (`fleet/fingerprint.ts`); null: it cannot be told. */
  fingerprint: z.string().nullable().default(null),
  /** Set for a deploy that builds nothing: each host goes back to a generation that it has. */
  rollbackTo: rollbackTarget.nullable().default(null),
  /** Who goes before whom; null: all at once. */
  waves: z
    .object({ plan: wavePlan, list: z.array(wave).min(1) })
    .nullable()
    .default(null),
  hosts: z.array(deployHost).min(1),
  /** Folder of our own known_hosts and ssh_config. */
  sshFolder: z.string(),
});
export type DeploySpec = z.infer<typeof deploySpec>;
