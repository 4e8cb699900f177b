import { findDuplicates } from './duplicates.ts';
import { tokenize } from './lexer.ts';
import { isDynamic } from './strings.ts';
import type {
  AttributeName,
  AttributePath,
  AttributeSet,
  Binary,
  BinaryOperator,
  Binding,
  ErrorNode,
  Expression,
  Formal,
  Formals,
  Identifier,
  Inherit,
  Interpolation,
  NixTree,
  StringLiteral,
  SyntaxProblem,
  TextPart,
} from './syntax.ts';
import { TokenKind, type Tokens } from './token.ts';

/** As plain numbers: the current token changes under the compiler's feet, so it must not narrow to one kind. */
const T: Readonly<Record<keyof typeof TokenKind, number>> = TokenKind;

/** Nix's own parser gives up at a depth of 10,000; a page's stack is smaller. No real file comes near this. */
const MAX_DEPTH = 1000;

type Associativity = 'left' | 'right' | 'none';
interface Operator {
  readonly sign: BinaryOperator;
  readonly level: number;
  readonly associativity: Associativity;
}

/** Precedence as in Nix's parser.y, loosest first. `?` (10) and unary `-` (11) bind tighter and are handled apart. */
const operators = new Map<number, Operator>([
  [T.implies, { sign: '->', level: 1, associativity: 'right' }],
  [T.or, { sign: '||', level: 2, associativity: 'left' }],
  [T.and, { sign: '&&', level: 3, associativity: 'left' }],
  [T.equal, { sign: '==', level: 4, associativity: 'none' }],
  [T.notEqual, { sign: '!=', level: 4, associativity: 'none' }],
  [T.less, { sign: '<', level: 5, associativity: 'none' }],
  [T.lessEqual, { sign: '<=', level: 5, associativity: 'none' }],
  [T.greater, { sign: '>', level: 5, associativity: 'none' }],
  [T.greaterEqual, { sign: '>=', level: 5, associativity: 'none' }],
  [T.update, { sign: '//', level: 6, associativity: 'right' }],
  [T.plus, { sign: '+', level: 8, associativity: 'left' }],
  [T.minus, { sign: '-', level: 8, associativity: 'left' }],
  [T.times, { sign: '*', level: 9, associativity: 'left' }],
  [T.divide, { sign: '/', level: 9, associativity: 'left' }],
  [T.concat, { sign: '++', level: 10, associativity: 'right' }],
]);
const NOT_LEVEL = 7;
const HAS_ATTRIBUTE_LEVEL = 11;
const NEGATE_LEVEL = 12;

const names = new Map<number, string>([
  [T.endOfFile, 'the end of the file'],
  [T.semicolon, "';'"],
  [T.equals, "'='"],
  [T.colon, "':'"],
  [T.comma, "','"],
  [T.braceOpen, "'{'"],
  [T.braceClose, "'}'"],
  [T.bracketClose, "']'"],
  [T.parenthesisClose, "')'"],
  [T.thenKeyword, "'then'"],
  [T.elseKeyword, "'else'"],
  [T.inKeyword, "'in'"],
  [T.quote, "'\"'"],
  [T.indentedQuote, '"\'\'"'],
]);

class Parser {
  private readonly source: string;
  private readonly kinds: Uint8Array;
  private readonly starts: Uint32Array;
  private readonly count: number;
  readonly problems: SyntaxProblem[] = [];
  /** Index of the current token; trivia are stepped over. */
  private index = 0;
  private kind = 0;
  private start = 0;
  /** End of the token before. */
  private lastEnd = 0;
  private depth = 0;

  constructor(tokens: Tokens) {
    this.source = tokens.source;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.count = tokens.count;
    for (const { start, what } of tokens.unterminated) {
      this.problems.push({ start, end: this.source.length, message: `This ${what} is never closed.` });
    }
    this.settle();
  }

  file(): Expression {
    const root = this.expression();
    if (this.kind !== T.endOfFile) {
      const { start } = this;
      this.complain(start, this.end(), `Unexpected ${this.here()} after the end of the expression.`);
      while (this.kind !== T.endOfFile) this.advance();
    }
    return root;
  }

