import type { JobSummary } from '../../shared/contract/job.ts';
import { isOver } from '../../shared/jobs/view.ts';
import { JOB_STATES } from '../deploy/job-words.ts';
import { formatNames } from '../ui/format.ts';

/** `asks`: it waits for a person; `halted`: what was to follow will not begin; `ended`: it is over. */
export interface JobNews {
  readonly kind: 'asks' | 'halted' | 'ended';
  readonly job: JobSummary;
}

/** What happened to jobs that a person who looks elsewhere wants to hear of, each once. */
export class JobNewsReader {
  readonly #running = new Set<string>();
  readonly #told = new Set<string>();

  /** Takes the present state of all jobs, and returns what is new since the last time. */
  take(jobs: readonly JobSummary[]): JobNews[] {
    return jobs.flatMap((job): JobNews[] => {
      if (isOver(job.state)) return this.#running.delete(job.id) ? [{ kind: 'ended', job }] : [];
      this.#running.add(job.id);
      const { pendingPrompt, activity } = job;
      if (pendingPrompt !== null && this.#isNew(`${job.id} ${pendingPrompt.id}`)) return [{ kind: 'asks', job }];
      if (activity?.isHalted === true && this.#isNew(`${job.id} halted`)) return [{ kind: 'halted', job }];
      return [];
    });
  }

  #isNew(key: string): boolean {
    const isNew = !this.#told.has(key);
    this.#told.add(key);
    return isNew;
  }
}

/** What a notification says. */
export function noticeOf({ kind, job }: JobNews): { title: string; body: string } {
  switch (kind) {
    case 'asks':
      return { title: `${job.title}: waits for you`, body: job.pendingPrompt?.text ?? '' };
    case 'halted':
      return { title: `${job.title}: stopped`, body: job.activity?.text ?? '' };
    case 'ended':
      return { title: `${job.title}: ${JOB_STATES[job.state].word}`, body: formatNames(job.hosts, 5) };
  }
}

/** The window's title: first what waits for a person, then what runs, then where one is. */
export function windowTitle(active: readonly JobSummary[], fleetName: string | undefined): string {
  const asking = active.filter(({ pendingPrompt }) => pendingPrompt !== null);
  const halted = active.find(({ activity }) => activity?.isHalted === true);
  const running = active.find(({ state }) => state === 'running');
  const [first] = asking;
  const news = first
    ? `(${asking.length}) ${first.title} waits for you`
    : halted
      ? `${halted.title} (stopped)`
      : running && `${running.title} (running)`;
  return [news, fleetName, 'Nixstead'].filter(Boolean).join(' – ');
}

/** Asks for leave to show notifications. False where a person, or the browser, says no. */
export async function mayNotify(): Promise<boolean> {
  if (!('Notification' in window)) return false;
  return (await Notification.requestPermission()) === 'granted';
}

/** Shows a notification of a job; pressing it brings the window forward and shows the job. */
export function notify(news: JobNews, onOpen: () => void): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const { title, body } = noticeOf(news);
  const shown = new Notification(title, { body, tag: news.job.id });
  shown.onclick = () => {
    window.focus();
    onOpen();
    shown.close();
  };
}
