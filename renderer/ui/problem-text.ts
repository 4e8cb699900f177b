import type { Problem } from '../../shared/contract/problem.ts';

/** The title with what it is about before it, unless it begins with that already. */
export function problemTitle({ title }: Pick<Problem, 'title'>, lead?: string): string {
  return lead === undefined || title.startsWith(`${lead} `) ? title : `${lead}: ${title}`;
}

/** A problem as plain text, for the clipboard: title, place, evidence, advice. */
export function problemText(problem: Problem, lead?: string): string {
  const { place } = problem;
  const lines = [problemTitle(problem, lead)];
  if (place) lines.push([place.file, place.line, place.column].filter((part) => part !== undefined).join(':'));
  if (problem.evidence !== '') lines.push('', problem.evidence);
  if (problem.advice.length > 0) lines.push('', ...problem.advice.map((sentence) => `- ${sentence}`));
  lines.push('', `(${problem.code})`);
  return lines.join('\n');
}