  private settle(): void {
    while (this.index < this.count) {
      const kind = this.kinds[this.index] ?? 0;
      if (kind !== T.space && kind !== T.comment) break;
      this.index++;
    }
    this.kind = this.index < this.count ? (this.kinds[this.index] ?? 0) : T.endOfFile;
    this.start = this.starts[Math.min(this.index, this.count)] ?? this.source.length;
  }

  private end(): number {
    return this.starts[Math.min(this.index + 1, this.count)] ?? this.source.length;
  }

  /** Where a node ends that was just read: a missing last part has its place behind the trivia. */
  private endAfter(parts: readonly { end: number }[]): number {
    return Math.max(this.lastEnd, parts.at(-1)?.end ?? 0);
  }

  private advance(): void {
    this.lastEnd = this.end();
    this.index++;
    this.settle();
  }

  /** The kind of the n-th token after this one, trivia left out. */
  private peek(ahead: number): number {
    let index = this.index;
    while (ahead > 0) {
      index++;
      const kind = index < this.count ? this.kinds[index] : T.endOfFile;
      if (kind !== T.space && kind !== T.comment) ahead--;
      if (index >= this.count) break;
    }
    return index < this.count ? (this.kinds[index] ?? 0) : T.endOfFile;
  }

  private here(): string {
    if (this.kind === T.endOfFile) return 'end of the file';
    const text = this.source.slice(this.start, Math.min(this.end(), this.start + 30));
    return `'${text.split('\n')[0] ?? ''}'`;
  }

  private complain(start: number, end: number, message: string): void {
    // One fault is one message: what follows from it at the same place is left out.
    if (this.problems.at(-1)?.start === start) return;
    this.problems.push({ start, end, message });
  }

  private error(message: string, start = this.start, end = start): ErrorNode {
    this.complain(start, Math.max(end, this.kind === T.endOfFile ? start : this.end()), message);
    return { kind: 'error', start, end, message };
  }

  /** Takes a token of this kind; where it is missing, says so and goes on as if it stood here. */
  private expect(kind: number, purpose: string): boolean {
    if (this.kind === kind) {
      this.advance();
      return true;
    }
    this.error(`Expected ${names.get(kind) ?? 'something else'} ${purpose}, but found ${this.here()}.`);
    return false;
  }

  private expression(): Expression {
    if (this.depth >= MAX_DEPTH) return this.tooDeep();
    this.depth++;
    try {
      return this.function();
    } finally {
      this.depth--;
    }
  }

  private tooDeep(): ErrorNode {
    const { start } = this;
    const node = this.error(`Nested deeper than ${MAX_DEPTH} levels.`);
    while (this.kind !== T.endOfFile) this.advance();
    return { ...node, start, end: this.lastEnd };
  }

  private function(): Expression {
    const { start } = this;
    switch (this.kind) {
      case T.identifier: {
        const next = this.peek(1);
        if (next === T.colon) {
          const parameter = this.identifier();
          this.advance();
          const body = this.expression();
          return { kind: 'lambda', start, end: body.end, parameter, formals: null, body };
        }
        if (next === T.at) {
          const parameter = this.identifier();
          this.advance();
          const formals = this.formals();
          return this.lambdaBody(start, parameter, formals);
        }
        break;
      }
      case T.braceOpen:
        if (this.atFormals()) {
          const formals = this.formals();
          let parameter: Identifier | null = null;
          if (this.kind === T.at) {
            this.advance();
            parameter = this.name('after @');
          }
          return this.lambdaBody(start, parameter, formals);
        }
        break;
      case T.assertKeyword:
      case T.withKeyword: {
        const kind = this.kind === T.withKeyword ? 'with' : 'assert';
        this.advance();
        const subject = this.expression();
        this.expect(T.semicolon, `after the ${kind === 'with' ? 'set of' : 'condition of'} '${kind}'`);
        const body = this.expression();
        return { kind, start, end: body.end, subject, body };
      }
      case T.letKeyword: {
        if (this.peek(1) === T.braceOpen) break;
        this.advance();
        const bindings = this.bindings(T.inKeyword, 'let');
        this.expect(T.inKeyword, "to end the bindings of 'let'");
        const body = this.expression();
        return { kind: 'let', start, end: body.end, bindings, body };
      }
      case T.ifKeyword: {
        this.advance();
        const condition = this.expression();
        this.expect(T.thenKeyword, "after the condition of 'if'");
        const then = this.expression();
        this.expect(T.elseKeyword, "after 'then'");
        const otherwise = this.expression();
        return { kind: 'if', start, end: otherwise.end, condition, then, else: otherwise };
      }
    }
    return this.pipe();
  }

