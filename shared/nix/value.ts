import type { Definition } from './definitions-around.ts';

/** Nix source that stands for itself where a value is expected, for example `lib.mkDefault true`. */
export class NixExpression {
  readonly text: string;
  /** What it needs of the `let`s around the place where it was found. */
  readonly needs: readonly Definition[];
  constructor(text: string, needs: readonly Definition[] = []) {
    this.text = text;
    this.needs = needs;
  }
}

/** Data that has a Nix spelling. Object keys are attribute names, any string but one with NUL. */
export type NixValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | NixExpression
  | readonly NixValue[]
  | { readonly [name: string]: NixValue };

/** A value that Nix cannot hold: NUL or half a character in a string, a number that is not finite. `path` says where it stood. */
export class NixValueError extends Error {
  override readonly name = 'NixValueError';
  readonly path: readonly (string | number)[];
  constructor(message: string, path: readonly (string | number)[]) {
    super(path.length === 0 ? message : `${message} (at ${path.join('.')})`);
    this.path = path;
  }
}

const keywords = new Set(['if', 'then', 'else', 'assert', 'with', 'let', 'in', 'rec', 'inherit', 'or']);
const INT64_MAX = 9223372036854775807n;
const INT64_MIN = -9223372036854775808n;
/** The smallest number that nix reads: below it, C's strtod reports a loss of precision, and nix refuses the literal. */
const LEAST_FLOAT = 2.2250738585072014e-308;

/** An attribute name as Nix text: bare where it can be, quoted otherwise. */
export function formatName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_'-]*$/.test(name) && !keywords.has(name) ? name : formatString(name);
}

/** A string as `"..."` on one line. Whatever it holds stays data: `${` cannot open an interpolation. */
export function formatString(text: string, path: readonly (string | number)[] = []): string {
  if (text.includes('\0')) throw new NixValueError('Nix strings cannot hold the NUL character', path);
  if (!text.isWellFormed()) throw new NixValueError('half of a surrogate pair is no character that UTF-8 has', path);
  const escaped = text.replace(/["\\\n\r\t]|\$(?=\{)/g, (c) => {
    switch (c) {
      case '\n':
        return '\\n';
      case '\r':
        return '\\r';
      case '\t':
        return '\\t';
      default:
        return `\\${c}`;
    }
  });
  return `"${escaped}"`;
}

/** True for text that Nix can hold. */
const isHeld = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/**
 * Text of several lines as `''...''`, where that says exactly the same: no carriage return or other control character,
 * no line of only spaces, no quotes that would need an escape, and a line without indentation to measure from.
 */
function formatIndented(text: string, indent: string): string | null {
  if (!text.includes('\n') || text.startsWith('\n') || text.includes("''") || text.endsWith("'")) return null;
  // A `$` before the escape of `${` would take part in it, and other control characters are better seen escaped.
  if (/'\$\{|\$\$\{/.test(text) || [...text].some((c) => c < ' ' && c !== '\n' && c !== '\t')) return null;
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const body = last === '' ? lines : [...lines, last];
  if (body.some((line) => line !== '' && line.trim() === '')) return null;
  if (!body.some((line) => line !== '' && !line.startsWith(' '))) return null;
  const inner = `${indent}  `;
  const shown = body.map((line) => (line === '' ? '' : `${inner}${line.replaceAll('${', "''${")}`));
  return last === '' ? `''\n${shown.join('\n')}\n${indent}''` : `''\n${shown.join('\n')}''`;
}

/** An integer of 64 bits; null for a larger one. Nix has no literal of the least: it reads the minus as a negation. */
function formatInteger(value: bigint): string | null {
  if (value === INT64_MIN) return `-${INT64_MAX} - 1`;
  return value <= INT64_MAX && value > INT64_MIN ? value.toString() : null;
}

function formatNumber(value: number, path: readonly (string | number)[]): string {
  if (!Number.isFinite(value)) throw new NixValueError(`Nix has no number ${value}`, path);
  if (Number.isInteger(value)) {
    const whole = formatInteger(BigInt(value));
    if (whole !== null) return whole;
  }
  if (Math.abs(value) < LEAST_FLOAT)
    throw new NixValueError(`Nix cannot read the number ${value}: it is too small`, path);
  const [mantissa = '', exponent] = value.toString().split('e');
  const withPoint = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}

function format(value: NixValue, indent: string, path: readonly (string | number)[]): string {
  if (value === null) return 'null';
  if (value instanceof NixExpression) return value.text;
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return formatNumber(value, path);
    case 'bigint': {
      const text = formatInteger(value);
      if (text === null) throw new NixValueError('Nix integers have 64 bits', path);
      return text;
    }
    case 'string':
      return (isHeld(value) ? formatIndented(value, indent) : null) ?? formatString(value, path);
    default:
      return isArray(value) ? formatList(value, indent, path) : formatSet(value, indent, path);
  }
}

function isArray(value: NixValue): value is readonly NixValue[] {
  return Array.isArray(value);
}

/** True for text that must stand in parentheses as an item of a list: negative numbers, calls, operators, functions. */
function needsParentheses(value: NixValue, text: string): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return text.startsWith('-');
  return value instanceof NixExpression && /[\s:]/.test(text) && !/^[[({"]/.test(text);
}

function formatList(items: readonly NixValue[], indent: string, path: readonly (string | number)[]): string {
  const inner = `${indent}  `;
  const texts = items.map((item, index) => {
    const text = format(item, items.length === 1 ? indent : inner, [...path, index]);
    return needsParentheses(item, text) ? `(${text})` : text;
  });
  const [first] = texts;
  if (first === undefined) return '[ ]';
  if (texts.length === 1) return `[ ${first} ]`;
  return `[\n${texts.map((text) => `${inner}${text}\n`).join('')}${indent}]`;
}

function formatSet(
  set: { readonly [name: string]: NixValue },
  indent: string,
  path: readonly (string | number)[],
): string {
  const names = Object.keys(set);
  if (names.length === 0) return '{ }';
  const inner = `${indent}  `;
  const lines = names.map((name) => {
    if (!isHeld(name)) throw new NixValueError('Nix names hold any character but NUL, and whole ones', path);
    return `${inner}${formatName(name)} = ${format(set[name] ?? null, inner, [...path, name])};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

/**
 * A value as Nix text in nixfmt's style (RFC 166): two spaces, sets and longer lists one entry a line. The text
 * evaluates to the value again, and nothing of the data is ever evaluated as code.
 *
 * @param indent white space of the line that the text is put on; its further lines begin with it
 * @throws NixValueError for what Nix cannot hold
 */
export function formatValue(value: NixValue, indent = ''): string {
  return format(value, indent, []);
}
