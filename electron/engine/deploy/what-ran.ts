import type { WayBack } from '../../../shared/contract/changes.ts';
import type { Generation, RollbackTarget } from '../../../shared/contract/generation.ts';
import type { FleetId } from '../../../shared/contract/ids.ts';
import type { OutcomesOf, ToldOutcome } from '../jobs/told-outcome.ts';
import { chooseGeneration, describeRollback, moment, noGeneration, type Profile } from './generations.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/** A rollback to a time, with what the history tells that its hosts ran then; any other spec as it is. */
export function withHistory(
  spec: DeploySpec,
  fleetId: FleetId,
  history: { outcomesOf(of: OutcomesOf): Iterable<ToldOutcome> },
): DeploySpec {
  const { rollbackTo } = spec;
  if (rollbackTo === null || rollbackTo === 'previous' || !('before' in rollbackTo)) return spec;
  const until = rollbackTo.before;
  const hosts = spec.hosts.map((host) => ({
    ...host,
    ran: ranLast(history.outcomesOf({ fleetId, host: host.name, until })),
  }));
  return { ...spec, hosts };
}

/** What a host ran when a job was told of it last; null: no job tells. @param outcomes the latest first */
export function ranLast(outcomes: Iterable<ToldOutcome>): DeployHost['ran'] {
  for (const { jobId, kind, spec, at, outcome } of outcomes) {
    // A build tells what it made, in place of what runs.
    const looksAtHost = kind === 'install' || (kind === 'deploy' && spec['goal'] !== 'build');
    if (looksAtHost && outcome.system !== null) return { jobId, at, system: outcome.system };
  }
  return null;
}

/** What tells of a system that it ran, from a moment on. */
interface Evidence {
  readonly system: string;
  readonly told: NonNullable<WayBack['told']>;
}

/**
 * The generation that a host goes back to. Where a time is wanted, that is what ran then by whatever tells it last before:
 * the outcome of a job (also of a rollback, and of a system that was tested), the start of the machine, or, where nobody
 * saw it run, that a generation was made.
 * @param ran what the history tells of that time
 * @throws ProblemError `deploy-no-generation`, also where what ran then is no generation of the host any more
 */
export function wayBack(
  host: string,
  profile: Profile,
  to: RollbackTarget,
  ran: DeployHost['ran'],
): { generation: Generation; told: WayBack['told'] } {
  const { generations, booted } = profile;
  if (to === 'previous' || 'generation' in to) {
    return { generation: chooseGeneration(host, generations, to), told: null };
  }
  const here = (at: number): number => at - profile.aheadMs;
  const seen: Evidence[] = [
    ...generations.map(({ system, at }): Evidence => ({ system, told: { by: 'made', at: here(at) } })),
    ...(booted === null ? [] : [{ system: booted.system, told: { by: 'boot' as const, at: here(booted.at) } }]),
    ...(ran === null ? [] : [{ system: ran.system, told: { by: 'history' as const, at: ran.at, jobId: ran.jobId } }]),
  ];
  const last = seen
    .filter(({ told }) => told.at <= to.before)
    .toSorted((a, b) => a.told.at - b.told.at)
    .at(-1);
  if (last === undefined) throw noGeneration(host, describeRollback(to), generations);
  // Of two with the same system, the one that was there then.
  const same = generations.filter(({ system }) => system === last.system);
  const generation = same.find(({ at }) => here(at) <= to.before) ?? same.at(0);
  if (generation === undefined) throw noGeneration(host, describeRollback(to), generations, last.system);
  return { generation, told: last.told };
}

/** For example `it ran then, as the history says (job 20261121-140201-abcdef)`. */
export function describeTold({ by, at, jobId }: NonNullable<WayBack['told']>): string {
  switch (by) {
    case 'history':
      return `it ran then, as the history says${jobId === undefined ? '' : ` (job ${jobId})`}`;
    case 'boot':
      return `the host was started with it at ${moment(at)}`;
    case 'made':
      return `the newest made by then, at ${moment(at)}; nothing tells what ran`;
  }
}
