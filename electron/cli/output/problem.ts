import type { Problem } from '../../../shared/contract/problem.ts';
import { printable, type Painter } from './text.ts';

/** A problem in the three parts that every error has: what happened, the line that proves it, what to do. */
export function showProblem(
  problem: Problem,
  paint: Painter,
  { severity = 'error', host }: { severity?: 'error' | 'warning'; host?: string | null } = {},
): string {
  const mark = severity === 'error' ? paint('red', 'error:') : paint('yellow', 'warning:');
  const { place } = problem;
  const where = place ? [place.file, place.line, place.column].filter((part) => part !== undefined).join(':') : null;
  const evidence = printable(problem.evidence.trim(), true);
  return [
    `${mark} ${paint('bold', printable(host ? `${host}: ${problem.title}` : problem.title))}`,
    ...(where === null ? [] : [`  at ${printable(where)}`]),
    ...(evidence === '' ? [] : evidence.split('\n').map((line) => paint('dim', `  │ ${line}`))),
    ...problem.advice.map((advice) => `  → ${printable(advice)}`),
    '',
  ].join('\n');
}
