import type { JobDetail } from '../../shared/contract/job.ts';
import { planIdOf } from '../../shared/jobs/view.ts';
import { JOB_STATES, jobDurationMs, originOf, OUTCOMES } from '../deploy/job-words.ts';
import { planSumText } from '../deploy/plan.ts';
import { stageTimes } from './compare-jobs.ts';
import { formatClock, formatCount, formatDate, formatDuration } from '../ui/format.ts';

/** A job in a few lines of plain text, for a message or a notebook. */
export function jobSummaryText(detail: JobDetail): string {
  const { summary, outcomes, problems } = detail;
  const at = summary.startedAt ?? summary.queuedAt;
  const took = jobDurationMs(summary, Date.now());
  const width = Math.max(0, ...summary.hosts.map((host) => host.length));
  const hosts = summary.hosts.map((host) => {
    const outcome = Object.hasOwn(outcomes, host) ? outcomes[host] : undefined;
    const generation = outcome?.generation ? `, generation ${outcome.generation}` : '';
    const times = stageTimes(detail, host).map(({ stage, ms }) => `${stage} ${formatDuration(ms)}`);
    const state = outcome === undefined ? 'no result' : OUTCOMES[outcome.state].word;
    return `  ${host.padEnd(width)}  ${state}${generation}${times.length > 0 ? `  (${times.join(', ')})` : ''}`;
  });
  const wrong = problems.flatMap(({ host, problem }) => [
    `  ${host === null ? '' : `${host}: `}${problem.title}`,
    ...problem.evidence
      .split('\n')
      .filter(Boolean)
      .slice(0, 5)
      .map((line) => `    ${line}`),
  ]);
  return [
    `${summary.title}: ${JOB_STATES[summary.state].word}`,
    `${formatDate(at)} ${formatClock(at)}${took === null ? '' : `, took ${formatDuration(took)}`}, job ${summary.id}`,
    ...originLines(detail.spec['origin']),
    ...planLines(detail),
    ...hosts,
    ...(wrong.length > 0 ? ['What went wrong:', ...wrong] : []),
    '',
  ].join('\n');
}

function planLines(detail: JobDetail): string[] {
  const id = planIdOf(detail);
  const sum = planSumText(detail);
  const words = [id === null ? null : `as planned in job ${id}`, sum].filter((part) => part !== null);
  return words.length === 0 ? [] : [words.join(': ')];
}

function originLines(value: unknown): string[] {
  const origin = originOf(value);
  if (origin === null) return [];
  const { by, commit } = origin;
  const dirty =
    commit !== null && commit.changedFiles > 0 ? ` and ${formatCount(commit.changedFiles, 'changed file')}` : '';
  return [`by ${by}${commit === null ? '' : `, commit ${commit.revision}${dirty}`}`];
}
