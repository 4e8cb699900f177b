import { isDeepStrictEqual } from 'node:util';
import { deployOptions, type DeployPreview, type DeployRequest, type Goal } from '../../../shared/contract/deploy.ts';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { FleetKind, Host } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { targetParts } from '../../../shared/fleet/target-parts.ts';
import type { SavedSelections } from '../../../shared/fleet/selection.ts';
import { waitingForChecks } from '../../../shared/fleet/safety.ts';
import { planWaves } from '../../../shared/fleet/waves.ts';
import { ProblemError } from '../errors.ts';
import { Safety } from '../fleet/safety-file.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { otherProfiles, ownEngine, type ChosenEngine } from './engines/all.ts';
import { engineProblems } from './engines/problems.ts';
import { goals, needsTarget, uploadsKeys } from './goals.ts';
import { originOf } from './origin.ts';
import { deployError, deployProblems } from './problems.ts';
import type { DeployHost, DeploySpec } from './spec.ts';
import { waveProblems } from './waves/problems.ts';
import { addressOf } from './way-to-host.ts';

/**
 * What a deploy of these hosts would be, with the reasons of those that cannot be deployed. Nothing is run for it.
 * @param sshFolder folder of our own known_hosts and ssh_config
 * @param safety what the fleet's nixstead.toml says
 * @param engine what the hosts are deployed with
 * @param saved selections of this fleet that waves may name
 * @throws ProblemError `deploy-unknown-host`, `safety-file-*`, `waves-selection`
 */
export function planDeploy(
  view: FleetView,
  request: Omit<DeployRequest, 'fleetId' | 'planned'>,
  sshFolder: string,
  safety: Safety = new Safety('', {}),
  engine: ChosenEngine = ownEngine,
  saved: SavedSelections = new Map(),
): DeploySpec {
  safety.mustKnow(view.hosts);
  const byName = new Map(view.hosts.map((host) => [host.name, host]));
  const buildHost = buildHostOf(request.buildOn, view.hosts);
  const names = [...new Set(request.hosts)];
  const planned = names.map((name) => {
    const host = byName.get(name);
    if (host === undefined) throw deployError(deployProblems.unknownHost(name));
    return planHost(host, request, safety, engine, buildHost);
  });
  const hosts = planned.map((host) => ({ ...host, refusal: host.refusal ?? whyShared(host, planned, request.goal) }));
  const { name, folder, ref, fingerprint } = view.fleet;
  const form = view.fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake';
  return {
    version: 1,
    origin: originOf(view.fleet),
    goal: request.goal,
    engine: engine.name,
    program: engine.program,
    asked: deployOptions.parse(request),
    rollbackTo: null,
    ...wavesOf(request, safety, { hosts: names.flatMap((name) => byName.get(name) ?? []), fleet: view.hosts, saved }),
    fleet: { name, path: folder, ref, form, isRemote: view.fleet.remote !== null },
    fingerprint,
    plan: null,
    hosts,
    // A system that is only tested would be gone after a restart.
    reboot: request.goal === 'switch' || request.goal === 'boot' ? (request.reboot ?? 'never') : 'never',
    rebootSeconds: request.rebootSeconds ?? rebootLimitSeconds,
    limits: request.limits ?? {},
    offline: offlineOf(request),
    pinned: null,
    waitsForHosts: false,
    buildHost,
    sshFolder,
    asksNobody: false,
  };
}

/** Only what changes hosts, or brings them something, makes sense later. */
function offlineOf({ goal, offline = 'fail' }: Pick<DeployRequest, 'goal' | 'offline'>): DeploySpec['offline'] {
  const canBeLater = goal === 'switch' || goal === 'boot' || goal === 'test' || goal === 'push';
  return offline === 'later' && !canBeLater ? 'skip' : offline;
}

