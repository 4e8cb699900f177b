import { listItem, wholeItem } from './edit.ts';
import { indentationAt, isFirstOnLine, isOnOneLine, endOfLineAfter } from './line.ts';
import type { Splice } from './splice.ts';
import type { List } from './syntax.ts';
import { formatValue, type NixValue } from './value.ts';

/** What a list is to hold: an item that it has, by its index, or a new one. Old ones keep their order. */
export type ListEntry = { readonly old: number } | { readonly value: NixValue };

/** Changes a list so that items that stay keep their text, their comments and their lines. */
export function changeList(source: string, list: List, wanted: readonly ListEntry[]): Splice[] {
  const kept = new Set(wanted.flatMap((entry) => ('old' in entry ? [entry.old] : [])));
  if (kept.size === 0) {
    const values = wanted.flatMap((entry) => ('value' in entry ? [entry.value] : []));
    return [{ start: list.start, end: list.end, text: formatValue(values, indentationAt(source, list.start)) }];
  }
  const splices: Splice[] = [];
  let pending: NixValue[] = [];
  let last: number | null = null;
  for (const entry of wanted) {
    if ('value' in entry) {
      pending.push(entry.value);
      continue;
    }
    splices.push(...insertion(source, list, last, entry.old, pending));
    pending = [];
    last = entry.old;
  }
  splices.push(...insertion(source, list, last, null, pending));
  const gone = list.items.filter((_, index) => !kept.has(index));
  return [...splices, ...gone.map((item) => wholeItem(source, item))];
}

/** New items behind the item `last`, or before the item `next` where there is none before it. */
function insertion(
  source: string,
  list: List,
  last: number | null,
  next: number | null,
  values: readonly NixValue[],
): Splice[] {
  if (values.length === 0) return [];
  const isInline = isOnOneLine(source, list) || !list.items.some((item) => isFirstOnLine(source, item.start));
  const after = last === null ? undefined : list.items[last];
  const before = next === null ? undefined : list.items[next];
  const line = list.items.find((item) => isFirstOnLine(source, item.start));
  const indent = line ? indentationAt(source, line.start) : indentationAt(source, list.start);
  const texts = values.map((value) => listItem(value, indent));
  if (after) {
    const end = isInline ? null : endOfLineAfter(source, after.end);
    if (end === null) return [{ start: after.end, end: after.end, text: texts.map((text) => ` ${text}`).join('') }];
    return [{ start: end, end, text: texts.map((text) => `\n${indent}${text}`).join('') }];
  }
  const at = before?.start ?? list.end - 1;
  const gap = isInline ? ' ' : `\n${indent}`;
  return [{ start: at, end: at, text: texts.map((text) => `${text}${gap}`).join('') }];
}
