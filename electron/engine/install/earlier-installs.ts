import type { InstallReview } from '../../../shared/contract/install.ts';
import type { JobRow } from '../store/jobs.ts';
import { installSpec } from './spec.ts';

/** How many of the latest installs are counted. */
const counted = 5;

/**
 * How long the latest whole installs took, from the start of the job to the verified first boot. Those that were taken up
 * again half way tell nothing of a whole one. null where none has gone through.
 * @param jobs latest first
 */
export function earlierInstalls(
  jobs: readonly Pick<JobRow, 'kind' | 'state' | 'spec' | 'startedAt' | 'endedAt'>[],
): InstallReview['earlier'] {
  const durations = jobs.flatMap(({ kind, state, spec, startedAt, endedAt }) => {
    if (kind !== 'install' || state !== 'succeeded' || startedAt === null || endedAt === null) return [];
    const read = installSpec.safeParse(spec);
    return read.success && read.data.goal === 'install' && read.data.resume === null ? [endedAt - startedAt] : [];
  });
  const latest = durations.slice(0, counted);
  if (latest.length === 0) return null;
  return { count: latest.length, shortestMs: Math.min(...latest), longestMs: Math.max(...latest) };
}
