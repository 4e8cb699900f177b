import type { WrittenCheck } from '../../shared/contract/health.ts';
import { quoteForShell } from '../../shared/jobs/command-text.ts';

/** What says what is checked. */
export type CheckKind = Exclude<
  keyof WrittenCheck,
  'name' | 'status' | 'contains' | 'insecure' | 'after' | 'within' | 'every' | 'timeout'
>;

/** A check while it is written: numbers are texts that may be no numbers yet, and a command is one line. */
export interface CheckDraft {
  readonly kind: CheckKind;
  /** The unit, the address, the port or the command; heeded where the kind has one. */
  readonly value: string;
  readonly name: string;
  readonly status: string;
  readonly contains: string;
  readonly insecure: boolean;
  readonly after: string;
  readonly within: string;
  readonly every: string;
  readonly timeout: string;
}

export type CheckField = 'value' | 'status' | 'after' | 'within' | 'every' | 'timeout';
export interface CheckMistake {
  readonly field: CheckField;
  readonly text: string;
}

const KINDS: readonly CheckKind[] = [
  'unit',
  'no-new-failed-units',
  'http',
  'tcp',
  'command',
  'command-here',
  'ping-gateway',
];

export function kindOf(check: WrittenCheck): CheckKind {
  return KINDS.find((kind) => check[kind] !== undefined) ?? 'unit';
}

export const emptyDraft: CheckDraft = {
  kind: 'no-new-failed-units',
  value: '',
  name: '',
  status: '',
  contains: '',
  insecure: false,
  after: '',
  within: '',
  every: '',
  timeout: '',
};

export function draftOf(check: WrittenCheck): CheckDraft {
  const kind = kindOf(check);
  const written = check[kind];
  const value = Array.isArray(written) ? written.map(quoteForShell).join(' ') : written === true ? '' : String(written);
  const text = (number: number | undefined): string => (number === undefined ? '' : String(number));
  return {
    kind,
    value,
    name: check.name ?? '',
    status: text(check.status),
    contains: check.contains ?? '',
    insecure: check.insecure ?? false,
    after: text(check.after),
    within: text(check.within),
    every: text(check.every),
    timeout: text(check.timeout),
  };
}

/** The check that a draft says, or why it says none. */
export function readDraft(draft: CheckDraft): { check: WrittenCheck } | { mistake: CheckMistake } {
  const what = readWhat(draft.kind, draft.value.trim());
  if (typeof what === 'string') return { mistake: { field: 'value', text: what } };
  const isHttp = draft.kind === 'http';
  const numbers: Partial<Record<CheckField, number>> = {};
  for (const [field, least, most, isWhole] of LIMITS) {
    const text = field === 'status' && !isHttp ? '' : draft[field].trim();
    if (text === '') continue;
    const number = Number(text);
    if (
      !/^\d{1,5}(\.\d{1,3})?$/.test(text) ||
      number < least ||
      number > most ||
      (isWhole && !Number.isInteger(number))
    ) {
      return {
        mistake: {
          field,
          text: field === 'status' ? 'A status from 100 to 599.' : `Seconds from ${least} to ${most}.`,
        },
      };
    }
    numbers[field] = number;
  }
  return {
    check: {
      ...(draft.name.trim() === '' ? {} : { name: draft.name.trim().slice(0, 200) }),
      ...what,
      ...(isHttp && draft.contains !== '' ? { contains: draft.contains } : {}),
      ...(isHttp && draft.insecure ? { insecure: true } : {}),
      ...numbers,
    },
  };
}

/** Least and most of each number, as shared/contract/health.ts has them. */
const LIMITS = [
  ['status', 100, 599, true],
  ['after', 0, 3600, false],
  ['within', 0, 3600, false],
  ['every', 0.1, 600, false],
  ['timeout', 0.1, 600, false],
] as const;

function readWhat(kind: CheckKind, value: string): Pick<WrittenCheck, CheckKind> | string {
  switch (kind) {
    case 'no-new-failed-units':
      return { 'no-new-failed-units': true };
    case 'ping-gateway':
      return { 'ping-gateway': true };
    case 'unit':
      return /^[\w:.@\\-]{1,300}$/.test(value) ? { unit: value } : 'The name of a unit, for example nginx.';
    case 'http':
      return URL.canParse(value.replaceAll('{address}', '192.0.2.1')) && /^https?:\/\//.test(value)
        ? { http: value }
        : 'An address, for example http://{address}/.';
    case 'tcp':
      return readPort(value);
    case 'command':
    case 'command-here': {
      const words = splitWords(value);
      if (words === null) return 'A quote is not closed.';
      const [program, ...rest] = words;
      return program === undefined || program === '' ? 'A program and its arguments.' : { [kind]: [program, ...rest] };
    }
  }
}

function readPort(value: string): Pick<WrittenCheck, 'tcp'> | string {
  const port = Number(/^(?:\S+:)?(\d{1,5})$/.exec(value)?.[1]);
  if (!(port >= 1 && port <= 65_535)) return 'A port from 1 to 65535, or name:port.';
  return { tcp: value.includes(':') ? value : port };
}

/** A line cut into words as a POSIX shell cuts it, with nothing replaced in them; null: a quote is open. */
export function splitWords(line: string): string[] | null {
  const words: string[] = [];
  const piece = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gsy;
  let word: string | null = null;
  while (piece.lastIndex < line.length) {
    const found = piece.exec(line);
    if (found === null) return null;
    const [whole, single, double, escaped, bare] = found;
    const text = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? bare;
    if (text !== undefined) word = (word ?? '') + text;
    else if (/^\s/.test(whole) && word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}
