import { tokenize } from './lexer.ts';
import { isFirstOnLine, lineStart } from './line.ts';
import type { Span } from './syntax.ts';
import { TokenKind } from './token.ts';

/** The comments of a text, in its order, with their signs. */
export function commentsOf(source: string): Span[] {
  const tokens = tokenize(source);
  const found: Span[] = [];
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kinds[index] !== TokenKind.comment) continue;
    found.push({ start: tokens.starts[index] ?? 0, end: tokens.starts[index + 1] ?? source.length });
  }
  return found;
}

/** The comments that belong to an item: those behind it on its last line, and those on the lines right above it. */
export function commentsAround(source: string, comments: readonly Span[], item: Span): Span[] {
  const after = comments.filter(({ start }) => start >= item.end && !source.slice(item.end, start).includes('\n'));
  const above: Span[] = [];
  let top = lineStart(source, item.start);
  for (const comment of comments.filter(({ end }) => end <= item.start).toReversed()) {
    const isOnLineAbove = /^[ \t]*\r?\n?$/.test(source.slice(comment.end, top));
    if (!isOnLineAbove || !isFirstOnLine(source, comment.start)) break;
    above.unshift(comment);
    top = lineStart(source, comment.start);
  }
  return [...above, ...after];
}
