import type { InstallReview } from '../../../shared/contract/install.ts';
import type { JobDetail, Stage } from '../../../shared/contract/job.ts';
import type { NewHost } from '../../../shared/fleet/template/options.ts';
import type { JobRow } from '../store/jobs.ts';
import { median } from '../store/median.ts';
import { installSpec } from './spec.ts';

/** How many of the latest installs are counted. */
const counted = 5;

type PastJob = Pick<JobRow, 'kind' | 'state' | 'spec' | 'startedAt' | 'endedAt'>;

/**
 * The latest installs that went through as a whole, from the start of the job to the verified first boot. Those that were
 * taken up again half way tell nothing of a whole one.
 * @param jobs latest first
 */
export function wholeInstalls<Job extends PastJob>(jobs: readonly Job[]): Job[] {
  const whole = jobs.filter(({ kind, state, spec, startedAt, endedAt }) => {
    if (kind !== 'install' || state !== 'succeeded' || startedAt === null || endedAt === null) return false;
    const read = installSpec.safeParse(spec);
    return read.success && read.data.goal === 'install' && read.data.resume === null;
  });
  return whole.slice(0, counted);
}

/** How long the latest whole installs took; null where none has gone through. */
export function earlierInstalls(jobs: readonly PastJob[]): InstallReview['earlier'] {
  const latest = wholeInstalls(jobs).map(({ startedAt, endedAt }) => (endedAt ?? 0) - (startedAt ?? 0));
  if (latest.length === 0) return null;
  return { count: latest.length, shortestMs: Math.min(...latest), longestMs: Math.max(...latest) };
}

/** How long each step took, the middle one of these installs; one that nobody had to do is not in it. */
export function usualSteps(installs: readonly Pick<JobDetail, 'steps'>[]): Partial<Record<Stage, number>> {
  const took = installs
    .flatMap(({ steps }) => steps)
    .flatMap(({ stage, state, startedAt, endedAt }) =>
      state === 'done' && startedAt !== null && endedAt !== null ? [{ stage, ms: endedAt - startedAt }] : [],
    );
  const byStage = Map.groupBy(took, ({ stage }) => stage);
  return Object.fromEntries([...byStage].map(([stage, all]) => [stage, median(all.map(({ ms }) => ms)) ?? 0]));
}

/**
 * As what a host was written into a fleet by the checks and installs before, latest first: from the last one on that
 * went through, what stands there is the fleet's, and nobody's to write anew.
 * @param jobs about this host, latest first
 */
export function writtenBefore(jobs: readonly Pick<JobRow, 'kind' | 'state' | 'spec'>[], folder: string): NewHost[] {
  const written: NewHost[] = [];
  for (const { kind, state, spec } of jobs) {
    const read = installSpec.safeParse(spec);
    if (kind !== 'install' || !read.success || read.data.fleet.path !== folder) continue;
    const { goal, host, newHost } = read.data;
    if (goal === 'install' && (state === 'succeeded' || state === 'partial')) break;
    if (newHost !== null) written.push({ ...newHost, name: host });
  }
  return written;
}
