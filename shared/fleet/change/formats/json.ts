import { indentationAt, isFirstOnLine, isOnOneLine, lineStart } from '../../../nix/line.ts';
import type { Span } from '../../../nix/syntax.ts';
import type { Format, Group, ListItem, ListPlace, Literal, Name, Outline, PathPlace, Scope } from '../outline.ts';

/** A mistake in the text; it never leaves this file. */
class JsonMistake extends Error {}

interface Place {
  readonly scope: Scope | null;
  readonly path: readonly string[];
  readonly key: string | null;
}

/** Deeper than any registry of hosts. */
const MAX_DEPTH = 100;

/** Reads JSON (RFC 8259) with places. */
class JsonOutline implements Outline {
  readonly names: Name[] = [];
  readonly literals: Literal[] = [];
  readonly lists: ListPlace[] = [];
  readonly paths: PathPlace[] = [];
  readonly references = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#value({ scope: null, path: [], key: null });
    this.#space();
    if (this.#at !== text.length) throw new JsonMistake();
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new JsonMistake();
    this.#at += found.length;
    return found;
  }

  #string(): Span & { value: string } {
    const start = this.#at;
    const raw = this.#take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    return { start, end: this.#at, value: String(JSON.parse(raw)) };
  }

  /** @returns what the value is as an item of a list */
  #value(place: Place): ListItem {
    if (place.path.length > MAX_DEPTH) throw new JsonMistake();
    this.#space();
    const start = this.#at;
    const item = (text: string | null, says: ReadonlyMap<string, string> = new Map()): ListItem => ({
      start,
      end: this.#at,
      text,
      says,
    });
    switch (this.#text[start]) {
      case '{':
        return item(null, this.#object(place));
      case '[':
        this.#list(place);
        return item(null);
      case '"': {
        const { value, end } = this.#string();
        this.literals.push({ start, end, value, key: place.key, within: place.scope });
        if (value.includes('/')) this.paths.push({ start, end, text: value, isRelative: false });
        return item(value);
      }
      default: {
        const raw = this.#take(/true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
        const value: unknown = JSON.parse(raw);
        if (value === null || typeof value === 'number') {
          this.literals.push({ start, end: this.#at, value, key: place.key, within: place.scope });
        }
        return item(null);
      }
    }
  }

  #members(close: '}' | ']', member: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] !== close) {
      for (;;) {
        this.#space();
        member();
        this.#space();
        if (this.#text[this.#at] !== ',') break;
        this.#at++;
      }
    }
    if (this.#text[this.#at] !== close) throw new JsonMistake();
    this.#at++;
  }

  #object({ scope, path }: Place): ReadonlyMap<string, string> {
    const says = new Map<string, string>();
    const group: Group = { names: new Set(), container: path.at(-1) ?? null };
    const record: Scope = { kind: 'record', says, outer: scope };
    this.#members('}', () => {
      const name = this.#string();
      this.#space();
      this.#take(/:/y);
      group.names.add(name.value);
      const inner = { path: [...path, name.value], key: name.value };
      const value = this.#value({ ...inner, scope: { kind: 'entry', name: name.value, outer: record } });
      if (value.text !== null) says.set(name.value, value.text);
      this.names.push({
        ...{
          start: name.start,
          end: name.end,
          text: name.value,
          path: inner.path,
          group,
          within: record,
          isLast: true,
        },
        entry: { start: name.start, end: value.end },
        value: { start: value.start, end: value.end },
      });
    });
    return says;
  }

  #list({ scope, path, key }: Place): void {
    const start = this.#at;
    const items: ListItem[] = [];
    this.#members(']', () => items.push(this.#value({ path, key: null, scope: { kind: 'item', outer: scope } })));
    this.lists.push({ start, end: this.#at, items, key, within: scope });
  }
}

/** What stands between two members: a new line where the first of them has a line of its own. */
function gapAt(text: string, span: Span): string {
  if (!isFirstOnLine(text, span.start)) return ' ';
  return `${text.includes('\r\n') ? '\r\n' : '\n'}${indentationAt(text, span.start)}`;
}

function format(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

export const jsonFormat: Format = {
  outline(text) {
    try {
      return new JsonOutline(text);
    } catch (error) {
      if (error instanceof JsonMistake) return null;
      throw error;
    }
  },
  formatValue: (value, indent) =>
    Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : format(value, indent),
  formatName: (name) => JSON.stringify(name),
  remove(text, span) {
    const comma = /^\s*,/.exec(text.slice(span.end))?.[0];
    if (comma !== undefined) {
      const end = span.end + comma.length;
      if (!isFirstOnLine(text, span.start))
        return { start: span.start, end: end + (text[end] === ' ' ? 1 : 0), text: '' };
      const rest = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length;
      return rest === undefined
        ? { start: span.start, end, text: '' }
        : { start: lineStart(text, span.start), end: end + rest, text: '' };
    }
    const before = text.slice(0, span.start).trimEnd().length;
    return { start: text[before - 1] === ',' ? before - 1 : span.start, end: span.end, text: '' };
  },
  withoutComments: (text) => text,
  insertBehind: (text, span, added) => ({ start: span.end, end: span.end, text: `,${gapAt(text, span)}${added}` }),
  changeList(text, list, { add, remove }) {
    const kept = list.items.filter((item) => item.text === null || !remove.includes(item.text));
    const texts = [...kept.map(({ start, end }) => text.slice(start, end)), ...add.map((item) => JSON.stringify(item))];
    const [first] = list.items;
    const isInline = isOnOneLine(text, list) || !first || texts.length === 0;
    const gap = first ? gapAt(text, first) : ' ';
    const changed = isInline
      ? `[${texts.join(', ')}]`
      : `[${gap}${texts.join(`,${gap}`)}${text.slice(text.slice(0, list.end - 1).trimEnd().length, list.end)}`;
    return [{ start: list.start, end: list.end, text: changed }];
  },
  bindInside: () => null,
  bindBeside(text, name, key, value) {
    const { entry } = name;
    const added = `${JSON.stringify(key)}: ${jsonFormat.formatValue(value, indentationAt(text, entry.start))}`;
    return { start: entry.end, end: entry.end, text: `,${gapAt(text, entry)}${added}` };
  },
};
