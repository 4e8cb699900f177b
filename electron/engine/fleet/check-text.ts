import { isDeepStrictEqual } from 'node:util';
import { checkKinds, type CheckChange, type WrittenCheck } from '../../../shared/contract/health.ts';
import { headerOf, keysIn, pathOf, saysOnly } from './scope-text.ts';
import { arrayItems, tomlBlocks, type TomlBlock, type TomlEntry, type TomlItem } from './toml-blocks.ts';
import { joined, made, textOf, trimmed, withValues, type TomlValue } from './toml-write.ts';

const LINE_LENGTH = 100;
const INDENT = '  ';
/** In this order a check is written. */
const keys = [
  'name',
  ...checkKinds,
  'status',
  'contains',
  'insecure',
  'after',
  'within',
  'every',
  'timeout',
] as const satisfies readonly (keyof WrittenCheck)[];

/**
 * nixstead.toml with one health check changed. Only lines about it are touched. Reads both ways of writing checks: an
 * array `health = [...]`, and a table `[[hosts.nas.health]]` for each. null: they are written in a form that is not
 * edited here.
 * @param text of a file that can be read; empty where there is none
 */
export function withCheck(text: string, change: CheckChange): string | null {
  const blocks = tomlBlocks(text);
  const path = pathOf(change.scope);
  const isOf = (block: TomlBlock, wanted: readonly string[]): boolean => isDeepStrictEqual(keysIn(block.name), wanted);
  const table = blocks.find((block) => !block.isElement && isOf(block, path));
  const entry = table?.entries.find(({ key }) => key === 'health');
  const elements = blocks.filter((block) => block.isElement && isOf(block, [...path, 'health']));
  const result =
    table !== undefined && entry !== undefined
      ? replaced(blocks, table, inArray(table, entry, change))
      : elements.length > 0
        ? inElements(blocks, elements, change)
        : withFirst(blocks, table, change);
  const { scope, index, check } = change;
  const isChanged = (part: { health?: WrittenCheck[] | undefined }): boolean => {
    const health = [...(part.health ?? [])];
    if (index !== null && index >= health.length) return false;
    health.splice(index ?? health.length, index === null ? 0 : 1, ...(check === null ? [] : [check]));
    part.health = health;
    return true;
  };
  return result !== null && saysOnly(text, result, scope, isChanged) ? result : null;
}

/** The only check of its scope so far. */
function withFirst(blocks: readonly TomlBlock[], table: TomlBlock | undefined, { scope, index, check }: CheckChange) {
  if (check === null || index !== null) return null;
  const line = `health = [\n${INDENT}${inline(check)},\n]\n`;
  if (table === undefined) return joined(textOf(blocks), `${headerOf(scope)}\n${line}`);
  const at = table.entries.at(-1)?.end ?? table.text.trimEnd().length;
  const isOpen = table.text[at - 1] !== '\n';
  return replaced(
    blocks,
    table,
    table.text.slice(0, at) + (isOpen ? '\n' : '') + line + afterLine(table.text, at, isOpen),
  );
}

/** What follows a line that was inserted, whose own end may have been that of the line before. */
function afterLine(text: string, at: number, isOpen: boolean): string {
  return isOpen && text[at] === '\n' ? text.slice(at + 1) : text.slice(at);
}

/** The table's text with a check changed in its array; null: there is no such check. */
function inArray(table: TomlBlock, entry: TomlEntry, { index, check }: CheckChange): string | null {
  const { text } = table;
  const [head, array, tail] = [
    text.slice(0, entry.valueStart),
    text.slice(entry.valueStart, entry.valueEnd),
    text.slice(entry.valueEnd),
  ];
  const items = arrayItems(array);
  if (index === null) return check === null ? null : head + withItem(array, items, inline(check)) + tail;
  const item = items[index];
  if (item === undefined) return null;
  if (check !== null) return head + array.slice(0, item.start) + inline(check) + array.slice(item.end) + tail;
  if (items.length > 1) return head + withoutItem(array, items, index) + tail;
  const rest = text.slice(0, entry.start) + text.slice(entry.end);
  return table.entries.length === 1 && keysIn(rest.trim().replace(/^\[|\]$/g, '')).length > 0 ? '' : rest;
}

function withItem(array: string, items: readonly TomlItem[], written: string): string {
  const last = items.at(-1);
  if (!array.includes('\n')) {
    const all = [...items.map(({ start, end }) => array.slice(start, end)), written];
    const line = `[${all.join(', ')}]`;
    return line.length <= LINE_LENGTH && all.length > 1
      ? line
      : `[\n${all.map((each) => `${INDENT}${each},\n`).join('')}]`;
  }
  if (last === undefined) return `${array.slice(0, -1)}${INDENT}${written},\n]`;
  const after = last.commaEnd ?? last.end;
  const lineEnd = array.indexOf('\n', after);
  const at = lineEnd < 0 ? after : lineEnd;
  const indent = /[ \t]*$/.exec(array.slice(0, last.start))?.[0] ?? INDENT;
  const comma = last.commaEnd === null ? ',' : '';
  const rest = lineEnd < 0 ? `\n${array.slice(at)}` : array.slice(at);
  return `${array.slice(0, last.end)}${comma}${array.slice(last.end, at)}\n${indent}${written},${rest}`;
}

/** An item goes with its line, where that is about nothing else. */
function withoutItem(array: string, items: readonly TomlItem[], index: number): string {
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
  if (isAlone) return array.slice(0, lineStart) + array.slice(lineEnd + 1);
  const next = items[index + 1];
  if (next !== undefined) return array.slice(0, item.start) + array.slice(next.start);
  return array.slice(0, items[index - 1]?.end ?? item.start) + array.slice(end);
}

function inElements(blocks: readonly TomlBlock[], elements: readonly TomlBlock[], { index, check }: CheckChange) {
  const last = elements.at(-1);
  if (last === undefined) return null;
  if (index === null) {
    if (check === null) return null;
    const header = /^[ \t]*\[\[.*?\]\]/m.exec(last.text)?.[0] ?? '';
    const added = withValues(made(`${header}\n`), valuesOf(check));
    const at = blocks.indexOf(last) + 1;
    return joined(joined(textOf(blocks.slice(0, at)).trimEnd() + '\n', trimmed(added)), textOf(blocks.slice(at)));
  }
  const block = elements[index];
  if (block === undefined) return null;
  if (check === null) return textOf(blocks.filter((each) => each !== block));
  const gone = block.entries.flatMap(({ key }) => (key in check ? [] : [[key, undefined] as const]));
  return replaced(blocks, block, withValues(block, [...gone, ...valuesOf(check)]));
}

function replaced(blocks: readonly TomlBlock[], block: TomlBlock, text: string | null): string | null {
  return text === null ? null : blocks.map((each) => (each === block ? text : each.text)).join('');
}

function valuesOf(check: WrittenCheck): (readonly [string, TomlValue])[] {
  return keys.flatMap((key) => (check[key] === undefined ? [] : [[key, check[key]] as const]));
}

function inline(check: WrittenCheck): string {
  return `{ ${valuesOf(check)
    .map(
      ([key, value]) =>
        `${key} = ${Array.isArray(value) ? `[${value.map((each) => JSON.stringify(each)).join(', ')}]` : JSON.stringify(value)}`,
    )
    .join(', ')} }`;
}
