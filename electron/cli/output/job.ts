import { isDeepStrictEqual } from 'node:util';
import type {
  Command,
  HostOutcome,
  JobDetail,
  JobState,
  JobSummary,
  Step,
  StepState,
} from '../../../shared/contract/job.ts';
import { commandText } from '../../../shared/jobs/command-text.ts';
import { isOver } from '../../../shared/jobs/view.ts';
import type { HeldProblem } from '../held-problems.ts';
import { showProblem } from './problem.ts';
import { table } from './table.ts';
import { bytes, duration, printable, width, type Painter, type Style } from './text.ts';

const stepMarks: Record<StepState, readonly [Style, string]> = {
  waiting: ['dim', '·'],
  running: ['cyan', '▸'],
  done: ['green', '✓'],
  skipped: ['dim', '–'],
  failed: ['red', '✗'],
  cancelled: ['yellow', '■'],
};

const stateStyles: Record<JobState, Style> = {
  queued: 'dim',
  running: 'cyan',
  succeeded: 'green',
  failed: 'red',
  partial: 'yellow',
  cancelled: 'yellow',
  interrupted: 'red',
};

/** What stands behind a step: its own note, else how much of it is done. */
function amount({ done, total, unit, note }: Step): string {
  if (note !== '') return printable(note);
  if (total === 0) return '';
  return unit === 'bytes' ? `${bytes(done)} of ${bytes(total)}` : `${done} of ${total} ${unit}`;
}

/** A step on one line: mark, host, stage, state and what came of it. */
export function stepText(step: Step, paint: Painter): string {
  const [style, mark] = stepMarks[step.state];
  const time = step.startedAt !== null && step.endedAt !== null ? duration(step.endedAt - step.startedAt) : '';
  const stage = step.stage + ' '.repeat(Math.max(0, 9 - width(step.stage)));
  const parts = [paint(style, mark), printable(step.host), stage, step.state, amount(step), paint('dim', time)];
  return parts.filter((part) => part !== '').join('  ');
}

const outcomeWords: Record<HostOutcome['state'], readonly [Style, string]> = {
  succeeded: ['green', '✓ succeeded'],
  unchanged: ['green', '✓ nothing to do'],
  'switched-with-failures': ['yellow', '! switched, with failures'],
  reverted: ['red', '↩ went back'],
  failed: ['red', '✗ failed'],
  cancelled: ['yellow', '■ cancelled'],
  skipped: ['dim', '– skipped'],
};

/** A command as a person would type it, where it does not run here with the host that it runs on. */
export function commandLine(command: Command): string {
  const place = command.where === 'target' && command.host !== null ? `on ${printable(command.host)}: ` : '';
  return `${place}${printable(commandText(command), true)}`;
}

/**
 * How a job ended, host by host, with the errors below.
 * @param told errors that stand above already
 */
export function outcomeText(job: JobDetail, paint: Painter, told: readonly HeldProblem[] = []): string {
  const entries = Object.entries(job.outcomes);
  const rows = entries.map(([host, outcome]) => {
    const [style, words] = outcomeWords[outcome.state];
    const generation = outcome.generation === null ? '' : `generation ${outcome.generation}`;
    return [printable(host), paint(style, words), generation, printable(outcome.system ?? '')];
  });
  const errors = entries.flatMap(([host, { error }]) =>
    error === undefined || told.some((each) => each.host === host && isDeepStrictEqual(each.problem, error))
      ? []
      : [`\n${showProblem(error, paint, { host })}`],
  );
  const state = paint(stateStyles[job.summary.state], job.summary.state);
  const list = rows.length === 0 ? '' : table(['HOST', 'OUTCOME', '', ''], rows, paint);
  const whole = job.problem === null ? '' : `\n${showProblem(job.problem, paint)}`;
  const armed = Object.entries(job.watchdogs).flatMap(([host, { state: guard, deadlineAt }]) =>
    guard !== 'armed' || Object.hasOwn(job.outcomes, host) || !isOver(job.summary.state)
      ? []
      : [
          `\n${printable(host)} was to go back by itself by ${when(deadlineAt, Date.now())}; fleet status says what it runs.`,
        ],
  );
  return `\n${list}${errors.join('')}${whole}${armed.join('')}\n${printable(job.summary.title)}: ${state}\n`;
}

/** A time of day, with the date where it is not today's. */
function when(at: number, now: number): string {
  const [day, time] = new Date(at).toLocaleString('sv-SE').split(' ');
  const [today] = new Date(now).toLocaleString('sv-SE').split(' ');
  return day === today ? (time ?? '') : `${day} ${time}`;
}

/** Jobs under headings, as they are given. */
export function jobTable(jobs: readonly JobSummary[], now: number, paint: Painter): string {
  const rows = jobs.map((job) => [
    job.id,
    paint(stateStyles[job.state], job.state),
    when(job.queuedAt, now),
    job.startedAt === null ? '' : duration((job.endedAt ?? now) - job.startedAt),
    printable(job.title),
  ]);
  return table(['JOB', 'STATE', 'QUEUED', 'TOOK', ''], rows, paint);
}
