import { TokenKind, type Tokens } from './token.ts';

/*
 * The rules of Nix 2.34's src/libexpr/lexer.l, by hand. Flex takes the longest match and then the earlier rule; the
 * comments below say where that decides something surprising.
 */

const IDENTIFIER = 1; // [a-zA-Z0-9_'-]
const IDENTIFIER_START = 2; // [a-zA-Z_]
const DIGIT = 4;
const PATH = 8; // [a-zA-Z0-9._+-]
const SCHEME = 16; // [a-zA-Z0-9+.-]
const LETTER = 32;
const URI = 64; // [a-zA-Z0-9%/?:@&=+$,_.!~*'-]
const SPACE = 128;

const classes = new Uint8Array(65536);
for (let code = 0; code < 128; code++) {
  const c = String.fromCharCode(code);
  let bits = 0;
  if (/[a-zA-Z]/.test(c)) bits |= IDENTIFIER | IDENTIFIER_START | PATH | SCHEME | LETTER | URI;
  if (/[0-9]/.test(c)) bits |= IDENTIFIER | DIGIT | PATH | SCHEME | URI;
  if (c === '_') bits |= IDENTIFIER | IDENTIFIER_START | PATH | URI;
  if (c === "'") bits |= IDENTIFIER | URI;
  if (c === '-') bits |= IDENTIFIER | PATH | SCHEME | URI;
  if (c === '+' || c === '.') bits |= PATH | SCHEME | URI;
  if (/[%/?:@&=$,!~*]/.test(c)) bits |= URI;
  if (c === ' ' || c === '\t' || c === '\r' || c === '\n') bits |= SPACE;
  classes[code] = bits;
}

const keywords = new Map<string, TokenKind>([
  ['if', TokenKind.ifKeyword],
  ['then', TokenKind.thenKeyword],
  ['else', TokenKind.elseKeyword],
  ['assert', TokenKind.assertKeyword],
  ['with', TokenKind.withKeyword],
  ['let', TokenKind.letKeyword],
  ['in', TokenKind.inKeyword],
  ['rec', TokenKind.recKeyword],
  ['inherit', TokenKind.inheritKeyword],
  ['or', TokenKind.orKeyword],
]);

const singles = new Map<number, TokenKind>([
  [0x7b, TokenKind.braceOpen],
  [0x5b, TokenKind.bracketOpen],
  [0x5d, TokenKind.bracketClose],
  [0x28, TokenKind.parenthesisOpen],
  [0x29, TokenKind.parenthesisClose],
  [0x3b, TokenKind.semicolon],
  [0x3a, TokenKind.colon],
  [0x2c, TokenKind.comma],
  [0x40, TokenKind.at],
  [0x3f, TokenKind.question],
  [0x2a, TokenKind.times],
]);

const QUOTE = 0x22;
const DOLLAR = 0x24;
const APOSTROPHE = 0x27;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;

/** What an open brace or quote put on the stack: what the text after its end is read as. */
const Mode = { expression: 0, string: 1, indented: 2, path: 3 } as const;
type Mode = (typeof Mode)[keyof typeof Mode];

class Lexer {
  readonly source: string;
  kinds: Uint8Array;
  starts: Uint32Array;
  count = 0;
  readonly unterminated: { start: number; what: 'string' | 'indented string' | 'comment' }[] = [];
  private position = 0;
  private mode: Mode = Mode.expression;
  private readonly stack: Mode[] = [];
  /** Where each string that is open now began. */
  private readonly openStrings: number[] = [];
  /** No URI and no path begins before these: a run of their characters is looked through once, not from each of them. */
  private noUriBefore = 0;
  private noPathBefore = 0;

  constructor(source: string) {
    this.source = source;
    const guess = Math.max(64, source.length >> 1);
    this.kinds = new Uint8Array(guess);
    this.starts = new Uint32Array(guess + 1);
  }