  private lambdaBody(start: number, parameter: Identifier | null, formals: Formals): Expression {
    if (parameter && formals.items.some((item) => item.name.name === parameter.name)) {
      this.complain(parameter.start, parameter.end, `The argument name '${parameter.name}' stands twice.`);
    }
    this.expect(T.colon, 'after the arguments of a function');
    const body = this.expression();
    return { kind: 'lambda', start, end: body.end, parameter, formals, body };
  }

  /** At `{`: arguments of a function or an attribute set? As Nix's grammar decides, by the two tokens that follow. */
  private atFormals(): boolean {
    switch (this.peek(1)) {
      case T.ellipsis:
        return true;
      case T.braceClose: {
        const after = this.peek(2);
        return after === T.colon || after === T.at;
      }
      case T.identifier: {
        const after = this.peek(2);
        return after === T.comma || after === T.question || after === T.braceClose;
      }
      default:
        return false;
    }
  }

  private formals(): Formals {
    const { start } = this;
    const items: Formal[] = [];
    const seen = new Set<string>();
    let hasEllipsis = false;
    this.expect(T.braceOpen, 'to begin the arguments of a function');
    while (this.kind === T.identifier && !hasEllipsis) {
      const name = this.identifier();
      if (seen.has(name.name)) this.complain(name.start, name.end, `The argument name '${name.name}' stands twice.`);
      seen.add(name.name);
      let fallback: Expression | null = null;
      if (this.kind === T.question) {
        this.advance();
        fallback = this.expression();
      }
      items.push({ kind: 'formal', start: name.start, end: fallback?.end ?? name.end, name, fallback });
      if (this.kind !== T.comma) break;
      this.advance();
    }
    if (this.kind === T.ellipsis && (items.length === 0 || this.source[this.lastEnd - 1] === ',')) {
      hasEllipsis = true;
      this.advance();
    }
    this.expect(T.braceClose, 'to end the arguments of a function');
    return { kind: 'formals', start, end: Math.max(start, this.endAfter(items)), items, hasEllipsis };
  }

  /** `a |> b |> c` leans left and `a <| b <| c` right; Nix does not let them mix without parentheses. */
  private pipe(): Expression {
    const first = this.operation(0);
    if (this.kind === T.pipeInto) {
      let left = first;
      while (this.kind === T.pipeInto) {
        this.advance();
        left = this.binary('|>', left, this.operation(0));
      }
      return left;
    }
    if (this.kind === T.pipeFrom) {
      const operands = [first];
      while (this.kind === T.pipeFrom) {
        this.advance();
        operands.push(this.operation(0));
      }
      return operands.reduceRight((right, left) => this.binary('<|', left, right));
    }
    return first;
  }

  private binary(operator: BinaryOperator, left: Expression, right: Expression): Binary {
    return { kind: 'binary', start: left.start, end: right.end, operator, left, right };
  }

  private operation(minimum: number): Expression {
    if (this.depth >= MAX_DEPTH) return this.tooDeep();
    this.depth++;
    let left = this.unary();
    let forbidden = -1;
    for (;;) {
      if (this.kind === T.question) {
        if (HAS_ATTRIBUTE_LEVEL < minimum) break;
        this.advance();
        const path = this.attributePath();
        left = { kind: 'has-attribute', start: left.start, end: path.end, subject: left, path };
        continue;
      }
      const operator = operators.get(this.kind);
      if (!operator || operator.level < minimum) break;
      if (operator.level === forbidden) {
        this.error(`'${operator.sign}' cannot follow an operator of its kind without parentheses.`);
      }
      this.advance();
      const right = this.operation(operator.associativity === 'right' ? operator.level : operator.level + 1);
      left = this.binary(operator.sign, left, right);
      forbidden = operator.associativity === 'none' ? operator.level : -1;
    }
    this.depth--;
    return left;
  }

