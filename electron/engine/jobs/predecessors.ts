import { join } from 'node:path';
import { Bell, watchFolder } from './changes.ts';
import { isFinished } from './event-file.ts';
import { JobFolder, type JobFile } from './job-folder.ts';
import { identify, isAlive } from './process-identity.ts';
import { endStrays } from './process-tree.ts';

/**
 * How a job stands, from its folder alone. `died`: its runner is gone and said nothing. `abandoned`: it has no runner,
 * and neither the engine that was to start one nor one that was started is there.
 */
export type JobPulse = 'over' | 'alive' | 'died' | 'abandoned';

export function pulseOf(folder: JobFolder): JobPulse {
  const job = folder.readJob();
  if (job === null || isFinished(folder.events)) return 'over';
  const holder = folder.readRunner();
  if (holder === null) {
    const starting = folder.readStarting();
    if (isAlive(job.queuedBy) || (starting !== null && isAlive(starting))) return 'alive';
    return folder.isHolderTorn ? 'died' : 'abandoned';
  }
  if (holder.socket !== null && isAlive(holder.runner)) return 'alive';
  // It may have finished between the two looks.
  return isFinished(folder.events) ? 'over' : 'died';
}

/**
 * Takes a job that nobody runs, so that a runner which was started but is not up yet finds it taken and ends.
 * False where that runner was faster.
 */
export function takeAbandoned(folder: JobFolder): boolean {
  return folder.claim({ version: 1, runner: identify(process.pid), socket: null, token: '' });
}

const LOOK_AGAIN_MS = 500;

/**
 * Waits until no earlier job has a host of this one. The order of jobs is fixed when they are queued, so no two ever
 * wait for each other. What a dead job left running on the hosts is ended first.
 * @throws the signal's reason when it aborts
 */
export async function waitForPredecessors(jobs: string, after: JobFile['after'], signal: AbortSignal): Promise<void> {
  for (const { jobId } of after) {
    const folder = new JobFolder(join(jobs, jobId));
    const bell = new Bell();
    using _watch = watchFolder(folder.path, () => bell.ring());
    for (let isHeld = true; isHeld;) {
      signal.throwIfAborted();
      const state = pulseOf(folder);
      if (state === 'died') await endStrays(jobId);
      isHeld = state === 'alive' || (state === 'abandoned' && !takeAbandoned(folder));
      if (isHeld) await bell.next(LOOK_AGAIN_MS, signal);
    }
  }
}
