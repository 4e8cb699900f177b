import { literalGlob, parseGlob, type Glob } from './glob.ts';

/** What a term looks at: a host's name, its tags, its system, the state that it was last seen in, or a saved selection. */
export type Field = 'name' | 'tag' | 'system' | 'state' | 'saved';

/** Where something stands in the text: indices of its first character and the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Term extends Span {
  readonly type: 'term';
  readonly field: Field;
  readonly pattern: Glob;
  /** Where the value begins, after `@`, `system:`, `state:` or `saved:`. */
  readonly valueStart: number;
}

export interface Sign extends Span {
  readonly type: 'sign';
  readonly sign: '(' | ')' | ',' | '&' | '!';
}

/** Something that cannot stand there; the text after it is still read, for completion. */
export interface Mistake extends Span {
  readonly type: 'mistake';
  readonly message: string;
  /** For completion: the field that was begun. */
  readonly field: Field;
  readonly valueStart: number;
}

export type Token = Term | Sign | Mistake;

const prefixes: readonly (readonly [string, Field])[] = [
  ['@', 'tag'],
  ['system:', 'system'],
  ['state:', 'state'],
  ['saved:', 'saved'],
];
const signs: Record<string, Sign['sign']> = { '(': '(', ')': ')', ',': ',', '&': '&', '!': '!' };
const missing: Record<Field, string> = {
  name: 'a host name is missing here',
  tag: 'the name of a tag is missing after ‘@’',
  system: 'a system such as x86_64-linux is missing after ‘system:’',
  state: 'a state is missing after ‘state:’',
  saved: 'the name of a saved selection is missing after ‘saved:’',
};

/** The index after a word: everything up to a space or a sign, where a set `[!a]` may hold signs. */
function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s,&()!"|]/.test(text[at] ?? '')) {
    if (text[at] === '[') {
      const close = text.indexOf(']', at + 2);
      if (close !== -1 && !/\s/.test(text.slice(at, close))) at = close;
    }
    at++;
  }
  return at;
}

/** Reads a `"…"` from its first quote; `\"` and `\\` stand for themselves. `value` null: no end. */
function readQuoted(text: string, start: number): { value: string | null; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '"') return { value, end: at + 1 };
    if (text[at] === '\\' && at + 1 < text.length) at++;
    value += text[at] ?? '';
  }
  return { value: null, end: text.length };
}

function readTerm(text: string, start: number): Term | Mistake {
  const found = prefixes.find(([prefix]) => text.startsWith(prefix, start));
  const field = found?.[1] ?? 'name';
  const valueStart = start + (found?.[0].length ?? 0);
  const mistake = (message: string, span: Span): Mistake => ({ type: 'mistake', message, field, valueStart, ...span });

  if (text[valueStart] === '"') {
    const { value, end } = readQuoted(text, valueStart);
    if (value === null) return mistake('this quote is not closed', { start: valueStart, end });
    if (value === '') return mistake(missing[field], { start, end });
    return { type: 'term', field, pattern: literalGlob(value), valueStart, start, end };
  }
  const end = endOfWord(text, valueStart);
  const word = text.slice(valueStart, end);
  if (word === '') return mistake(missing[field], { start, end });
  const colon = field === 'name' ? word.indexOf(':') : -1;
  if (colon !== -1) {
    const known = 'known are ‘system:’, ‘state:’ and ‘saved:’; a name that holds a colon goes in quotes';
    return mistake(`‘${word.slice(0, colon + 1)}’ is not known here; ${known}`, { start, end });
  }
  const pattern = parseGlob(word);
  if ('message' in pattern) {
    return mistake(pattern.message, { start: valueStart + pattern.at, end: valueStart + pattern.at + 1 });
  }
  return { type: 'term', field, pattern, valueStart, start, end };
}

/** Cuts a selection into signs and terms. Never fails: what is wrong becomes a token that says so. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    const sign = signs[character];
    if (/\s/.test(character)) {
      at++;
    } else if (sign) {
      tokens.push({ type: 'sign', sign, start: at, end: at + 1 });
      at++;
    } else if (character === '|') {
      const message = 'a comma is the sign for “or”';
      tokens.push({ type: 'mistake', message, field: 'name', valueStart: at, start: at, end: at + 1 });
      at++;
    } else {
      const token = readTerm(text, at);
      tokens.push(token);
      at = Math.max(token.end, at + 1, token.type === 'mistake' ? endOfWord(text, token.valueStart) : 0);
    }
  }
  return tokens;
}
