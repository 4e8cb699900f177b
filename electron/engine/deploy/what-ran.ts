import type { WayBack } from '../../../shared/contract/changes.ts';
import type { Generation, RollbackTarget } from '../../../shared/contract/generation.ts';
import type { FleetId } from '../../../shared/contract/ids.ts';
import { goal as goalName } from '../../../shared/contract/deploy.ts';
import type { OutcomesOf, ToldOutcome } from '../jobs/told-outcome.ts';
import { chooseGeneration, describeRollback, moment, noGeneration, type Profile } from './generations.ts';
import { goals } from './goals.ts';
import type { DeployHost, DeploySpec } from './spec.ts';

/** So many jobs of a host are looked at for what it ran lately. */
const mostRun = 40;
/** So many are looked at for what was brought to it: there can be many hosts that ask. */
const mostBrought = 12;

/** A deploy or a rollback, with what the history tells of its hosts as far as that makes a difference to it. */
export function withHistory(
  spec: DeploySpec,
  fleetId: FleetId,
  history: { outcomesOf(of: OutcomesOf): Iterable<ToldOutcome> },
): DeploySpec {
  const { rollbackTo, goal, buildHost } = spec;
  const isToTime = rollbackTo !== null && rollbackTo !== 'previous' && 'before' in rollbackTo;
  const until = isToTime ? rollbackTo.before : Date.now();
  const hosts = spec.hosts.map((host) => {
    const told = (most?: number): Iterable<ToldOutcome> =>
      history.outcomesOf({ fleetId, host: host.name, until, ...(most === undefined ? {} : { most }) });
    if (isToTime) return { ...host, ran: ranLast(told()) };
    if (rollbackTo === 'previous') return { ...host, ranLately: ranLately(told(mostRun)) };
    // What is built here is in this computer's store.
    const isBuiltElsewhere = host.buildOnTarget || buildHost !== null || !host.replacesUnknown;
    return isBuiltElsewhere && goal !== 'build' ? { ...host, brought: broughtTo(told(mostBrought)) } : host;
  });
  return { ...spec, hosts };
}

/** What a host ran when a job was told of it last; null: no job tells. @param outcomes the latest first */
export function ranLast(outcomes: Iterable<ToldOutcome>): DeployHost['ran'] {
  for (const told of outcomes) {
    const { jobId, at, outcome } = told;
    if (tellsWhatRuns(told) && outcome.system !== null) return { jobId, at, system: outcome.system };
  }
  return null;
}

/** A build tells what it made, in place of what runs. */
function tellsWhatRuns({ kind, spec }: ToldOutcome): boolean {
  return kind === 'install' || (kind === 'deploy' && spec['goal'] !== 'build');
}

/**
 * What a host ran one after the other, what it ran at last first. What it went back from is left out, so that going back
 * twice does not come to where it began. @param outcomes the latest first
 */
export function ranLately(outcomes: Iterable<ToldOutcome>): string[] {
  const told = [...outcomes].filter(tellsWhatRuns).reverse();
  const ran: string[] = [];
  for (const { spec, outcome } of told) {
    const { system, state } = outcome;
    if (system === null || system === ran.at(-1)) continue;
    const wentBack = state === 'reverted' || (spec['rollbackTo'] ?? null) !== null;
    const at = wentBack ? ran.lastIndexOf(system) : -1;
    if (at < 0) ran.push(system);
    else ran.length = at + 1;
  }
  return ran.reverse();
}

/** Systems that jobs brought to a host, or found there as what they were to bring. @param outcomes the latest first */
export function broughtTo(outcomes: Iterable<ToldOutcome>): string[] {
  const brought = new Set<string>();
  for (const { kind, spec, outcome } of outcomes) {
    const goalOf = goalName.safeParse(spec['goal']).data;
    const changesHost = kind === 'install' || (goalOf !== undefined && goals[goalOf].isGuarded) || goalOf === 'boot';
    const isThere = ['succeeded', 'unchanged', 'switched-with-failures'].includes(outcome.state);
    if (!changesHost || !isThere) continue;
    const { system, boots = system } = outcome;
    // What is only tested leaves the one that boots as it was, and the other way round.
    if (goalOf !== 'boot' && system !== null) brought.add(system);
    if (goalOf !== 'test' && boots !== null) brought.add(boots);
  }
  return [...brought];
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
 * @param known what the history tells of it
 * @throws ProblemError `deploy-no-generation`, also where what ran then is no generation of the host any more
 */
export function wayBack(
  host: string,
  profile: Profile,
  to: RollbackTarget,
  { ran, ranLately: lately }: Pick<DeployHost, 'ran' | 'ranLately'>,
): { generation: Generation; told: WayBack['told'] } {
  const { generations, booted } = profile;
  if (to === 'previous') {
    const before = generationBefore(profile, lately);
    if (before === undefined) throw noGeneration(host, describeRollback(to), generations);
    return { generation: before, told: null };
  }
  if ('generation' in to) return { generation: chooseGeneration(host, generations, to), told: null };
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

/**
 * The generation that a host ran before what it runs now: by the history where what that tells last is what runs, else the
 * one below what boots next. What has not run yet is not gone back from: then it is the one that runs.
 */
function generationBefore({ generations, running }: Profile, lately: readonly string[]): Generation | undefined {
  const next = generations.find(({ isNext }) => isNext);
  const own = generations.find(({ system }) => system === running);
  if (next === undefined) return undefined;
  if (own !== undefined && own.system !== next.system && !lately.includes(next.system)) return own;
  // What boots ran last, as far as anybody here saw: what runs came there without it, such as to be tested.
  if (next.system !== running && lately[0] === next.system) return next;
  if (lately[0] === running) {
    for (const system of lately) {
      const found = system === running ? undefined : generations.find((one) => one.system === system);
      if (found !== undefined) return found;
    }
  }
  // Nothing that boots: such as what is only tested.
  if (own === undefined && running !== null) return next;
  return generations.find(({ number, system }) => number < next.number && system !== running);
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
