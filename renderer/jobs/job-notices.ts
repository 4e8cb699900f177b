import type { JobSummary } from '../../shared/contract/job.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import { isOver } from '../../shared/jobs/view.ts';
import { JOB_STATES } from '../deploy/job-words.ts';
import { formatNames } from '../ui/format.ts';

/** Jobs that were under way and are over now: what a person who looks elsewhere wants to hear of. */
export class EndedJobs {
  readonly #running = new Set<JobId>();

  /** Takes the present state of all jobs, and returns those that have ended since the last time. */
  take(jobs: readonly JobSummary[]): JobSummary[] {
    const ended = jobs.filter((job) => isOver(job.state) && this.#running.has(job.id));
    for (const job of jobs) {
      if (isOver(job.state)) this.#running.delete(job.id);
      else this.#running.add(job.id);
    }
    return ended;
  }
}

/** What a notification says of a job that has ended. */
export function noticeOf(job: JobSummary): { title: string; body: string } {
  return { title: `${job.title}: ${JOB_STATES[job.state].word}`, body: formatNames(job.hosts, 5) };
}

/** Asks for leave to show notifications. False where a person, or the browser, says no. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

/** Shows a notification of a job; pressing it brings the window forward and shows the job. */
export function notify(job: JobSummary, onOpen: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const { title, body } = noticeOf(job);
  const shown = new Notification(title, { body, tag: job.id });
  shown.onclick = () => {
    window.focus();
    onOpen();
    shown.close();
  };
}
