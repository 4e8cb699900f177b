import { diffLines } from 'diff';

/** `1 line changed`, `3 lines added, 1 removed`; empty where nothing changed. */
export function changedLinesWords(before: string, after: string): string {
  if (before === after) return '';
  let added = 0;
  let removed = 0;
  for (const part of diffLines(before, after)) {
    if (part.added) added += part.count;
    else if (part.removed) removed += part.count;
  }
  const lines = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;
  if (added === removed) return `${lines(added)} changed`;
  if (removed === 0) return `${lines(added)} added`;
  return added === 0 ? `${lines(removed)} removed` : `${lines(added)} added, ${removed} removed`;
}
