import type { Span } from './syntax.ts';

/** Line and column (both from 1) of an offset. */
export function positionAt(source: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = source.indexOf('\n'); at >= 0 && at < offset; at = source.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** The offset of a line and column (both from 1); the end of the text where it has no such line. */
export function offsetAt(source: string, { line, column }: { readonly line: number; readonly column: number }): number {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const next = source.indexOf('\n', start);
    if (next === -1) return source.length;
    start = next + 1;
  }
  return Math.min(start + column - 1, source.length);
}

export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** The white space that the line of an offset begins with. */
export function indentationAt(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(lineStart(source, offset), offset))?.[0] ?? '';
}

/** True where only white space stands before the offset on its line. */
export function isFirstOnLine(source: string, offset: number): boolean {
  return source.slice(lineStart(source, offset), offset).trim() === '';
}

/**
 * Where a new line can follow what ends at `offset`: behind a comment that shares its line, or null where something
 * else follows on the line.
 */
export function endOfLineAfter(source: string, offset: number): number | null {
  const rest = /^[ \t]*(?:#[^\n\r]*|\/\*[^\n]*?\*\/[ \t]*)?(?=\r?\n|$)/.exec(source.slice(offset, offset + 2000));
  return rest ? offset + rest[0].length : null;
}

export function isOnOneLine(source: string, span: Span): boolean {
  return !source.slice(span.start, span.end).includes('\n');
}
