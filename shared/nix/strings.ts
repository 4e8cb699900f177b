import type { AttributeName, StringLiteral } from './syntax.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The characters that a text part of a `"..."` string stands for. A carriage return is read as Nix does: as a newline. */
function unescapeString(text: string): string {
  return text.replace(/\\([\s\S])|\r\n?/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '\n' : (escapes[escaped] ?? escaped),
  );
}

/** The characters that a text part of a `''...''` string stands for, before indentation is taken off. */
function unescapeIndented(text: string): { text: string; isLiteral: boolean }[] {
  const pieces: { text: string; isLiteral: boolean }[] = [];
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

/**
 * The value of a string without interpolation, or null where it has one. An indented string loses its first line where
 * that is blank, and the indentation that all its lines share (Nix's stripIndentation in src/libexpr/parser-state.hh).
 */
export function stringValue(source: string, node: StringLiteral): string | null {
  const texts: string[] = [];
  for (const part of node.parts) {
    if (part.kind !== 'text') return null;
    texts.push(source.slice(part.start, part.end));
  }
  const text = texts.join('');
  return node.kind === 'string' ? unescapeString(text) : stripIndentation(text);
}

function stripIndentation(raw: string): string {
  // Escapes count as text, never as indentation, so they are set apart while lines are measured.
  const pieces = unescapeIndented(raw.replace(/^ *\n/, ''));
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
      if (isAtStart) {
        if (c === ' ') current++;
        else if (c === '\n') current = 0;
        else {
          isAtStart = false;
          minimum = Math.min(minimum, current);
        }
      } else if (c === '\n') {
        isAtStart = true;
        current = 0;
      }
    }
  }
  const out: string[] = [];
  let dropped = 0;
  isAtStart = true;
  for (const piece of pieces) {
    if (piece.isLiteral) {
      isAtStart = false;
      out.push(piece.text);
      continue;
    }
    for (const c of piece.text) {
      if (isAtStart && c === ' ') {
        if (dropped++ >= minimum) out.push(c);
      } else if (c === '\n') {
        isAtStart = true;
        dropped = 0;
        out.push(c);
      } else {
        isAtStart = false;
        out.push(c);
      }
    }
  }
  // The last line, before the closing quotes, goes when it is only spaces.
  return out.join('').replace(/(^|\n) +$/, '$1');
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
