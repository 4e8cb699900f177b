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

/** Profiles beside the system that deploy-rs alone brings to a host. */
export function otherProfiles({ deployRs: settings }: Host): string[] {
  return (settings?.profiles ?? []).map(({ name }) => name).filter((name) => name !== 'system');
}

/** Every engine as it is here for these hosts. */
export async function describeEngines(
  hosts: readonly Host[],
  standard: EngineName,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Engine[]> {
  const others = await Promise.all(
    tools.map(async (tool): Promise<Engine> => {
      const about = { name: tool.name, guard: tool.guard, isDefault: tool.name === standard };
      try {
        const program = await findTool(tool, env);
        return { ...about, program, problem: whyNone(hosts, chosen(tool, program), tool) };
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        return { ...about, program: null, problem: error.problem };
      }
    }),
  );
  const nix: Engine = { name: 'nix', guard: 'watchdog', program: null, isDefault: standard === 'nix', problem: null };
  return [nix, ...others];
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