  private unary(): Expression {
    const { start, kind } = this;
    if (kind !== T.not && kind !== T.minus) return this.application();
    this.advance();
    const operand = this.operation(kind === T.not ? NOT_LEVEL : NEGATE_LEVEL);
    return { kind: 'unary', start, end: operand.end, operator: kind === T.not ? '!' : '-', operand };
  }

  private application(): Expression {
    let left = this.selection();
    while (this.startsSimple()) {
      const argument = this.selection();
      left = { kind: 'apply', start: left.start, end: argument.end, function: left, argument };
    }
    return left;
  }

  private startsSimple(): boolean {
    switch (this.kind) {
      case T.identifier:
      case T.integer:
      case T.float:
      case T.quote:
      case T.indentedQuote:
      case T.pathText:
      case T.searchPath:
      case T.uri:
      case T.parenthesisOpen:
      case T.recKeyword:
      case T.braceOpen:
      case T.bracketOpen:
        return true;
      case T.letKeyword:
        return this.peek(1) === T.braceOpen;
      default:
        return false;
    }
  }

  private selection(): Expression {
    const subject = this.simple();
    if (this.kind === T.dot) {
      this.advance();
      const path = this.attributePath();
      let fallback: Expression | null = null;
      if (this.kind === T.orKeyword) {
        this.advance();
        fallback = this.nested(() => this.selection());
      }
      return { kind: 'select', start: subject.start, end: (fallback ?? path).end, subject, path, fallback };
    }
    if (this.kind === T.orKeyword && subject.kind !== 'error') {
      // `f or` without a dot: Nix reads the keyword as a variable of that name, given to f.
      const argument = this.identifier();
      return { kind: 'apply', start: subject.start, end: argument.end, function: subject, argument };
    }
    return subject;
  }

  private simple(): Expression {
    const { start } = this;
    switch (this.kind) {
      case T.identifier:
        return this.identifier();
      case T.integer:
        return this.integer();
      case T.float:
        return this.float();
      case T.quote:
      case T.indentedQuote:
        return this.string();
      case T.pathText:
        return this.path();
      case T.searchPath:
        this.advance();
        return { kind: 'search-path', start, end: this.lastEnd };
      case T.uri:
        this.advance();
        return { kind: 'uri', start, end: this.lastEnd };
      case T.parenthesisOpen: {
        this.advance();
        const expression = this.expression();
        this.expect(T.parenthesisClose, "to close the '('");
        return { kind: 'parenthesis', start, end: this.endAfter([expression]), expression };
      }
      case T.recKeyword:
      case T.letKeyword:
      case T.braceOpen:
        return this.attributeSet();
      case T.bracketOpen: {
        this.advance();
        const items: Expression[] = [];
        while (this.kind !== T.bracketClose && this.kind !== T.endOfFile) {
          if (this.startsSimple()) items.push(this.nested(() => this.selection()));
          else if (this.closes()) break;
          else items.push(this.passOver(`${this.here()} cannot stand in a list without parentheses.`));
        }
        this.expect(T.bracketClose, "to close the '['");
        return { kind: 'list', start, end: this.endAfter(items), items };
      }
      default:
        if (this.kind === T.endOfFile || this.closes()) {
          return this.error(`Expected a value, but found ${this.here()}.`, this.start);
        }
        return this.passOver(`Expected a value, but found ${this.here()}.`);
    }
  }

  private nested<R extends Expression>(parse: () => R): R | ErrorNode {
    if (this.depth >= MAX_DEPTH) return this.tooDeep();
    this.depth++;
    const node = parse();
    this.depth--;
    return node;
  }

