import type { DeployPreview, DeployRequest, Goal } from '../../../shared/contract/deploy.ts';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { FleetKind, Host } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { planWaves } from '../../../shared/fleet/waves.ts';
import { ProblemError } from '../errors.ts';
import { Safety } from '../fleet/safety-file.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { ownEngine, type ChosenEngine } from './engines/all.ts';
import { goals, needsTarget, uploadsKeys } from './goals.ts';
import { deployError, deployProblems } from './problems.ts';
import type { DeployHost, DeploySpec } from './spec.ts';
import { waveProblems } from './waves/problems.ts';

/**
 * What a deploy of these hosts would be, with the reasons of those that cannot be deployed. Nothing is run for it.
 * @param sshFolder folder of our own known_hosts and ssh_config
 * @param safety what the fleet's nixstead.toml says
 * @param engine what the hosts are deployed with
 * @throws ProblemError `deploy-unknown-host`, `safety-file-*`, `waves-selection`
 */
export function planDeploy(
  view: FleetView,
  request: Pick<DeployRequest, 'hosts' | 'goal' | 'watchdog' | 'engine' | 'waves'>,
  sshFolder: string,
  safety: Safety = new Safety('', {}),
  engine: ChosenEngine = ownEngine,
): DeploySpec {
  safety.mustKnow(new Set(view.hosts.map(({ name }) => name)));
  const byName = new Map(view.hosts.map((host) => [host.name, host]));
  const names = [...new Set(request.hosts)];
  const hosts = names.map((name) => {
    const host = byName.get(name);
    if (host === undefined) throw deployError(deployProblems.unknownHost(name));
    return planHost(host, request, safety, engine);
  });
  const { name, folder, ref, fingerprint } = view.fleet;
  const form = view.fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake';
  return {
    version: 1,
    goal: request.goal,
    engine: engine.name,
    program: engine.program,
    wantedEngine: request.goal === 'dry-activate' ? (request.engine ?? null) : null,
    rollbackTo: null,
    waves: wavesOf(
      request,
      safety,
      names.flatMap((name) => byName.get(name) ?? []),
    ),
    fleet: { name, path: folder, ref, form },
    fingerprint,
    hosts,
    sshFolder,
  };
}

/** Waves are for what changes hosts; of one host there is only one. */
function wavesOf(
  { goal, waves }: Pick<DeployRequest, 'goal' | 'waves'>,
  safety: Safety,
  hosts: readonly Host[],
): DeploySpec['waves'] {
  const plan = waves === 'off' ? null : (waves ?? safety.waves);
  const changesHosts = goal === 'switch' || goal === 'boot' || goal === 'test';
  if (plan === null || !changesHosts) return null;
  const planned = planWaves(plan, hosts);
  if ('mistake' in planned) throw new ProblemError(waveProblems.selection(planned.mistake));
  return planned.waves.length > 1 ? { plan, list: planned.waves } : null;
}

function planHost(
  host: Host,
  { goal, watchdog }: Pick<DeployRequest, 'goal' | 'watchdog'>,
  safety: Safety,
  engine: ChosenEngine,
): DeployHost {
  const { name, target, buildOnTarget, privilegeCommand, sshOptions } = host;
  // The first of a host's declarations is the one that is believed, see fleet/kinds/all.ts.
  const source = engine.sourceOf(host) ?? host.sources[0] ?? 'nixosConfigurations';
  const refusal = whyRefused(host, goal) ?? engine.whyNot(host, goal);
  const said = safety.of({ name, tags: host.tags, address: target?.host ?? name });
  const watchdogSeconds = watchdog === undefined ? said.watchdogSeconds : watchdog === 'off' ? null : watchdog;
  const checks = [...said.checks];
  const keys = keysOf(host);
  const known = { name, source, target, buildOnTarget, privilegeCommand, sshOptions, watchdogSeconds, checks, keys };
  return { ...known, planned: null, refusal };
}

/** Kinds that have colmena's options, in the order in which they are believed. */
const withKeys: readonly FleetKind[] = ['colmenaHive', 'colmena', 'hive.nix'];

function keysOf({ keys, sources }: Host): DeployHost['keys'] {
  const source = withKeys.find((kind) => sources.includes(kind));
  return source === undefined || keys.length === 0 ? null : { source, names: keys };
}

function whyRefused(host: Host, goal: Goal): Problem | null {
  if (host.problem) return host.problem;
  if (!needsTarget(goal, host)) return null;
  if (host.target === null) return deployProblems.noAddress(host.name);
  try {
    sshTarget(host.target, host.sshOptions);
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
}

/** The hosts of a plan as a person sees them. */
export function previewHosts(spec: DeploySpec): DeployPreview['hosts'] {
  const { isGuarded } = goals[spec.goal];
  return spec.hosts.map(({ name, target, watchdogSeconds, checks, keys, refusal }) => ({
    name,
    address: target === null ? null : describeTarget(target),
    watchdogSeconds: isGuarded ? watchdogSeconds : null,
    checks: isGuarded ? checks.map((check) => ({ name: check.name, kind: check.kind })) : [],
    keys: uploadsKeys(spec, { keys }) ? (keys?.names.length ?? 0) : 0,
    refusal,
  }));
}

/** For example `Switch nas` or `Test nas, pi and 3 more`. */
export function deployTitle(spec: Pick<DeploySpec, 'goal' | 'rollbackTo' | 'hosts'>): string {
  const isPlan = spec.goal === 'dry-activate';
  const verb = spec.rollbackTo === null ? goals[spec.goal].verb : isPlan ? 'Plan going back on' : 'Go back on';
  const names = spec.hosts.map(({ name }) => String(name));
  const [shown, rest] = names.length <= 3 ? [names, 0] : [names.slice(0, 2), names.length - 2];
  return rest > 0 ? `${verb} ${shown.join(', ')} and ${rest} more` : `${verb} ${shown.join(', ')}`;
}

/** Where the hosts answer, so that two deploys never work on one machine, whatever it is called. */
export function deployAddresses(spec: DeploySpec): Map<HostName, string> {
  return new Map(
    spec.hosts.flatMap(({ name, target }) =>
      target === null ? [] : [[name, `${target.host.toLowerCase()}:${target.port ?? 22}`] as const],
    ),
  );
}

/** The hosts of a deploy that did not come to what was asked for. */
export function hostsToRetry(hosts: readonly HostName[], outcomes: Readonly<Record<string, HostOutcome>>): HostName[] {
  return hosts.filter((name) => {
    const state = outcomes[name]?.state;
    return state !== 'succeeded' && state !== 'unchanged';
  });
}
