import type { SafetyScope, WrittenCheck } from '../../../shared/contract/health.ts';
import { inline, placeOf, replaced, valuesOf } from './check-written.ts';
import { headerOf } from './scope-text.ts';
import { arrayItems, tomlBlocks, type TomlBlock } from './toml-blocks.ts';
import { joined, made, textOf, trimmed, withValues } from './toml-write.ts';

const LINE_LENGTH = 100;
const INDENT = '  ';

/** What a check is written with: comments of its own (each from its #), and its text on one line where that is known. */
export interface CheckWriting {
  readonly comments: readonly string[];
  readonly line: string | null;
}

/** The text with a check after the others of a scope. */
export function withAdded(text: string, scope: SafetyScope, check: WrittenCheck, writing: CheckWriting): string {
  const blocks = tomlBlocks(text);
  const { table, entry, elements } = placeOf(blocks, scope);
  const last = elements.at(-1);
  const item = (indent: string): string => [...writing.comments, writing.line ?? inline(check)].join(`\n${indent}`);
  if (table !== undefined && entry !== undefined) {
    const array = withItem(table.text.slice(entry.valueStart, entry.valueEnd), item);
    const whole = table.text.slice(0, entry.valueStart) + array + table.text.slice(entry.valueEnd);
    return textOf(blocks.map((block) => (block === table ? { ...table, text: whole } : block)));
  }
  if (last !== undefined) return withElement(blocks, last, check, writing);
  const array = `health = [\n${INDENT}${item(INDENT)},\n]\n`;
  if (table === undefined) return joined(text, `${headerOf(scope)}\n${array}`);
  const at = table.entries.at(-1)?.end ?? table.text.trimEnd().length;
  const isOpen = table.text[at - 1] !== '\n';
  const whole = table.text.slice(0, at) + (isOpen ? '\n' : '') + array + afterLine(table.text, at, isOpen);
  return replaced(blocks, table, whole) ?? text;
}

/** What follows a line that was inserted, whose own end may have been that of the line before. */
function afterLine(text: string, at: number, isOpen: boolean): string {
  return isOpen && text[at] === '\n' ? text.slice(at + 1) : text.slice(at);
}

function withItem(array: string, item: (indent: string) => string): string {
  const items = arrayItems(array);
  const last = items.at(-1);
  if (!array.includes('\n')) {
    const all = [...items.map(({ start, end }) => array.slice(start, end)), item(INDENT)];
    const line = `[${all.join(', ')}]`;
    return line.length <= LINE_LENGTH && all.length > 1 && !line.includes('\n')
      ? line
      : `[\n${all.map((each) => `${INDENT}${each},\n`).join('')}]`;
  }
  if (last === undefined) return `${array.slice(0, -1)}${INDENT}${item(INDENT)},\n]`;
  const after = last.commaEnd ?? last.end;
  const lineEnd = array.indexOf('\n', after);
  const at = lineEnd < 0 ? after : lineEnd;
  const indent = /[ \t]*$/.exec(array.slice(0, last.start))?.[0] ?? INDENT;
  const comma = last.commaEnd === null ? ',' : '';
  const rest = lineEnd < 0 ? `\n${array.slice(at)}` : array.slice(at);
  return `${array.slice(0, last.end)}${comma}${array.slice(last.end, at)}\n${indent}${item(indent)},${rest}`;
}

function withElement(
  blocks: readonly TomlBlock[],
  last: TomlBlock,
  check: WrittenCheck,
  { comments }: CheckWriting,
): string {
  const header = /^[ \t]*\[\[.*?\]\]/m.exec(last.text)?.[0] ?? '';
  const above = comments.map((comment) => `${comment}\n`).join('');
  const added = withValues(made(`${above}${header}\n`), valuesOf(check));
  const at = blocks.indexOf(last) + 1;
  return joined(joined(textOf(blocks.slice(0, at)).trimEnd() + '\n', trimmed(added)), textOf(blocks.slice(at)));
}
