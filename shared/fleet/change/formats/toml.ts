import { indentationAt, isFirstOnLine, isOnOneLine, lineStart } from '../../../nix/line.ts';
import type { Span } from '../../../nix/syntax.ts';
import type {
  Format,
  Group,
  ListItem,
  ListPlace,
  Literal,
  Name,
  Outline,
  PathPlace,
  Scope,
  Value,
} from '../outline.ts';

/** What this does not read; it never leaves this file. Such a file is not changed. */
class TomlMistake extends Error {}

interface Place {
  /** Tells items of lists apart, whose tables have one path. */
  readonly item: string;
  readonly scope: Scope | null;
  readonly path: readonly string[];
  readonly key: string | null;
}

/** A table that is open: where its own lines are written down. */
interface Table {
  readonly place: Place;
  readonly says: Map<string, string>;
  readonly start: number;
  /** Set when the next table begins: the end of its last line that says something. */
  readonly names: Name[];
  readonly items: ListItem[] | null;
}

const escapes: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', '"': '"', '\\': '\\' };

/** Reads TOML 1.0 with places, as far as registries of hosts use it; what else there is makes a mistake. */
class TomlOutline implements Outline {
  readonly names: Name[] = [];
  readonly literals: Literal[] = [];
  readonly lists: ListPlace[] = [];
  readonly paths: PathPlace[] = [];
  readonly references = [];
  readonly #text: string;
  readonly #groups = new Map<string, Group>();
  readonly #tableLists = new Map<string, { key: string; items: ListItem[] }>();
  /** The end of the last thing that was read, comments and white space aside. */
  #lastEnd = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    const root: Table = {
      place: { item: '', scope: null, path: [], key: null },
      says: new Map(),
      start: 0,
      names: [],
      items: null,
    };
    let table = root;
    for (;;) {
      this.#blank(true);
      if (this.#at === text.length) break;
      if (text[this.#at] === '[') {
        this.#close(table);
        table = this.#header();
      } else
        this.#pair(
          { ...table.place, scope: { kind: 'record', says: table.says, outer: table.place.scope } },
          table.says,
        );
      this.#lastEnd = this.#at;
      this.#take(/[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y);
    }
    this.#close(table);
    for (const { key, items } of this.#tableLists.values()) {
      const [first] = items;
      if (first) this.lists.push({ start: first.start, end: items.at(-1)?.end ?? first.end, items, key, within: null });
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new TomlMistake();
    this.#at += found.length;
    return found;
  }

  #blank(isOverLines: boolean): void {
    this.#take(isOverLines ? /(?:[ \t\r\n]|#[^\r\n]*)*/y : /[ \t]*/y);
  }

  #group(item: string, prefix: readonly string[]): Group {
    const key = [item, ...prefix].join('\0');
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = { names: new Set(), container: prefix.at(-1) ?? null };
    this.#groups.set(key, group);
    return group;
  }

  #keys(): (Span & { text: string })[] {
    const keys: (Span & { text: string })[] = [];
    do {
      if (keys.length > 0) this.#at++;
      this.#blank(false);
      const start = this.#at;
      const quote = this.#text[start];
      const text = quote === '"' || quote === "'" ? this.#string() : this.#take(/[A-Za-z0-9_-]+/y);
      keys.push({ start, end: this.#at, text });
      this.#blank(false);
    } while (this.#text[this.#at] === '.');
    return keys;
  }

  /** A text on one line. */
  #string(): string {
    if (/^(?:"""|''')/.test(this.#text.slice(this.#at, this.#at + 3))) throw new TomlMistake();
    if (this.#text[this.#at] === "'") return this.#take(/'[^'\r\n]*'/y).slice(1, -1);
    const raw = this.#take(/"(?:[^"\\\r\n]|\\(?:[btnfr"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*"/y).slice(1, -1);
    return raw.replace(
      /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g,
      (_, short?: string, long?: string, single?: string) => {
        const code = parseInt(short ?? long ?? '', 16);
        if (code > 0x10ffff) throw new TomlMistake();
        return single === undefined ? String.fromCodePoint(code) : (escapes[single] ?? single);
      },
    );
  }

  #header(): Table {
    const start = this.#at;
    const isList = this.#text.startsWith('[[', start);
    this.#at += isList ? 2 : 1;
    const keys = this.#keys();
    this.#take(isList ? /\]\]/y : /\]/y);
    const path = keys.map(({ text }) => text);
    const says = new Map<string, string>();
    let scope: Scope | null = null;
    const names: Name[] = [];
    for (const [index, { text, ...span }] of keys.entries()) {
      const group = this.#group('', path.slice(0, index));
      group.names.add(text);
      const whole = { start, end: start };
      const isLast = index === keys.length - 1;
      names.push({
        ...span,
        text,
        path: path.slice(0, index + 1),
        group,
        entry: whole,
        value: whole,
        isLast,
        within: scope,
      });
      scope = { kind: 'entry', name: text, outer: scope };
    }
    if (isList) scope = { kind: 'item', outer: scope };
    const key = path.join('\0');
    const list = this.#tableLists.get(key) ?? { key: path.at(-1) ?? '', items: [] };
    if (isList) this.#tableLists.set(key, list);
    return {
      place: { item: isList ? String(start) : '', scope, path, key: null },
      says,
      start,
      names,
      items: isList ? list.items : null,
    };
  }

  #close({ start, says, names, items }: Table): void {
    const whole = { start, end: this.#lastEnd };
    if (items) items.push({ ...whole, text: null, says });
    else this.names.push(...names.map((name) => ({ ...name, entry: whole, value: whole })));
  }

  #pair(place: Place, says: Map<string, string>): Span {
    const start = this.#at;
    const keys = this.#keys();
    this.#take(/=[ \t]*/y);
    const own = keys.map(({ text }) => text);
    let { scope } = place;
    const scopes: (Scope | null)[] = [];
    for (const text of own) {
      scopes.push(scope);
      scope = { kind: 'entry', name: text, outer: scope };
    }
    const value = this.#value({ item: place.item, scope, path: [...place.path, ...own], key: own.at(-1) ?? null });
    if (own.length === 1 && value.text !== null) says.set(own[0] ?? '', value.text);
    const whole = { start, end: value.end };
    for (const [index, { text, ...span }] of keys.entries()) {
      const path = [...place.path, ...own.slice(0, index + 1)];
      const group = this.#group(place.item, path.slice(0, -1));
      group.names.add(text);
      const isLast = index === keys.length - 1;
      this.names.push({
        ...span,
        text,
        path,
        group,
        entry: whole,
        value: { start: value.start, end: value.end },
        isLast,
        within: scopes[index] ?? null,
      });
    }
    return whole;
  }

  #value(place: Place): ListItem {
    const start = this.#at;
    const item = (text: string | null, says: ReadonlyMap<string, string> = new Map()): ListItem => ({
      start,
      end: this.#at,
      text,
      says,
    });
    const opening = this.#text.slice(start, start + 3);
    if (opening === '"""' || opening === "'''") {
      // No name or address of a host has several lines.
      this.#take(opening === '"""' ? /"""(?:[^"\\]|\\[^]|"{1,2}(?!"))*"{3,5}/y : /'''(?:[^']|'{1,2}(?!'))*'{3,5}/y);
      return item(null);
    }
    switch (this.#text[start]) {
      case '"':
      case "'": {
        const value = this.#string();
        this.literals.push({ start, end: this.#at, value, key: place.key, within: place.scope });
        if (value.includes('/')) this.paths.push({ start, end: this.#at, text: value, isRelative: false });
        return item(value);
      }
      case '[':
        this.#list(place);
        return item(null);
      case '{':
        return item(null, this.#inlineTable(place));
      default: {
        // Numbers, truth values, dates.
        const raw = this.#take(/[A-Za-z0-9+_.:-]+/y);
        if (/^[0-9]+$/.test(raw))
          this.literals.push({ start, end: this.#at, value: Number(raw), key: place.key, within: place.scope });
        return item(null);
      }
    }
  }

  #list({ item, scope, path, key }: Place): void {
    const start = this.#at++;
    const items: ListItem[] = [];
    for (;;) {
      this.#blank(true);
      if (this.#text[this.#at] === ']') break;
      items.push(this.#value({ item: `${item} ${this.#at}`, path, key: null, scope: { kind: 'item', outer: scope } }));
      this.#blank(true);
      if (this.#text[this.#at] !== ',') break;
      this.#at++;
    }
    this.#take(/\]/y);
    this.lists.push({ start, end: this.#at, items, key, within: scope });
  }

  #inlineTable({ item, scope, path }: Place): ReadonlyMap<string, string> {
    this.#at++;
    const says = new Map<string, string>();
    const inner: Place = { item, path, key: null, scope: { kind: 'record', says, outer: scope } };
    this.#blank(false);
    if (this.#text[this.#at] !== '}') {
      for (;;) {
        this.#blank(false);
        this.#pair(inner, says);
        this.#blank(false);
        if (this.#text[this.#at] !== ',') break;
        this.#at++;
      }
    }
    this.#take(/\}/y);
    return says;
  }
}

function format(value: Value): string {
  // A TOML basic string takes every escape that JSON writes.
  if (value === null || typeof value === 'string') return JSON.stringify(value ?? '').replaceAll('\u007f', '\\u007f');
  if (typeof value === 'number') return String(value);
  if (isList(value)) return `[${value.map(format).join(', ')}]`;
  const members = Object.entries(value).filter(([, item]) => item !== null);
  return members.length === 0
    ? '{}'
    : `{ ${members.map(([name, item]) => `${tomlFormat.formatName(name)} = ${format(item)}`).join(', ')} }`;
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}

/** True for a table with its header. */
function isTable(text: string, span: Span): boolean {
  return (
    text[span.start] === '[' &&
    isFirstOnLine(text, span.start) &&
    /^\[\[?[^\]\n]*\]\]?[ \t]*(?:#|\r?\n|$)/.test(text.slice(span.start, span.end + 1))
  );
}

function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** Behind the line that a span ends on, with its comment. */
function endOfLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end - (text[end - 1] === '\r' ? 1 : 0);
}

/** An entry of an inline table, or an item of a list: it has commas around it. */
function isInline(text: string, span: Span): boolean {
  return !isTable(text, span) && (!isFirstOnLine(text, span.start) || /^\s*[,\]}]/.test(text.slice(span.end)));
}

export const tomlFormat: Format = {
  outline(text) {
    try {
      return new TomlOutline(text);
    } catch (error) {
      if (error instanceof TomlMistake) return null;
      throw error;
    }
  },
  formatValue: (value) => format(value),
  formatName: (name) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : format(name)),
  remove(text, span) {
    if (isInline(text, span)) {
      const comma = /^\s*,[ \t]*/.exec(text.slice(span.end))?.[0].length;
      if (comma !== undefined) return { start: span.start, end: span.end + comma, text: '' };
      const before = text.slice(0, span.start).trimEnd().length;
      return { start: text[before - 1] === ',' ? before - 1 : span.start, end: span.end, text: '' };
    }
    const start = lineStart(text, span.start);
    const end = Math.min(text.length, endOfLine(text, span.end) + newlineOf(text).length);
    // The blank line before a table goes with it.
    const blank = /\n([ \t]*\r?\n)$/.exec(text.slice(0, start))?.[1]?.length ?? 0;
    return { start: isTable(text, span) ? start - blank : start, end, text: '' };
  },
  // A `#` behind quotes may be part of a text: then the line stays as it is.
  withoutComments: (text) =>
    text
      .replace(/^[ \t]*#.*\r?\n/gm, '')
      .replace(/^([^#"'\n]*(?:"[^"\\\n]*"[^#"'\n]*|'[^'\n]*'[^#"'\n]*)*?)[ \t]*#.*$/gm, '$1')
      .replace(/[ \t]+$/gm, ''),
  insertBehind(text, span, added) {
    const newline = newlineOf(text);
    if (isInline(text, span)) {
      const gap = isFirstOnLine(text, span.start) ? `${newline}${indentationAt(text, span.start)}` : ' ';
      return { start: span.end, end: span.end, text: `,${gap}${added}` };
    }
    const at = endOfLine(text, span.end);
    const gap = isTable(text, span) ? newline : '';
    return { start: at, end: at, text: `${gap}${newline}${indentationAt(text, span.start)}${added}` };
  },
  changeList(text, list, { add, remove }) {
    const splices = list.items
      .filter((item) => item.text !== null && remove.includes(item.text))
      .map((item) => ({ start: item.start, end: item.end }));
    const kept = list.items.filter((item) => !splices.some(({ start }) => start === item.start));
    const last = kept.at(-1);
    const texts = add.map((item) => format(item));
    if (!last) return [{ start: list.start, end: list.end, text: `[${texts.join(', ')}]` }];
    // A list with removals on one line is written anew; TOML keeps no comment inside of one line.
    if (isOnOneLine(text, list)) {
      const items = [...kept.map(({ start, end }) => text.slice(start, end)), ...texts];
      const space = /^\[[ \t]+/.test(text.slice(list.start, list.end)) ? ' ' : '';
      return [{ start: list.start, end: list.end, text: `[${space}${items.join(', ')}${space}]` }];
    }
    const removed = splices.map((span) => {
      const comma = /^\s*?,[ \t]*/.exec(text.slice(span.end))?.[0].length ?? 0;
      const end = span.end + comma;
      const line = /^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length;
      const isLine = isFirstOnLine(text, span.start) && line !== undefined;
      return { start: isLine ? lineStart(text, span.start) : span.start, end: isLine ? end + line : end, text: '' };
    });
    if (texts.length === 0) return removed;
    const gap = isFirstOnLine(text, last.start) ? `${newlineOf(text)}${indentationAt(text, last.start)}` : ' ';
    return [...removed, { start: last.end, end: last.end, text: texts.map((item) => `,${gap}${item}`).join('') }];
  },
  bindInside: () => null,
  bindBeside(text, name, key, value) {
    if (value === null) return null;
    const { entry } = name;
    if (isTable(text, entry)) return null;
    const prefix = text.slice(entry.start, name.start);
    return tomlFormat.insertBehind(text, entry, `${prefix}${tomlFormat.formatName(key)} = ${format(value)}`);
  },
};
