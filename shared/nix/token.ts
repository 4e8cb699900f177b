/**
 * The kinds of token. Trivia (space, comments) are tokens too: the tokens of a text cover it without a gap, which is
 * what makes printing lossless. A number per kind, since a file has many thousands of them.
 */
export const TokenKind = {
  endOfFile: 0,
  space: 1,
  comment: 2,
  /** A character that no rule of the lexer takes. */
  unknown: 3,
  identifier: 10,
  integer: 11,
  float: 12,
  uri: 13,
  searchPath: 14,
  /** A piece of a path between its interpolations. */
  pathText: 15,
  /** Empty: marks where a path ends, since paths have no closing character. */
  pathEnd: 16,
  quote: 17,
  stringText: 18,
  indentedQuote: 19,
  indentedText: 20,
  dollarBrace: 21,
  ifKeyword: 30,
  thenKeyword: 31,
  elseKeyword: 32,
  assertKeyword: 33,
  withKeyword: 34,
  letKeyword: 35,
  inKeyword: 36,
  recKeyword: 37,
  inheritKeyword: 38,
  orKeyword: 39,
  braceOpen: 50,
  braceClose: 51,
  bracketOpen: 52,
  bracketClose: 53,
  parenthesisOpen: 54,
  parenthesisClose: 55,
  semicolon: 56,
  colon: 57,
  comma: 58,
  at: 59,
  dot: 60,
  ellipsis: 61,
  equals: 62,
  question: 63,
  not: 64,
  minus: 65,
  plus: 66,
  times: 67,
  divide: 68,
  concat: 69,
  update: 70,
  and: 71,
  or: 72,
  implies: 73,
  equal: 74,
  notEqual: 75,
  less: 76,
  lessEqual: 77,
  greater: 78,
  greaterEqual: 79,
  pipeInto: 80,
  pipeFrom: 81,
} as const;

export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

/** Tokens as parallel arrays: token i has kind `kinds[i]` and spans `starts[i]` to `starts[i + 1]` (UTF-16 offsets). */
export interface Tokens {
  readonly source: string;
  readonly kinds: Uint8Array;
  /** One longer than the tokens, so that every token has an end. */
  readonly starts: Uint32Array;
  readonly count: number;
  /** Strings and comments that never end; the rest of the text is in their last token. */
  readonly unterminated: readonly { start: number; what: 'string' | 'indented string' | 'comment' }[];
}
