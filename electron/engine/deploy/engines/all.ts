import type { Engine, EngineGuard, EngineName, Goal } from '../../../../shared/contract/deploy.ts';
import type { FleetKind, Host } from '../../../../shared/contract/host.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import { ProblemError } from '../../errors.ts';
import type { DeploySpec, ToolProgram } from '../spec.ts';
import { colmena } from './colmena.ts';
import { deployRs } from './deploy-rs.ts';
import type { DeployEngine } from './engine.ts';
import { findTool } from './find-tool.ts';
import { nixEngine } from './nix-engine.ts';
import { nixosRebuild } from './nixos-rebuild.ts';
import { engineProblems } from './problems.ts';
import type { BuildPlace, Tool } from './tool.ts';
import { toolEngine } from './tool-engine.ts';

const tools: readonly Tool[] = [colmena, nixosRebuild, deployRs];

/** What guards a host that an engine switches. */
export const engineGuards: Readonly<Record<EngineName, EngineGuard>> = {
  nix: 'watchdog',
  colmena: colmena.guard,
  'nixos-rebuild': nixosRebuild.guard,
  'deploy-rs': deployRs.guard,
};

/** The engine that a deploy was planned with. */
export function engineOf({ engine, program }: Pick<DeploySpec, 'engine' | 'program'>): DeployEngine {
  const tool = tools.find(({ name }) => name === engine);
  if (tool === undefined) return nixEngine;
  if (program === null) throw new TypeError(`The deploy names no program for ${engine}`);
  return toolEngine(tool, program);
}

/** An engine as a plan is made with it. */
export interface ChosenEngine {
  readonly name: EngineName;
  readonly program: ToolProgram | null;
  /** The declaration of a host that is built. */
  sourceOf(host: Host): FleetKind | null;
  whyNot(host: Host, goal: Goal): Problem | null;
  /** False where it cannot be given the password that sudo on a host wants. */
  takesPassword(host: Host): boolean;
  /** False where it cannot be told to build a host's system there. */
  buildsAt(place: BuildPlace, host: Host): boolean;
}

/** The engine of every goal that only looks, and of going back to what is there. */
export const ownEngine: ChosenEngine = {
  name: 'nix',
  program: null,
  sourceOf: () => null,
  whyNot: () => null,
  takesPassword: () => true,
  buildsAt: () => true,
};

/** Finds what an engine needs. @throws ProblemError `engine-nix-elsewhere`, `engine-missing`, `engine-other` */
export async function chooseEngine(name: EngineName, env: NodeJS.ProcessEnv = process.env): Promise<ChosenEngine> {
  const tool = tools.find((one) => one.name === name);
  return tool === undefined ? ownEngine : chosen(tool, await findTool(tool, env));
}

function chosen(tool: Tool, program: ToolProgram): ChosenEngine {
  const sourceOf = ({ sources }: Host): FleetKind | null => tool.sources.find((kind) => sources.includes(kind)) ?? null;
  return {
    name: tool.name,
    program,
    sourceOf,
    whyNot(host, goal) {
      if (!tool.goals.includes(goal)) return engineProblems.noGoal(tool.name, goal, tool.goals);
      if (sourceOf(host) === null) return engineProblems.notDeclared(tool.name, host.name, tool.sources);
      return tool.whyNot(host, program);
    },
    takesPassword: (host) => tool.takesPassword(host, program),
    buildsAt: tool.buildsAt,
  };
}

/** A deploy as it is asked for, as far as it decides what it is done with. */
export interface EngineWish {
  readonly hosts: readonly Host[];
  readonly goal: Goal;
  /** As in a request. */
  readonly buildOn: string | undefined;
  /** Whether the fleet has health checks, for which our own engine alone sends hosts back. */
  readonly hasChecks: boolean;
}

/**
 * What a deploy is done with where nobody names an engine: with our own, which knows what each kind of flake declares and
 * guards it best, unless the flake offers what another one alone brings. Such are the profiles beside the system in
 * `deploy.nodes`: deploy-rs brings them, where it is here and can do all that is asked.
 */
export async function offeredEngine(
  { hosts, goal, buildOn, hasChecks }: EngineWish,
  env: NodeJS.ProcessEnv = process.env,
): Promise<EngineName> {
  if (hasChecks || !hosts.some((host) => otherProfiles(host).length > 0)) return 'nix';
  const isAble = (engine: ChosenEngine, host: Host): boolean =>
    host.isThisComputer !== true &&
    engine.whyNot(host, goal) === null &&
    (buildOn === undefined || ((buildOn === 'here' || buildOn === 'target') && engine.buildsAt(buildOn, host)));
  try {
    const engine = chosen(deployRs, await findTool(deployRs, env));
    return hosts.every((host) => isAble(engine, host)) ? engine.name : 'nix';
  } catch (error) {
    if (error instanceof ProblemError) return 'nix';
    throw error;
  }
}

/** Profiles beside the system that deploy-rs alone brings to a host. */
export function otherProfiles({ deployRs: settings }: Host): string[] {
  return (settings?.profiles ?? []).map(({ name }) => name).filter((name) => name !== 'system');
}

/**
 * Every engine as it is here for these hosts.
 * @param said what the fleet's nixstead.toml names; null: nothing
 * @param offered what is taken otherwise
 */
export async function describeEngines(
  hosts: readonly Host[],
  { said, offered }: { readonly said: EngineName | null; readonly offered: EngineName },
  env: NodeJS.ProcessEnv = process.env,
): Promise<Engine[]> {
  const standardBy = (name: EngineName): Engine['standardBy'] => {
    if (name !== (said ?? offered)) return null;
    return said === null ? 'flake' : 'nixstead.toml';
  };
  const others = await Promise.all(
    tools.map(async (tool): Promise<Engine> => {
      const about = { name: tool.name, guard: tool.guard, standardBy: standardBy(tool.name) };
      try {
        const program = await findTool(tool, env);
        return { ...about, program, problem: whyNone(hosts, chosen(tool, program), tool) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return { ...about, program: null, problem: error.problem };
      }
    }),
  );
  return [{ name: 'nix', guard: 'watchdog', program: null, standardBy: standardBy('nix'), problem: null }, ...others];
}

/** Why none of the hosts can be deployed with an engine; null where one can. */
function whyNone(hosts: readonly Host[], engine: ChosenEngine, tool: Tool): Problem | null {
  const reasons = hosts.map((host) => engine.whyNot(host, 'switch'));
  if (reasons.includes(null)) return null;
  const isDeclared = hosts.some((host) => engine.sourceOf(host) !== null);
  return (
    (isDeclared ? reasons.find((reason) => reason?.code !== 'engine-not-offered') : null) ??
    engineProblems.noHosts(tool.name, tool.sources)
  );
}