  /** True at a token that ends something around us, which an error must not swallow. */
  private closes(): boolean {
    switch (this.kind) {
      case T.semicolon:
      case T.braceClose:
      case T.bracketClose:
      case T.parenthesisClose:
      case T.inKeyword:
      case T.thenKeyword:
      case T.elseKeyword:
      case T.quote:
      case T.indentedQuote:
        return true;
      default:
        return false;
    }
  }

  private passOver(message: string): ErrorNode {
    const { start } = this;
    const end = this.end();
    this.complain(start, end, message);
    this.advance();
    return { kind: 'error', start, end, message };
  }

  private identifier(): Identifier {
    const { start } = this;
    this.advance();
    return { kind: 'identifier', start, end: this.lastEnd, name: this.source.slice(start, this.lastEnd) };
  }

  private name(purpose: string): Identifier {
    if (this.kind === T.identifier) return this.identifier();
    const node = this.error(`Expected a name ${purpose}, but found ${this.here()}.`);
    return { kind: 'identifier', start: node.start, end: node.start, name: '' };
  }

  private integer(): Expression {
    const { start } = this;
    this.advance();
    const text = this.source.slice(start, this.lastEnd);
    if (text.length > 18 && BigInt(text) > 9223372036854775807n) {
      this.complain(start, this.lastEnd, `'${text}' does not fit in 64 bits.`);
    }
    return { kind: 'integer', start, end: this.lastEnd };
  }

  /** Nix takes what C's strtod reads without a complaint about its range. */
  private float(): Expression {
    const { start } = this;
    this.advance();
    const text = this.source.slice(start, this.lastEnd);
    const value = Number(text);
    const isTooSmall = value < 2.2250738585072014e-308 && /[1-9]/.test(text.replace(/e.*/i, ''));
    if (isTooSmall || value === Infinity)
      this.complain(start, this.lastEnd, `'${text}' is out of the range of numbers.`);
    return { kind: 'float', start, end: this.lastEnd };
  }

  private interpolation(): Interpolation {
    const { start } = this;
    this.advance();
    const expression = this.expression();
    if (this.kind === T.braceClose) this.advance();
    else {
      this.error(`Expected '}' to close the '\${', but found ${this.here()}.`);
      let open = 0;
      while (this.kind !== T.endOfFile) {
        if (this.kind === T.braceOpen || this.kind === T.dollarBrace) open++;
        if (this.kind === T.braceClose && open-- === 0) break;
        this.advance();
      }
      if (this.kind === T.braceClose) this.advance();
    }
    return { kind: 'interpolation', start, end: this.endAfter([expression]), expression };
  }

  private parts(text: number): (TextPart | Interpolation)[] {
    const parts: (TextPart | Interpolation)[] = [];
    for (;;) {
      if (this.kind === text) {
        const { start } = this;
        this.advance();
        parts.push({ kind: 'text', start, end: this.lastEnd });
      } else if (this.kind === T.dollarBrace) parts.push(this.interpolation());
      else return parts;
    }
  }

  private string(): StringLiteral {
    const { start, kind } = this;
    const isIndented = kind === T.indentedQuote;
    this.advance();
    const parts = this.parts(isIndented ? T.indentedText : T.stringText);
    if (this.kind === kind) this.advance();
    return { kind: isIndented ? 'indented-string' : 'string', start, end: this.endAfter(parts), parts };
  }

  private path(): Expression {
    const { start } = this;
    const parts = this.parts(T.pathText);
    const end = this.endAfter(parts);
    const last = parts.at(-1);
    if (last?.kind === 'text' && this.source[last.end - 1] === '/') {
      this.complain(last.start, last.end, 'A path must not end with a slash.');
    }
    if (parts.length === 1 && this.source.slice(start, end).includes('//')) {
      this.complain(start, end, 'A path must not hold two slashes in a row.');
    }
    if (this.kind === T.pathEnd) this.advance();
    this.lastEnd = end;
    return { kind: 'path', start, end, parts };
  }

