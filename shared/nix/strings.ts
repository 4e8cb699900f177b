import type { AttributeName, Interpolation, StringLiteral } from './syntax.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The characters that a text part of a `"..."` string stands for. A carriage return is read as Nix does: as a newline. */
function unescapeString(text: string): string {
  return text.replace(/\\([\s\S])|\r\n?/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '\n' : (escapes[escaped] ?? escaped),
  );
}

/** The characters that a text part of a `''...''` string stands for, before indentation is taken off. */
function unescapeIndented(text: string): Piece[] {
  const pieces: Piece[] = [];
  const pattern = /''\$|'''|''\\([\s\S])/g;
  let position = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > position) pieces.push({ text: text.slice(position, match.index), isLiteral: false });
    const escaped = match[1];
    const value = escaped === undefined ? (match[0] === "'''" ? "''" : '$') : (escapes[escaped] ?? escaped);
    pieces.push({ text: value, isLiteral: true });
    position = match.index + match[0].length;
  }
  if (position < text.length) pieces.push({ text: text.slice(position), isLiteral: false });
  return pieces;
}

/** The value of a string without interpolation, or null where it has one. */
export function stringValue(source: string, node: StringLiteral): string | null {
  if (node.parts.some((part) => part.kind === 'interpolation')) return null;
  return composedString(source, node, () => '');
}

/** The value of a string, given what its interpolations stand for. */
export function composedString(
  source: string,
  node: StringLiteral,
  interpolate: (part: Interpolation) => string,
): string {
  if (node.kind === 'string') {
    const texts = node.parts.map((part) =>
      part.kind === 'text' ? unescapeString(source.slice(part.start, part.end)) : interpolate(part),
    );
    return texts.join('');
  }
  const pieces = node.parts.flatMap((part, index): Piece[] => {
    if (part.kind === 'interpolation') return [{ text: interpolate(part), isLiteral: true }];
    const text = source.slice(part.start, part.end);
    return unescapeIndented(index === 0 ? text.replace(/^ *\n/, '') : text);
  });
  return stripIndentation(pieces);
}

/** A part of an indented string. What came from an escape or an interpolation is literal: never indentation. */
interface Piece {
  readonly text: string;
  readonly isLiteral: boolean;
}

/** Takes off the indentation that all lines share, as Nix's stripIndentation (src/libexpr/parser-state.hh). */
function stripIndentation(pieces: readonly Piece[]): string {
  const minimum = sharedIndentation(pieces);
  const out: string[] = [];
  let dropped = 0;
  let isAtStart = true;
  for (const piece of pieces) {
    if (piece.isLiteral) {
      isAtStart = false;
      out.push(piece.text);
      continue;
    }
    for (const c of piece.text) {
      if (isAtStart && c === ' ') {
        if (dropped++ >= minimum) out.push(c);
      } else {
        isAtStart = c === '\n';
        if (isAtStart) dropped = 0;
        out.push(c);
      }
    }
  }
  // The last line, before the closing quotes, goes when it is only spaces.
  const whole = out.join('');
  return pieces.at(-1)?.isLiteral ? whole : whole.replace(/(^|\n) +$/, '$1');
}

function sharedIndentation(pieces: readonly Piece[]): number {
  let minimum = Number.POSITIVE_INFINITY;
  let current = 0;
  let isAtStart = true;
  for (const piece of pieces) {
    if (piece.isLiteral) {
      if (isAtStart) minimum = Math.min(minimum, current);
      isAtStart = false;
      continue;
    }
    for (const c of piece.text) {
      if (c === '\n') {
        isAtStart = true;
        current = 0;
      } else if (isAtStart && c === ' ') current++;
      else if (isAtStart) {
        isAtStart = false;
        minimum = Math.min(minimum, current);
      }
    }
  }
  return minimum;
}

/** The name that an attribute name stands for, or null where only evaluation can tell. */
export function attributeNameText(source: string, name: AttributeName): string | null {
  if (name.kind === 'identifier') return name.name;
  if (name.kind === 'interpolation') {
    const inner = name.expression;
    return inner.kind === 'string' ? stringValue(source, inner) : null;
  }
  return stringValue(source, name);
}

/** True where a name is known only by evaluating: an interpolated string, or `${...}` of anything but a plain string. */
export function isDynamic(name: AttributeName): boolean {
  if (name.kind === 'identifier') return false;
  if (name.kind === 'interpolation') {
    const inner = name.expression;
    return inner.kind !== 'string' || isDynamic(inner);
  }
  return name.parts.some((part) => part.kind === 'interpolation');
}