  run(): Tokens {
    const length = this.source.length;
    while (this.position < length) {
      switch (this.mode) {
        case Mode.expression:
          this.expression();
          break;
        case Mode.string:
          this.string();
          break;
        case Mode.indented:
          this.indentedString();
          break;
        case Mode.path:
          this.path();
          break;
      }
    }
    if (this.mode === Mode.path) this.push(TokenKind.pathEnd, length);
    for (const start of this.openStrings) {
      this.unterminated.push({ start, what: this.source.charCodeAt(start) === QUOTE ? 'string' : 'indented string' });
    }
    this.starts[this.count] = length;
    return {
      source: this.source,
      kinds: this.kinds,
      starts: this.starts,
      count: this.count,
      unterminated: this.unterminated,
    };
  }

  private push(kind: TokenKind, end: number): void {
    if (this.count + 1 >= this.starts.length) {
      const kinds = new Uint8Array(this.kinds.length * 2);
      kinds.set(this.kinds);
      this.kinds = kinds;
      const starts = new Uint32Array(this.kinds.length + 1);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.kinds[this.count] = kind;
    this.starts[this.count] = this.position;
    this.count++;
    this.position = end;
  }

  private is(position: number, bits: number): boolean {
    return (classes[this.source.charCodeAt(position)] ?? 0) & bits ? true : false;
  }

  private skip(position: number, bits: number): number {
    const { source } = this;
    while (position < source.length && (classes[source.charCodeAt(position)] ?? 0) & bits) position++;
    return position;
  }

  private expression(): void {
    const { source, position } = this;
    const code = source.charCodeAt(position);
    const bits = classes[code] ?? 0;
    if (bits & SPACE) return this.push(TokenKind.space, this.skip(position + 1, SPACE));
    if (bits & PATH) {
      if (this.startsPath(position)) return;
      if (bits & LETTER && this.startsUri(position)) return;
      if (bits & IDENTIFIER_START) {
        const end = this.skip(position + 1, IDENTIFIER);
        const kind = end - position <= 7 ? keywords.get(source.slice(position, end)) : undefined;
        return this.push(kind ?? TokenKind.identifier, end);
      }
      if (bits & DIGIT || code === DOT) return this.number(position, code);
    }
    return this.punctuation(code);
  }

  private punctuation(code: number): void {
    const { source, position } = this;
    const next = source.charCodeAt(position + 1);
    const single = singles.get(code);
    if (single !== undefined) {
      if (single === TokenKind.braceOpen) this.stack.push(Mode.expression);
      return this.push(single, position + 1);
    }
    const pair = (second: number, both: TokenKind, alone: TokenKind): void =>
      next === second ? this.push(both, position + 2) : this.push(alone, position + 1);
    switch (code) {
      case 0x23: {
        let end = position + 1;
        while (end < source.length && source.charCodeAt(end) !== 0x0a && source.charCodeAt(end) !== 0x0d) end++;
        return this.push(TokenKind.comment, end);
      }
      case QUOTE:
        this.openStrings.push(position);
        this.stack.push(this.mode);
        this.mode = Mode.string;
        return this.push(TokenKind.quote, position + 1);
      case APOSTROPHE:
        if (next !== APOSTROPHE) return this.push(TokenKind.unknown, position + 1);
        this.openStrings.push(position);
        this.stack.push(this.mode);
        this.mode = Mode.indented;
        return this.push(TokenKind.indentedQuote, position + 2);
      case DOLLAR:
        if (next !== BRACE_OPEN) return this.push(TokenKind.unknown, position + 1);
        this.stack.push(Mode.expression);
        return this.push(TokenKind.dollarBrace, position + 2);
      case BRACE_CLOSE:
        this.mode = this.stack.pop() ?? Mode.expression;
        return this.push(TokenKind.braceClose, position + 1);
      case SLASH:
        if (next === 0x2a) {
          const close = source.indexOf('*/', position + 2);
          if (close < 0) this.unterminated.push({ start: position, what: 'comment' });
          return this.push(TokenKind.comment, close < 0 ? source.length : close + 2);
        }
        if (this.startsPath(position)) return;
        return pair(SLASH, TokenKind.update, TokenKind.divide);
      case 0x7e:
        if (next === SLASH && (this.is(position + 2, PATH) || source.startsWith('${', position + 2))) {
          return this.beginPath(this.pathEnd(position + 1));
        }
        return this.push(TokenKind.unknown, position + 1);
      case 0x3c: {
        const end = this.searchPathEnd(position);
        if (end > 0) return this.push(TokenKind.searchPath, end);
        if (next === 0x7c) return this.push(TokenKind.pipeFrom, position + 2);
        return pair(0x3d, TokenKind.lessEqual, TokenKind.less);
      }
      case 0x3e:
        return pair(0x3d, TokenKind.greaterEqual, TokenKind.greater);
      case 0x3d:
        return pair(0x3d, TokenKind.equal, TokenKind.equals);
      case 0x21:
        return pair(0x3d, TokenKind.notEqual, TokenKind.not);
      case PLUS:
        return pair(PLUS, TokenKind.concat, TokenKind.plus);
      case MINUS:
        return pair(0x3e, TokenKind.implies, TokenKind.minus);
      case 0x26:
        return pair(0x26, TokenKind.and, TokenKind.unknown);
      case 0x7c:
        if (next === 0x3e) return this.push(TokenKind.pipeInto, position + 2);
        return pair(0x7c, TokenKind.or, TokenKind.unknown);
      default:
        return this.push(TokenKind.unknown, position + 1);
    }
  }

  private number(position: number, code: number): void {
    const { source } = this;
    if (code === DOT) {
      if (source.startsWith('...', position)) return this.push(TokenKind.ellipsis, position + 3);
      if (!this.is(position + 1, DIGIT)) return this.push(TokenKind.dot, position + 1);
      return this.push(TokenKind.float, this.exponentEnd(this.skip(position + 1, DIGIT)));
    }
    const end = this.skip(position + 1, DIGIT);
    // A float needs a first digit other than 0 (`1.`, `1.5`), or the form `0.5`: `0.` and `00.5` are other tokens.
    if (source.charCodeAt(end) === DOT) {
      const afterDot = this.skip(end + 1, DIGIT);
      if (code !== 0x30 || (end === position + 1 && afterDot > end + 1)) {
        return this.push(TokenKind.float, this.exponentEnd(afterDot));
      }
    }
    return this.push(TokenKind.integer, end);
  }

  private exponentEnd(position: number): number {
    const e = this.source.charCodeAt(position) | 0x20;
    if (e !== 0x65) return position;
    const sign = this.source.charCodeAt(position + 1);
    const digits = sign === PLUS || sign === MINUS ? position + 2 : position + 1;
    return this.is(digits, DIGIT) ? this.skip(digits, DIGIT) : position;
  }

  /** `x:y` without a space is a URI, not a function: the longest match wins. */
  private startsUri(position: number): boolean {
    if (position < this.noUriBefore) return false;
    const colon = this.skip(position + 1, SCHEME);
    if (this.source.charCodeAt(colon) !== COLON || !this.is(colon + 1, URI)) {
      this.noUriBefore = colon;
      return false;
    }
    this.push(TokenKind.uri, this.skip(colon + 1, URI));
    return true;
  }

  /** `a/b` and `1/2` are paths; `a/ b` is a division; `a/${b}` is a path. */
  private startsPath(position: number): boolean {
    if (position < this.noPathBefore) return false;
    const slash = this.skip(position, PATH);
    const isPath = this.source.charCodeAt(slash) === SLASH;
    if (!isPath || (!this.is(slash + 1, PATH) && !this.source.startsWith('${', slash + 1))) {
      this.noPathBefore = slash;
      return false;
    }
    this.beginPath(this.pathEnd(slash));
    return true;
  }

  private pathEnd(position: number): number {
    const { source } = this;
    while (position < source.length && (source.charCodeAt(position) === SLASH || this.is(position, PATH))) position++;
    return position;
  }

  private beginPath(end: number): void {
    this.stack.push(this.mode);
    this.mode = Mode.path;
    this.push(TokenKind.pathText, end);
  }

  private path(): void {
    const { source, position } = this;
    if (source.startsWith('${', position)) {
      this.stack.push(this.mode);
      this.mode = Mode.expression;
      return this.push(TokenKind.dollarBrace, position + 2);
    }
    const end = this.pathEnd(position);
    if (end > position) return this.push(TokenKind.pathText, end);
    this.mode = this.stack.pop() ?? Mode.expression;
    return this.push(TokenKind.pathEnd, position);
  }

  private searchPathEnd(position: number): number {
    let end = position + 1;
    for (;;) {
      const next = this.skip(end, PATH);
      if (next === end) return -1;
      const code = this.source.charCodeAt(next);
      if (code === 0x3e) return next + 1;
      if (code !== SLASH) return -1;
      end = next + 1;
    }
  }

  private interpolationOrEnd(close: number, quote: TokenKind): boolean {
    const { source, position } = this;
    if (source.charCodeAt(position) === DOLLAR && source.charCodeAt(position + 1) === BRACE_OPEN) {
      this.stack.push(this.mode);
      this.mode = Mode.expression;
      this.push(TokenKind.dollarBrace, position + 2);
      return true;
    }
    if (close === 0) return false;
    this.openStrings.pop();
    this.mode = this.stack.pop() ?? Mode.expression;
    this.push(quote, position + close);
    return true;
  }

  private string(): void {
    const { source, position } = this;
    if (this.interpolationOrEnd(source.charCodeAt(position) === QUOTE ? 1 : 0, TokenKind.quote)) return;
    let end = position;
    while (end < source.length) {
      const code = source.charCodeAt(end);
      if (code === QUOTE) break;
      if (code === BACKSLASH) end += 2;
      else if (code === DOLLAR) {
        const next = source.charCodeAt(end + 1);
        if (next === BRACE_OPEN) break;
        // `$` takes the character after it along, so that `$${x}` is text.
        end += next === QUOTE || next === BACKSLASH ? 1 : 2;
      } else end++;
    }
    this.push(TokenKind.stringText, Math.min(end, source.length));
  }

  private indentedString(): void {
    const { source, position } = this;
    if (this.interpolationOrEnd(this.indentedClose(position), TokenKind.indentedQuote)) return;
    let end = position;
    while (end < source.length) {
      const code = source.charCodeAt(end);
      if (code === DOLLAR) {
        const next = source.charCodeAt(end + 1);
        if (next === BRACE_OPEN) break;
        end += next === APOSTROPHE ? 1 : 2;
      } else if (code === APOSTROPHE) {
        const next = source.charCodeAt(end + 1);
        if (next === APOSTROPHE) {
          const third = source.charCodeAt(end + 2);
          if (third === DOLLAR || third === APOSTROPHE) end += 3;
          else if (third === BACKSLASH) end += 4;
          else break;
        } else end += next === DOLLAR ? 1 : 2;
      } else end++;
    }
    this.push(TokenKind.indentedText, Math.min(end, source.length));
  }

  /** 2 where `''` closes the string here; `''$`, `'''` and `''\` are escapes. */
  private indentedClose(position: number): number {
    const { source } = this;
    if (source.charCodeAt(position) !== APOSTROPHE || source.charCodeAt(position + 1) !== APOSTROPHE) return 0;
    const third = source.charCodeAt(position + 2);
    return third === DOLLAR || third === APOSTROPHE || third === BACKSLASH ? 0 : 2;
  }
}

/** Cuts a text into tokens that cover all of it. Never fails: what is not Nix becomes `unknown` tokens. */
export function tokenize(source: string): Tokens {
  return new Lexer(source).run();
}
