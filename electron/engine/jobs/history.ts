import type { JobDetail } from '../../../shared/contract/job.ts';
import type { Store } from '../store/open.ts';
import { estimateAtStart, type History } from './estimate.ts';

/** What the store knows about how long the parts of a job take, asked once for each part. */
export function historyOf(detail: JobDetail, store: Store): History {
  const { fleetId } = detail.summary;
  const stages = fleetId === null ? () => null : store.buildTimes.expectedStages(fleetId);
  const builds = new Map<string, number | null>();
  return {
    stage: stages,
    build(name) {
      if (!builds.has(name)) builds.set(name, store.buildTimes.expectedBuild(name));
      return builds.get(name) ?? null;
    },
  };
}

/**
 * Keeps what a deploy was expected to take beside what it took; before its own times are kept, or they would count. A
 * deploy in waves also waits for people, and one that failed ended early.
 */
export function recordEstimate(detail: JobDetail, store: Store): void {
  const { id, kind, state, startedAt, endedAt } = detail.summary;
  if (kind !== 'deploy' || state !== 'succeeded' || detail.waves !== undefined) return;
  if (startedAt === null || endedAt === null) return;
  const estimated = estimateAtStart(detail, historyOf(detail, store));
  if (estimated !== null) store.estimates.record({ id, endedAt }, estimated, endedAt - startedAt);
}

/** Keeps how long the parts of a finished job took. Hosts that had nothing to do would only make estimates too bold. */
export function recordTimes(detail: JobDetail, store: Store): void {
  const { fleetId, endedAt } = detail.summary;
  const at = endedAt ?? Date.now();
  const builds = Object.values(detail.builds)
    .flat()
    .flatMap((node) =>
      node.state === 'done' && node.kind === 'build' && node.startedAt !== null && node.endedAt !== null
        ? [{ name: node.name, durationMs: node.endedAt - node.startedAt }]
        : [],
    );
  store.buildTimes.recordBuilds(builds, at);
  // Where hosts are evaluated twice it tells nothing of how long a deploy takes.
  if (fleetId === null || detail.summary.kind === 'inputs') return;
  const stages = detail.steps.flatMap((step) =>
    step.state === 'done' && step.startedAt !== null && step.endedAt !== null && hadWork(detail, step.host)
      ? [{ host: step.host, stage: step.stage, durationMs: step.endedAt - step.startedAt }]
      : [],
  );
  store.buildTimes.recordStages(fleetId, stages, at);
}

/** Keeps what hosts would run, as the job has evaluated it: it is not to be evaluated again to tell which are outdated. */
export function recordSystems(
  { summary: { fleetId }, evaluated }: JobDetail,
  store: Pick<Store, 'evaluatedHosts'>,
): void {
  if (fleetId === null || evaluated === undefined) return;
  const { fingerprint, systems } = evaluated;
  store.evaluatedHosts.saveSystems({ fleetId, fingerprint }, systems);
}

function hadWork(detail: JobDetail, host: string): boolean {
  return !Object.hasOwn(detail.outcomes, host) || detail.outcomes[host]?.state !== 'unchanged';
}
