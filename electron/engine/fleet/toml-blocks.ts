/** An assignment as it is written: the whole lines, and the value in them. Offsets count in its block's text. */
export interface TomlEntry {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A table as it is written, with the comments right above its header. `name` empty: what stands before every header. */
export interface TomlBlock {
  readonly name: string;
  /** True for an element of an array of tables: `[[name]]`. */
  readonly isElement: boolean;
  readonly text: string;
  readonly entries: readonly TomlEntry[];
}

const header = /^[ \t]*(\[\[?)[ \t]*([^\]\n]*?)[ \t]*\]\]?[ \t]*(?:#[^\n]*)?\r?$/;

/**
 * Cuts a TOML text into its tables; put together again they are the text, byte for byte. For texts that a TOML parser
 * took: what is no TOML is cut anyhow.
 */
export function tomlBlocks(text: string): TomlBlock[] {
  const lines = logicalLines(text);
  const starts = lines.flatMap(({ start, content }, index) => {
    const found = header.exec(content);
    if (!found) return [];
    let first = index;
    while (first > 0 && /^[ \t]*#/.test(lines[first - 1]?.content ?? '')) first--;
    // What stands at the top of the file is about the file.
    const from = first === 0 ? start : (lines[first]?.start ?? start);
    return [{ from, name: (found[2] ?? '').replace(/\s*\.\s*/g, '.'), isElement: found[1] === '[[' }];
  });
  const cuts = [{ from: 0, name: '', isElement: false }, ...starts];
  return cuts.map(({ from, name, isElement }, index) => {
    const part = text.slice(from, cuts[index + 1]?.from);
    return { name, isElement, text: part, entries: logicalLines(part).flatMap(entryOf) };
  });
}

interface LogicalLine {
  readonly start: number;
  readonly end: number;
  /** Without its line feed. */
  readonly content: string;
  /** Where its comment begins, else its end. */
  readonly commentAt: number;
}

function entryOf({ start, end, content, commentAt }: LogicalLine): TomlEntry[] {
  const found = /^[ \t]*([\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=[ \t]*/.exec(content);
  if (!found || header.test(content)) return [];
  const value = content.slice(found[0].length, commentAt).trimEnd();
  const valueStart = start + found[0].length;
  const key = (found[1] ?? '').replace(/^["']|["']$/g, '');
  return [{ key, start, end, valueStart, valueEnd: valueStart + value.length }];
}

/** Lines, where a string or an array over several of them is one. */
function logicalLines(text: string): LogicalLine[] {
  const lines: LogicalLine[] = [];
  let start = 0;
  while (start < text.length) {
    const { end, commentAt } = endOfLine(text, start);
    const content = text.slice(start, text[end - 1] === '\n' ? end - 1 : end);
    lines.push({ start, end, content, commentAt: commentAt - start });
    start = end;
  }
  return lines;
}

function endOfLine(text: string, start: number): { end: number; commentAt: number } {
  const lineFeed = text.indexOf('\n', start);
  const first = lineFeed < 0 ? text.length : lineFeed;
  if (header.test(text.slice(start, first))) return { end: Math.min(first + 1, text.length), commentAt: first };
  let depth = 0;
  for (let at = start; at < text.length;) {
    const rest = text.slice(at, at + 3);
    const quote = quoteAt(text, at);
    if (quote.startsWith('"') || quote.startsWith("'")) {
      at = endOfString(text, at, quote);
    } else if (rest.startsWith('#')) {
      const end = text.indexOf('\n', at);
      const stop = end < 0 ? text.length : end;
      if (depth === 0) return { end: Math.min(stop + 1, text.length), commentAt: at };
      at = stop;
    } else {
      if (rest[0] === '\n' && depth === 0) return { end: at + 1, commentAt: at };
      if (rest[0] === '[' || rest[0] === '{') depth++;
      if (rest[0] === ']' || rest[0] === '}') depth--;
      at++;
    }
  }
  return { end: text.length, commentAt: text.length };
}

/** A value in an array as it is written. */
export interface TomlItem {
  readonly start: number;
  readonly end: number;
  /** Where its comma ends; null: there is none. */
  readonly commaEnd: number | null;
}

/** The values of an array, in the text of it alone: `[1, 2]`. Empty for what is no array. */
export function arrayItems(text: string): TomlItem[] {
  const items: TomlItem[] = [];
  let [depth, start, end] = [0, -1, -1];
  const take = (commaEnd: number | null): void => {
    if (start >= 0) items.push({ start, end, commaEnd });
    start = -1;
  };
  for (let at = 0; at < text.length;) {
    const char = text[at] ?? '';
    const from = at;
    if (char === '#') {
      at = (text.indexOf('\n', at) + 1 || text.length + 1) - 1;
      continue;
    }
    if (char === '"' || char === "'") at = endOfString(text, at, quoteAt(text, at));
    else at++;
    if (depth === 1 && char === ',') take(at);
    else if (depth === 1 && char === ']') take(null);
    else if (depth >= 1 && !/\s/.test(char)) {
      if (start < 0) start = from;
      end = at;
    }
    if (char === '[' || char === '{') depth++;
    if (char === ']' || char === '}') depth--;
  }
  return items;
}

/** The comments of a text, each from its # to the end of its line. */
export function commentsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const char = text[at];
    if (char === '#') {
      const end = text.indexOf('\n', at);
      const stop = end < 0 ? text.length : end;
      found.push(text.slice(at, stop).trimEnd());
      at = stop;
    } else {
      at = char === '"' || char === "'" ? endOfString(text, at, quoteAt(text, at)) : at + 1;
    }
  }
  return found;
}

function quoteAt(text: string, at: number): string {
  const three = text.slice(at, at + 3);
  return three === '"""' || three === "'''" ? three : (text[at] ?? '');
}

function endOfString(text: string, start: number, quote: string): number {
  for (let at = start + quote.length; at < text.length; at++) {
    if (quote.startsWith('"') && text[at] === '\\') at++;
    else if (text.startsWith(quote, at)) return at + quote.length;
    else if (quote.length === 1 && text[at] === '\n') return at;
  }
  return text.length;
}
