import { hostname } from 'node:os';
import type { Host, Target } from '../../../shared/contract/host.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { whyNameIsRefused } from '../../../shared/fleet/host-name.ts';
import { readAddress, whyPortIsRefused, whyUserIsRefused } from '../../../shared/fleet/target-rules.ts';
import { nameRefused, notNixos, targetRefused } from './errors.ts';
import type { HostReading } from './kinds/kind.ts';
import type { ReadingResult } from './read-hosts.ts';

/** Colmena's documented defaults (its options.nix), for what no kind tells. The address is the host's name. */
const defaults = { user: 'root', privilegeCommand: ['sudo', '-H', '--'] } as const;

/** What the first of the readings says that says anything; readings come in order of precedence. */
function first<Key extends keyof HostReading>(
  readings: readonly HostReading[],
  key: Key,
): HostReading[Key] | undefined {
  return readings.find((reading) => reading[key] !== undefined)?.[key];
}

/** The target of a host, or why it has none that may be used. */
function targetOf(name: string, readings: readonly HostReading[]): { target: Target | null; problem: Problem | null } {
  // A target is one thing: address, user and port are taken from the same declaration.
  const source = readings.filter((reading) => reading.address !== undefined).slice(0, 1);
  const written = source.length === 0 ? name : first(source, 'address');
  if (written === null || written === undefined) return { target: null, problem: null };
  const address = readAddress(written);
  if (!address.ok) return { target: null, problem: targetRefused('address', written, address.reason) };
  const user = source.length === 0 ? defaults.user : (first(source, 'user') ?? null);
  const userReason = user === null ? null : whyUserIsRefused(user);
  if (user !== null && userReason !== null) return { target: null, problem: targetRefused('user', user, userReason) };
  const port = first(source, 'port') ?? null;
  const portReason = port === null ? null : whyPortIsRefused(port);
  if (port !== null && portReason !== null) {
    return { target: null, problem: targetRefused('port', String(port), portReason) };
  }
  return { target: { host: address.host, user, port }, problem: null };
}

/**
 * One host from everything that was read of it. A reading that failed makes the host's problem, and what the other
 * kinds say of it is shown beside.
 * @param results of one name, in order of precedence
 */
export function mergeHost(name: string, results: readonly ReadingResult[]): Host {
  const readings = results.flatMap((result) => ('host' in result ? [result.host] : []));
  const failed = results.flatMap((result) => ('problem' in result ? [result.problem] : []));
  const system = first(readings, 'system') ?? null;
  const reason = whyNameIsRefused(name);
  const mayBeLocal = first(readings, 'allowLocalDeployment') ?? false;
  const { target, problem } = targetOf(name, readings);
  const isForeign = system !== null && !system.endsWith('-linux');
  return {
    name: hostName.parse(name),
    system,
    tags: [...(first(readings, 'tags') ?? [])],
    target: reason === null ? target : null,
    sources: results.map((result) => result.kind.kind),
    buildOnTarget: first(readings, 'buildOnTarget') ?? false,
    allowLocalDeployment: mayBeLocal,
    ...(mayBeLocal && name === thisComputer() ? { isThisComputer: true } : {}),
    privilegeCommand: [...(first(readings, 'privilegeCommand') ?? defaults.privilegeCommand)],
    sshOptions: [...(first(readings, 'sshOptions') ?? [])],
    keys: [...(first(readings, 'keys') ?? [])],
    replaceUnknownProfiles: first(readings, 'replaceUnknownProfiles') ?? true,
    deployRs: first(readings, 'deployRs') ?? null,
    problem:
      (reason === null ? null : nameRefused(name, reason)) ??
      failed[0] ??
      problem ??
      (isForeign ? notNixos(system) : null),
  };
}

/** The first part of this computer's name, by which colmena's apply-local looks for its host too. */
function thisComputer(): string {
  return hostname().split('.')[0] ?? '';
}
