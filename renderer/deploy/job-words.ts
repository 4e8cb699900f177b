import {
  jobOrigin,
  type HostOutcome,
  type JobDetail,
  type JobOrigin,
  type JobState,
  type JobSummary,
} from '../../shared/contract/job.ts';
import { formatCount, formatNames } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

export const JOB_STATES: Record<JobState, { tone: Tone; word: string }> = {
  queued: { tone: 'off', word: 'waiting' },
  running: { tone: 'run', word: 'running' },
  succeeded: { tone: 'ok', word: 'succeeded' },
  partial: { tone: 'warn', word: 'partly done' },
  failed: { tone: 'bad', word: 'failed' },
  cancelled: { tone: 'off', word: 'cancelled' },
  interrupted: { tone: 'warn', word: 'interrupted' },
};

export const OUTCOMES: Record<HostOutcome['state'], { tone: Tone; word: string }> = {
  succeeded: { tone: 'ok', word: 'succeeded' },
  unchanged: { tone: 'ok', word: 'nothing to do' },
  'switched-with-failures': { tone: 'warn', word: 'units failed' },
  reverted: { tone: 'bad', word: 'went back' },
  failed: { tone: 'bad', word: 'failed' },
  cancelled: { tone: 'off', word: 'cancelled' },
  skipped: { tone: 'off', word: 'skipped' },
};

/** Where something is worth more than the badge: what the state means for the hosts. Null where the badge says it all. */
export function explainState({ summary, outcomes }: Pick<JobDetail, 'summary' | 'outcomes'>): string | null {
  const names = (...states: HostOutcome['state'][]): string[] =>
    summary.hosts.filter((host) => states.some((state) => outcomes[host]?.state === state));
  const reached = names('succeeded', 'unchanged', 'switched-with-failures');
  const missed = summary.hosts.filter((host) => !reached.includes(host));

  const ended = wholeFleet[summary.kind]?.[summary.state];
  if (ended !== undefined) return ended;
  switch (summary.state) {
    case 'queued':
      return summary.waitingFor === null
        ? 'It starts as soon as a place is free.'
        : `It waits for ‘${summary.waitingFor.title}’, which works on ${summary.waitingFor.host}. Two jobs never work on one host at once.`;
    case 'partial': {
      const failing = names('switched-with-failures');
      if (missed.length === 0) return `All were switched. On ${formatNames(failing, 6)} units failed.`;
      const later = missed.filter((host) => outcomes[host]?.error?.code === 'deploy-offline-later');
      const rest = missed.filter((host) => !later.includes(host));
      const parts = [
        `${reached.length} of ${formatCount(summary.hosts.length, 'host')} done.`,
        ...(later.length > 0 ? [`Deployed when back: ${formatNames(later, 6)}.`] : []),
        ...(rest.length > 0 ? [`Not done: ${formatNames(rest, 6)}.`] : []),
      ];
      return parts.join(' ');
    }
    case 'cancelled':
      return reached.length === 0
        ? 'It was cancelled before any host was changed for good. What each host runs now stands on the fleet page.'
        : `It was cancelled. ${formatNames(reached, 6)} ${reached.length === 1 ? 'was' : 'were'} done before and ${reached.length === 1 ? 'stays' : 'stay'} so.`;
    case 'interrupted':
      return 'The process that did this job ended without finishing it (the computer was switched off, or it was killed). Nothing is guessed here: what each host runs now stands on the fleet page. Retrying is safe; what is already done is not done again.';
    default:
      return null;
  }
}

const cutOff =
  'The process that did this job ended without finishing it (the computer was switched off, or it was killed).';

/** What states mean for jobs that touch no host. Null: the badge says it all. */
const wholeFleet: Readonly<Record<string, Partial<Record<JobState, string | null>>>> = {
  inputs: {
    partial: 'Not every host evaluates with the new lock, or could be built. The fleet is as it was until you accept.',
    cancelled: 'It was cancelled. The fleet is as it was.',
    interrupted: `${cutOff} The fleet is as it was.`,
  },
  git: {
    cancelled: 'It was cancelled. Your files are as they were.',
    interrupted: `${cutOff} The page Files shows what Git is in now.`,
  },
};

/** Hosts that a retry would take again. */
export function hostsToRetry({ summary, outcomes }: Pick<JobDetail, 'summary' | 'outcomes'>): string[] {
  return summary.hosts.filter((host) => {
    const state = outcomes[host]?.state;
    return state !== 'succeeded' && state !== 'unchanged';
  });
}

/** How long a job took or has been running, in ms; null before it began. */
export function jobDurationMs(job: JobSummary, now: number): number | null {
  return job.startedAt === null ? null : (job.endedAt ?? now) - job.startedAt;
}

/** Who asked for a deploy, and for which commit; null for jobs that do not say. @param value `origin` of a job's spec */
export function originOf(value: unknown): JobOrigin | null {
  return jobOrigin.safeParse(value).data ?? null;
}
