import type { SafetyScope } from '../../../shared/contract/health.ts';
import type { CheckWriting } from './check-add.ts';
import { placeOf, replaced } from './check-written.ts';
import { arrayItems, commentsIn, tomlBlocks, type TomlBlock, type TomlEntry, type TomlItem } from './toml-blocks.ts';
import { textOf } from './toml-write.ts';

/** The text without a check; null: there is no such check. */
export function without(text: string, scope: SafetyScope, index: number): string | null {
  const blocks = tomlBlocks(text);
  const { table, entry, elements } = placeOf(blocks, scope);
  if (table !== undefined && entry !== undefined) {
    return replaced(blocks, table, withoutItemOf(table, entry, index, false));
  }
  return withoutElement(blocks, elements[index]);
}

/**
 * The text without a check that goes elsewhere, and how it was written there. Every comment stays in one of the two: what
 * stands right above it or on its lines goes with it. null: there is no such check.
 */
export function takenOut(text: string, scope: SafetyScope, index: number): (CheckWriting & { rest: string }) | null {
  const blocks = tomlBlocks(text);
  const { table, entry, elements } = placeOf(blocks, scope);
  const isArray = table !== undefined && entry !== undefined;
  const rest = isArray
    ? replaced(blocks, table, withoutItemOf(table, entry, index, true))
    : withoutElement(blocks, elements[index]);
  if (rest === null) return null;
  const array = isArray ? table.text.slice(entry.valueStart, entry.valueEnd) : '';
  const { start, end } = arrayItems(array)[index] ?? { start: 0, end: 0 };
  const line = array.slice(start, end);
  const stayed = commentsIn(rest);
  const comments = commentsIn(text).filter((comment) => {
    const at = stayed.indexOf(comment);
    if (at >= 0) stayed.splice(at, 1);
    return at < 0;
  });
  return { rest, comments, line: line === '' || line.includes('\n') ? null : line };
}

/** @param isMoved true: comments right above it go too, and those of its table are nobody else's to take away */
function withoutItemOf({ text, entries }: TomlBlock, entry: TomlEntry, index: number, isMoved: boolean): string | null {
  const array = text.slice(entry.valueStart, entry.valueEnd);
  const items = arrayItems(array);
  const item = items[index];
  if (item === undefined) return null;
  if (items.length > 1) {
    return text.slice(0, entry.valueStart) + withoutItem(array, items, index, isMoved) + text.slice(entry.valueEnd);
  }
  const rest = text.slice(0, entry.start) + text.slice(entry.end);
  return entries.length === 1 && !(isMoved && commentsIn(rest).length > 0) ? '' : rest;
}

/** An item goes with its line, where that is about nothing else. */
function withoutItem(array: string, items: readonly TomlItem[], index: number, withCommentsAbove: boolean): string {
  const item = items[index];
  if (item === undefined) return array;
  const lineStart = array.lastIndexOf('\n', item.start) + 1;
  const end = item.commaEnd ?? item.end;
  const lineEnd = array.indexOf('\n', end);
  const isAlone =
    lineStart > 0 &&
    lineEnd >= 0 &&
    array.slice(lineStart, item.start).trim() === '' &&
    /^\s*(#.*)?$/.test(array.slice(end, lineEnd));
  if (isAlone) {
    const before = array.slice(0, lineStart);
    // The first line is that of the bracket.
    const above = withCommentsAbove ? (/(?<=\n)(?:[ \t]*#[^\n]*\n)+$/.exec(before)?.[0].length ?? 0) : 0;
    return before.slice(0, before.length - above) + array.slice(lineEnd + 1);
  }
  const next = items[index + 1];
  if (next !== undefined) return array.slice(0, item.start) + array.slice(next.start);
  return array.slice(0, items[index - 1]?.end ?? item.start) + array.slice(end);
}

/** What stands after an empty line at the end of its table is about something else, and stays. */
function withoutElement(blocks: readonly TomlBlock[], element: TomlBlock | undefined): string | null {
  if (element === undefined) return null;
  const after = element.text.slice(element.entries.at(-1)?.end);
  const remark = /(?:^|\n)[ \t]*\r?\n([^]*)$/.exec(after)?.[1] ?? '';
  const text = commentsIn(remark).length > 0 ? remark : '';
  const rest = blocks.map((block) => (block === element ? { ...block, text } : block));
  return textOf(rest);
}