/** @throws ProblemError `deploy-build-host-refused` */
function buildHostOf(buildOn: string | undefined, hosts: readonly Host[]): DeploySpec['buildHost'] {
  if (buildOn === undefined || buildOn === 'here' || buildOn === 'target') return null;
  const host = hosts.find(({ name }) => name === buildOn);
  if (host?.target === null) throw deployError(deployProblems.buildHost(buildOn, 'this host has no address'));
  const target = host?.target ?? targetParts(buildOn);
  const sshOptions = host?.sshOptions ?? [];
  try {
    sshTarget(target, sshOptions);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw deployError(deployProblems.buildHost(buildOn, error.problem.title), error);
  }
  return { name: buildOn, target, sshOptions };
}

/** Not every program can be told to build anywhere. */
function whyNotBuiltThere(
  engine: ChosenEngine,
  host: Host,
  buildOn: string | undefined,
  buildHost: DeploySpec['buildHost'],
): Problem | null {
  const place = buildOn === 'here' || buildOn === 'target' ? buildOn : buildHost;
  if (buildOn === undefined || place === null || engine.buildsAt(place, host)) return null;
  return engineProblems.noBuildPlace(engine.name, buildOn);
}

/** A machine with much memory to test, or a file system to check, takes minutes. */
const rebootLimitSeconds = 600;

/** Waves are for what changes hosts; of one host there is only one. */
function wavesOf(
  { goal, waves }: Pick<DeployRequest, 'goal' | 'waves'>,
  safety: Safety,
  { hosts, ...of }: { hosts: readonly Host[]; fleet: readonly Host[]; saved: SavedSelections },
): Pick<DeploySpec, 'waves' | 'emptyWaves'> {
  const plan = waves === 'off' ? null : waves === undefined || waves === 'fleet' ? safety.waves : waves;
  const changesHosts = goal === 'switch' || goal === 'boot' || goal === 'test';
  if (plan === null || !changesHosts) return { waves: null, emptyWaves: [] };
  const planned = planWaves(plan, hosts, of);
  if ('mistake' in planned) throw new ProblemError(waveProblems.selection(planned.mistake));
  const isInWaves = planned.waves.length > 1;
  return { waves: isInWaves ? { plan, list: planned.waves } : null, emptyWaves: hosts.length > 1 ? planned.empty : [] };
}

function planHost(
  host: Host,
  { goal, watchdog, buildOn }: Pick<DeployRequest, 'goal' | 'watchdog' | 'buildOn'>,
  safety: Safety,
  engine: ChosenEngine,
  buildHost: DeploySpec['buildHost'],
): DeployHost {
  const { name, tags, system, target, privilegeCommand, sshOptions } = host;
  // Another program would go there over SSH.
  const isLocal = host.isThisComputer === true && engine.name === 'nix';
  const buildOnTarget = buildOn === undefined ? host.buildOnTarget : buildOn === 'target';
  // The first of a host's declarations is the one that is believed, see fleet/kinds/all.ts.
  const source = engine.sourceOf(host) ?? host.sources[0] ?? 'nixosConfigurations';
  const refusal =
    whyRefused({ ...host, buildOnTarget }, goal, isLocal) ??
    engine.whyNot(host, goal) ??
    whyNotBuiltThere(engine, host, buildOn, buildHost);
  const said = safety.of({ name, tags, address: addressOf({ name, target, sshOptions, isLocal }) });
  const checks = [...said.checks];
  const asked = watchdog === 'off' ? null : waitingForChecks(watchdog ?? 0, checks);
  const watchdogSeconds = watchdog === undefined ? said.watchdogSeconds : asked;
  const keys = keysOf(host);
  const known = {
    name,
    source,
    target,
    isLocal,
    tags,
    system,
    buildOnTarget,
    replacesUnknown: host.replaceUnknownProfiles,
    privilegeCommand,
    leavesOut: engine.name === 'deploy-rs' ? [] : otherProfiles(host),
    takesPassword: engine.takesPassword(host),
    sshOptions,
    watchdogSeconds,
    checks,
    keys,
  };
  const told = { ran: null, brought: [], ranLately: [], previous: null, mustBeWell: [], mustNotFail: [] };
  return { ...known, ...told, planned: null, known: null, refusal };
}

/** Kinds that have colmena's options, in the order in which they are believed. */
const withKeys: readonly FleetKind[] = ['colmenaHive', 'colmena', 'hive.nix'];

