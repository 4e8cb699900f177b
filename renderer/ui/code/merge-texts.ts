import { diffArrays } from 'diff';

/** Lines of a text that became others: those from `from` up to `to` (from 0, end exclusive). Each line has its break. */
export interface LineChange {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** Texts that differ by more are not compared to the end: they would keep the window waiting. */
const MOST_CHANGED_LINES = 4000;

/** The lines of a text with their breaks; put together they are the text. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How one text became another, in order; null where too much did. */
export function lineChanges(before: string, after: string): LineChange[] | null {
  const parts = diffArrays(linesOf(before), linesOf(after), { maxEditLength: MOST_CHANGED_LINES });
  if (!parts) return null;
  const changes: { from: number; to: number; lines: string[] }[] = [];
  let line = 0;
  let isChanging = false;
  for (const { added, removed, value } of parts) {
    if (added || removed) {
      if (!isChanging) changes.push({ from: line, to: line, lines: [] });
      const change = changes.at(-1);
      if (change && added) change.lines.push(...value);
      else if (change) change.to += value.length;
    }
    isChanging = added || removed;
    if (!added) line += value.length;
  }
  return changes;
}

const isSame = (a: LineChange, b: LineChange): boolean =>
  a.from === b.from && a.to === b.to && a.lines.join('') === b.lines.join('');

/**
 * Puts together what two made of one text. null where both changed the same lines, or lines with none between them: a
 * person has to decide that. What both did alike is done once.
 */
export function mergeTexts(base: string, mine: string, theirs: string): string | null {
  const [own, others] = [lineChanges(base, mine), lineChanges(base, theirs)];
  if (own === null || others === null) return null;
  const rest = others.filter((change) => !own.some((each) => isSame(each, change)));
  if (rest.some((change) => own.some((each) => change.from <= each.to && each.from <= change.to))) return null;
  const lines: string[] = linesOf(base);
  const merged: string[] = [];
  let line = 0;
  for (const change of [...own, ...rest].sort((a, b) => a.from - b.from)) {
    merged.push(...lines.slice(line, change.from), ...change.lines);
    line = change.to;
  }
  return [...merged, ...lines.slice(line)].join('');
}