  private attributeSet(): AttributeSet {
    const { start } = this;
    const isLegacyLet = this.kind === T.letKeyword;
    const isRecursive = isLegacyLet || this.kind === T.recKeyword;
    if (isRecursive) this.advance();
    const open = this.start;
    this.expect(T.braceOpen, isLegacyLet ? "after 'let'" : "after 'rec'");
    const bindings = this.bindings(T.braceClose, 'set');
    this.expect(T.braceClose, "to close the '{'");
    return {
      kind: isLegacyLet ? 'legacy-let' : 'attribute-set',
      start,
      end: this.endAfter(bindings),
      isRecursive,
      open,
      bindings,
    };
  }

  private bindings(end: number, what: 'let' | 'set'): (Binding | Inherit | ErrorNode)[] {
    const bindings: (Binding | Inherit | ErrorNode)[] = [];
    while (this.kind !== end && this.kind !== T.endOfFile) {
      if (this.kind === T.inheritKeyword) bindings.push(this.inherit());
      else if (this.startsName()) bindings.push(this.binding(what));
      else if (this.kind !== T.semicolon && this.kind !== T.quote && this.closes()) break;
      else bindings.push(this.passOver(`Expected a name or 'inherit', but found ${this.here()}.`));
    }
    return bindings;
  }

  private startsName(): boolean {
    return (
      this.kind === T.identifier || this.kind === T.orKeyword || this.kind === T.quote || this.kind === T.dollarBrace
    );
  }

  private binding(what: 'let' | 'set'): Binding {
    const path = this.attributePath();
    const first = path.names[0];
    if (what === 'let' && first && isDynamic(first)) {
      this.complain(first.start, first.end, "A name that is computed cannot stand in 'let'.");
    }
    this.expect(T.equals, 'after the name');
    const value = this.expression();
    if (!this.expect(T.semicolon, 'after the value')) {
      // The next binding may follow at once; what cannot begin one is passed over up to where this one ends.
      while (!this.startsName() && !this.closes() && this.kind !== T.inheritKeyword && this.kind !== T.endOfFile) {
        this.advance();
      }
      if (this.kind === T.semicolon) this.advance();
    }
    return { kind: 'binding', start: path.start, end: Math.max(this.lastEnd, value.end), path, value };
  }

  private inherit(): Inherit {
    const { start } = this;
    this.advance();
    let from: Expression | null = null;
    if (this.kind === T.parenthesisOpen) {
      this.advance();
      from = this.expression();
      this.expect(T.parenthesisClose, "to close the '('");
    }
    const names: AttributeName[] = [];
    while (this.startsName()) {
      const name = this.attributeName();
      if (isDynamic(name)) this.complain(name.start, name.end, 'A name that is computed cannot be inherited.');
      names.push(name);
    }
    this.expect(T.semicolon, "to end 'inherit'");
    return { kind: 'inherit', start, end: this.endAfter(names.length > 0 ? names : from ? [from] : []), from, names };
  }

  private attributePath(): AttributePath {
    const first = this.attributeName();
    const parts = [first];
    while (this.kind === T.dot) {
      this.advance();
      parts.push(this.attributeName());
    }
    return { kind: 'attribute-path', start: first.start, end: this.endAfter(parts), names: parts };
  }

  private attributeName(): AttributeName {
    switch (this.kind) {
      case T.identifier:
      case T.orKeyword:
        return this.identifier();
      case T.quote:
        return this.string();
      case T.dollarBrace:
        return { ...this.interpolation(), isName: true };
      default:
        return this.name('of an attribute');
    }
  }
}

/**
 * Parses a Nix text as Nix 2.34 does (pipe operators included). Never throws: faults are `problems` and error nodes,
 * and the tree around them is usable. Accepts and refuses what `nix-instantiate --parse` does, except that names of
 * variables are not looked up.
 */
export function parseNix(source: string): NixTree {
  const parser = new Parser(tokenize(source));
  const root = parser.file();
  const { problems } = parser;
  // Not spread: there may be more of them than a call takes arguments.
  if (problems.length === 0) for (const duplicate of findDuplicates(source, root)) problems.push(duplicate);
  return { source, root, problems: problems.sort((a, b) => a.start - b.start) };
}