function keysOf({ keys, sources }: Host): DeployHost['keys'] {
  const source = withKeys.find((kind) => sources.includes(kind));
  return source === undefined || keys.length === 0 ? null : { source, names: keys };
}

function whyRefused(host: Host, goal: Goal, isLocal: boolean): Problem | null {
  if (host.problem) return host.problem;
  if (isLocal || !needsTarget(goal, host)) return null;
  if (host.target === null) return deployProblems.noAddress(host.name);
  try {
    sshTarget(host.target, host.sshOptions);
    return null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
}

/**
 * Two systems for one machine would be activated in each other's way, and the last would be what it runs. An address is
 * the same machine where SSH takes the same way to it.
 */
function whyShared(host: DeployHost, hosts: readonly DeployHost[], goal: Goal): Problem | null {
  const address = machineOf(host);
  if (address === null || !needsTarget(goal, host)) return null;
  const others = hosts.filter(
    (other) => other !== host && machineOf(other) === address && isDeepStrictEqual(other.sshOptions, host.sshOptions),
  );
  const names = others.map(({ name }) => name);
  return names.length === 0 ? null : deployProblems.sameMachine(host.name, names, address);
}

/** The hosts of a plan as a person sees them. */
export function previewHosts(spec: DeploySpec): DeployPreview['hosts'] {
  const { isGuarded } = goals[spec.goal];
  const { watchdog } = spec.asked;
  return spec.hosts.map(({ name, isLocal, target, watchdogSeconds, checks, keys, leavesOut, refusal }) => ({
    name,
    address: isLocal ? 'this computer' : target === null ? null : describeTarget(target),
    watchdogSeconds: isGuarded ? watchdogSeconds : null,
    waitsForChecks: isGuarded && typeof watchdog === 'number' && (watchdogSeconds ?? 0) > watchdog,
    checks: isGuarded ? checks.map((check) => ({ name: check.name, kind: check.kind })) : [],
    keys: uploadsKeys(spec, { keys }) ? (keys?.names.length ?? 0) : 0,
    leavesOut: isGuarded || spec.goal === 'boot' ? leavesOut : [],
    refusal,
  }));
}

/** For example `Switch nas` or `Test nas, pi and 3 more`. */
export function deployTitle(spec: Pick<DeploySpec, 'goal' | 'rollbackTo' | 'hosts'>): string {
  const isPlan = spec.goal === 'dry-activate';
  const verb = spec.rollbackTo === null ? goals[spec.goal].verb : isPlan ? 'Plan going back on' : 'Go back on';
  return `${verb} ${namesInTitle(spec.hosts)}`;
}

/** Hosts as the title of a job has them. */
export function namesInTitle(hosts: readonly { readonly name: HostName }[]): string {
  const names = hosts.map(({ name }) => String(name));
  const [shown, rest] = names.length <= 3 ? [names, 0] : [names.slice(0, 2), names.length - 2];
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

/** Where the hosts answer, so that two deploys never work on one machine, whatever it is called. */
export function deployAddresses(spec: {
  readonly hosts: readonly (Pick<DeployHost, 'name' | 'target'> & { readonly isLocal?: boolean })[];
}): Map<HostName, string> {
  return new Map(
    spec.hosts.flatMap((host): [HostName, string][] => {
      const address = machineOf(host);
      return address === null ? [] : [[host.name, address]];
    }),
  );
}

/** The same text for the same machine; null where it has no address. */
function machineOf({ isLocal, target }: Pick<DeployHost, 'target'> & { readonly isLocal?: boolean }): string | null {
  if (isLocal === true) return 'this computer';
  return target === null ? null : `${target.host.toLowerCase()}:${target.port ?? 22}`;
}

/** The hosts of a deploy that did not come to what was asked for. */
export function hostsToRetry(hosts: readonly HostName[], outcomes: Readonly<Record<string, HostOutcome>>): HostName[] {
  return hosts.filter((name) => {
    const state = outcomes[name]?.state;
    return state !== 'succeeded' && state !== 'unchanged';
  });
}
