import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { JobDetail } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { JobTable } from '../store/jobs.ts';
import { interrupted, runnerNotStarted } from './errors.ts';
import { EventAppender, isFinished } from './event-file.ts';
import type { JobFolder } from './job-folder.ts';
import { pulseOf, takeAbandoned } from './predecessors.ts';
import { endStrays } from './process-tree.ts';
import { removeSocket } from './socket-path.ts';

const ABANDONED = 'Nixstead ended before it could start the job.';
/** How much of what a dead runner said is shown. */
const EVIDENCE_CHARACTERS = 2000;

/**
 * Closes a job that nobody runs any more, truthfully. Only what is certainly dead is closed, and of several engines that
 * see it one does it.
 */
export async function closeDeadJob(folder: JobFolder, detail: () => JobDetail, table: JobTable): Promise<void> {
  const pulse = pulseOf(folder);
  if (pulse === 'died') {
    await endStrays(basename(folder.path));
    const runner = folder.readRunner();
    if (runner?.socket) removeSocket(runner.socket);
    if (runner?.socket === null) return finish(folder, table, 'interrupted', runnerNotStarted(ABANDONED));
    const running = detail().steps.filter((step) => step.state === 'running');
    const evidence = runnerWords(folder) || `process ${runner?.runner.pid ?? ''} is gone`;
    finish(folder, table, 'interrupted', interrupted(running, evidence));
  }
  if (pulse === 'abandoned' && takeAbandoned(folder)) {
    finish(folder, table, 'interrupted', runnerNotStarted(ABANDONED));
  }
}

/** Closes a job whose runner could not be started, or ended before it took the job. */
export function closeUnstartedJob(folder: JobFolder, table: JobTable, reason: string): void {
  if (takeAbandoned(folder)) finish(folder, table, 'failed', runnerNotStarted(runnerWords(folder) || reason));
}

function finish(folder: JobFolder, table: JobTable, state: 'interrupted' | 'failed', problem: Problem): void {
  table.alone(() => {
    if (isFinished(folder.events)) return;
    using events = new EventAppender(folder.events);
    events.append({ type: 'finished', at: Date.now(), state, problem }, true);
  });
}

function runnerWords(folder: JobFolder): string {
  try {
    return readFileSync(folder.runnerLog, 'utf8').trim().slice(-EVIDENCE_CHARACTERS);
  } catch {
    return '';
  }
}
