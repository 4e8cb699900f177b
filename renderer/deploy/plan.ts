import type { HostChanges, PackageChange, RiskArea } from '../../shared/contract/changes.ts';
import { rollbackTarget, type RollbackTarget } from '../../shared/contract/generation.ts';
import type { HostName } from '../../shared/contract/ids.ts';
import type { JobDetail } from '../../shared/contract/job.ts';
import { formatBytes, formatCount, formatNames } from '../ui/format.ts';

/**
 * `pending`: not found out yet. `same`: it runs that already. `skipped`: it was off, and left out. `failed`: it cannot be
 * told, or would not fit.
 */
export type PlanState = 'pending' | 'changes' | 'same' | 'skipped' | 'failed';

export interface PlannedHost {
  readonly host: HostName;
  readonly state: PlanState;
  readonly changes: HostChanges | null;
}

export type PlanGroup = 'all' | 'changes' | 'reboot' | 'risky' | 'same' | 'skipped' | 'failed';

/** True for a job that only finds out what would change. */
export function isPlan(detail: JobDetail): boolean {
  return detail.summary.kind === 'deploy' && detail.spec['goal'] === 'dry-activate';
}

/** Where its hosts go back to; null for a deploy. */
export function rollbackOf(detail: JobDetail): RollbackTarget | null {
  const found = rollbackTarget.safeParse(detail.spec['rollbackTo']);
  return found.success ? found.data : null;
}

/** What a plan says of each host. */
export function plannedHosts({ summary, changes, outcomes }: JobDetail): PlannedHost[] {
  return summary.hosts.map((host) => {
    const found = Object.hasOwn(changes, host) ? (changes[host] ?? null) : null;
    const outcome = Object.hasOwn(outcomes, host) ? outcomes[host] : undefined;
    const state =
      outcome === undefined
        ? 'pending'
        : outcome.state === 'unchanged'
          ? 'same'
          : outcome.state === 'skipped'
            ? 'skipped'
            : outcome.state === 'succeeded' && found !== null
              ? 'changes'
              : 'failed';
    return { host, state, changes: found };
  });
}

export function isInGroup({ state, changes }: PlannedHost, group: PlanGroup): boolean {
  switch (group) {
    case 'all':
      return true;
    case 'reboot':
      return changes !== null && changes.rebootFor.length > 0;
    case 'risky':
      return changes !== null && changes.risks.length > 0;
    default:
      return state === group;
  }
}

/** The plan of all hosts in one look. */
export interface PlanSum {
  readonly counts: Readonly<Record<PlanGroup | 'pending', number>>;
  readonly addedBytes: number;
  readonly removedBytes: number;
  /** Units that would stop or restart, over all hosts. */
  readonly interruptedUnits: number;
}

export function sumOf(hosts: readonly PlannedHost[]): PlanSum {
  const count = (group: PlanGroup): number => hosts.filter((host) => isInGroup(host, group)).length;
  const total = (bytes: (changes: HostChanges) => number): number =>
    hosts.reduce((sum, { changes }) => sum + (changes === null ? 0 : bytes(changes)), 0);
  return {
    counts: {
      all: hosts.length,
      changes: count('changes'),
      reboot: count('reboot'),
      risky: count('risky'),
      same: count('same'),
      skipped: count('skipped'),
      failed: count('failed'),
      pending: hosts.filter(({ state }) => state === 'pending').length,
    },
    addedBytes: total(({ addedBytes }) => addedBytes),
    removedBytes: total(({ removedBytes }) => removedBytes),
    interruptedUnits: total(({ units }) => (units === null ? 0 : units.stopped.length + units.restarted.length)),
  };
}

/** What a plan changes, in a few words; none where it changes nothing. */
export function costFacts({ counts, addedBytes, interruptedUnits }: PlanSum): string[] {
  return [
    counts.changes > 0 ? `${signedBytes(addedBytes)} new in all` : null,
    interruptedUnits > 0 ? `${formatCount(interruptedUnits, 'unit')} would stop or restart` : null,
    counts.reboot > 0 ? `${formatCount(counts.reboot, 'host')} would need a reboot` : null,
  ].filter((fact) => fact !== null);
}

/** What was found out for a job, or by it, in a few words; null where nothing was. */
export function planSumText(detail: JobDetail): string | null {
  // What became of the hosts of a deploy tells nothing of what was planned for them.
  const planned = isPlan(detail) ? detail : { ...detail, outcomes: {} };
  const hosts = plannedHosts(planned).flatMap((host): PlannedHost[] =>
    host.state === 'changes' || (host.state === 'pending' && host.changes) ? [{ ...host, state: 'changes' }] : [],
  );
  const sum = sumOf(hosts);
  return hosts.length === 0
    ? null
    : [`${formatCount(hosts.length, 'host')} would change`, ...costFacts(sum)].join(' · ');
}

/** A change of a package that several hosts have in common. */
export interface FleetPackage {
  readonly change: PackageChange;
  readonly hosts: readonly HostName[];
}

/** What changes in the fleet, each change once; those of most hosts stand first. What was only rebuilt is left out. */
export function fleetPackages(hosts: readonly PlannedHost[]): FleetPackage[] {
  const found = new Map<string, { change: PackageChange; hosts: HostName[] }>();
  for (const { host, changes } of hosts) {
    for (const change of changes?.packages ?? []) {
      if (change.kind === 'rebuilt') continue;
      const key = JSON.stringify([change.name, change.before, change.after]);
      const known = found.get(key) ?? { change, hosts: [] };
      known.hosts.push(host);
      found.set(key, known);
    }
  }
  return [...found.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

/** `+41 MiB`, `−2.3 MiB`. */
export function signedBytes(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${formatBytes(Math.abs(bytes))}`;
}

/** Versions of a package before and after; empty where there are none. */
export function versionsOf({ before, after }: PackageChange): { before: string; after: string } {
  return { before: before.filter(Boolean).join(', '), after: after.filter(Boolean).join(', ') };
}

export const RISK_WORDS: Record<RiskArea, string> = {
  ssh: 'SSH',
  network: 'network',
  firewall: 'firewall',
  'boot-loader': 'boot loader',
  'file-systems': 'file systems',
  users: 'users',
};

export const UNIT_WORDS = {
  stopped: 'would stop',
  restarted: 'would restart',
  reloaded: 'would reload',
  started: 'would start',
} as const;

/** One line for a host that is not opened: `12 packages, +41 MiB, 2 units restart`. */
export function changesLine(changes: HostChanges): string {
  const shown = changes.packages.filter(({ kind }) => kind !== 'rebuilt').length;
  const rebuilt = changes.packages.length - shown;
  const parts = [
    ...(changes.back === undefined ? [] : [`to generation ${changes.back.number}`]),
    shown > 0 ? `${shown} ${shown === 1 ? 'package' : 'packages'}` : rebuilt > 0 ? `${rebuilt} rebuilt` : 'no package',
    signedBytes(changes.addedBytes - changes.removedBytes),
  ];
  const { units } = changes;
  if (units !== null) {
    const words = { stopped: 'stop', restarted: 'restart', reloaded: 'reload', started: 'start' } as const;
    for (const verb of ['stopped', 'restarted', 'reloaded', 'started'] as const) {
      if (units[verb].length > 0) parts.push(`${formatNames(units[verb], 1)} ${words[verb]}`);
    }
  }
  return parts.join(' · ');
}
