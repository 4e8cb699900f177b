import { isDeepStrictEqual } from 'node:util';
import { parse } from 'smol-toml';
import type { TomlBlock } from './toml-blocks.ts';

/** undefined: the key is not there. */
export type TomlValue = string | number | boolean | readonly string[] | undefined;

/** A table with these values; undefined takes a key away. Values that are as wanted keep how they are written. */
export function withValues(block: TomlBlock, values: readonly (readonly [string, TomlValue])[]): string {
  let { text } = block;
  const added: string[] = [];
  const edits = values.flatMap(([key, value]) => {
    const entry = block.entries.find((each) => each.key === key);
    if (entry === undefined) {
      if (value !== undefined) added.push(`${key} = ${JSON.stringify(value)}\n`);
      return [];
    }
    if (value === undefined) return [{ from: entry.start, to: entry.end, text: '' }];
    const written = text.slice(entry.valueStart, entry.valueEnd);
    if (isDeepStrictEqual(parse(`x = ${written}`)['x'], value)) return [];
    return [{ from: entry.valueStart, to: entry.valueEnd, text: JSON.stringify(value) }];
  });
  const last = block.entries.at(-1)?.end ?? text.trimEnd().length;
  const isOpen = last > 0 && text[last - 1] !== '\n';
  if (added.length > 0) edits.push({ from: last, to: last, text: (isOpen ? '\n' : '') + added.join('') });
  for (const edit of edits.toSorted((a, b) => b.from - a.from || b.to - a.to)) {
    text = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  }
  return text;
}

/** A table that is not in the file yet. */
export function made(text: string): TomlBlock {
  return { name: '', isElement: false, text, entries: [] };
}

export const textOf = (blocks: readonly TomlBlock[]): string => blocks.map(({ text }) => text).join('');
/** Without the empty lines around it. */
export const trimmed = (text: string): string => text.replace(/^\n+|\s+$/g, '');

/** Two parts with an empty line between, where both say something. */
export function joined(first: string, second: string): string {
  if (second.trim() === '') return first;
  const end = first.endsWith('\n\n') || first.trim() === '' ? '' : first.endsWith('\n') ? '\n' : '\n\n';
  return `${first}${end}${second.endsWith('\n') ? second : `${second}\n`}`;
}

/** Without what TOML and JSON do not know: prototypes, and keys without a value. */
export function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
