/**
 * The tree of a Nix text. Every node spans `start` to `end` (UTF-16 offsets, end exclusive) without the trivia around
 * it; children lie in order inside their parent. What stands between two children is trivia and fixed signs, which is
 * why an edit can be a splice of the text and leaves everything else as it was.
 */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Identifier extends Span {
  readonly kind: 'identifier';
  readonly name: string;
}

export interface NumberLiteral extends Span {
  readonly kind: 'integer' | 'float';
}

export interface TextPart extends Span {
  readonly kind: 'text';
}

export interface Interpolation extends Span {
  readonly kind: 'interpolation';
  readonly expression: Expression;
}

export interface StringLiteral extends Span {
  readonly kind: 'string' | 'indented-string';
  readonly parts: readonly (TextPart | Interpolation)[];
}

export interface PathLiteral extends Span {
  readonly kind: 'path';
  readonly parts: readonly (TextPart | Interpolation)[];
}

/** `<nixpkgs>` and `https://example.org` without quotes. */
export interface PlainLiteral extends Span {
  readonly kind: 'search-path' | 'uri';
}

export interface Parenthesis extends Span {
  readonly kind: 'parenthesis';
  readonly expression: Expression;
}

/** One step of an attribute path. `dynamic` is `${...}`; a string without interpolation has a known name. */
export type AttributeName = Identifier | StringLiteral | (Interpolation & { readonly isName: true });

export interface AttributePath extends Span {
  readonly kind: 'attribute-path';
  readonly names: readonly AttributeName[];
}

/** `a.b = value;` with its semicolon. */
export interface Binding extends Span {
  readonly kind: 'binding';
  readonly path: AttributePath;
  readonly value: Expression;
}

/** `inherit a b;` or `inherit (from) a b;` with its semicolon. */
export interface Inherit extends Span {
  readonly kind: 'inherit';
  readonly from: Expression | null;
  readonly names: readonly AttributeName[];
}

export interface AttributeSet extends Span {
  readonly kind: 'attribute-set' | 'legacy-let';
  readonly isRecursive: boolean;
  /** Where the `{` stands. */
  readonly open: number;
  readonly bindings: readonly (Binding | Inherit | ErrorNode)[];
}

export interface List extends Span {
  readonly kind: 'list';
  readonly items: readonly Expression[];
}

export interface Select extends Span {
  readonly kind: 'select';
  readonly subject: Expression;
  readonly path: AttributePath;
  readonly fallback: Expression | null;
}

export interface HasAttribute extends Span {
  readonly kind: 'has-attribute';
  readonly subject: Expression;
  readonly path: AttributePath;
}

export interface Apply extends Span {
  readonly kind: 'apply';
  readonly function: Expression;
  readonly argument: Expression;
}

export interface Unary extends Span {
  readonly kind: 'unary';
  readonly operator: '!' | '-';
  readonly operand: Expression;
}

export type BinaryOperator =
  '->' | '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | '//' | '+' | '-' | '*' | '/' | '++' | '|>' | '<|';

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Formal extends Span {
  readonly kind: 'formal';
  readonly name: Identifier;
  readonly fallback: Expression | null;
}

export interface Formals extends Span {
  readonly kind: 'formals';
  readonly items: readonly Formal[];
  readonly hasEllipsis: boolean;
}

export interface Lambda extends Span {
  readonly kind: 'lambda';
  /** `x:` or the name beside `@`. */
  readonly parameter: Identifier | null;
  readonly formals: Formals | null;
  readonly body: Expression;
}

export interface Let extends Span {
  readonly kind: 'let';
  readonly bindings: readonly (Binding | Inherit | ErrorNode)[];
  readonly body: Expression;
}

export interface If extends Span {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Expression;
  readonly else: Expression;
}

/** `with scope; body` and `assert condition; body`. */
export interface Prefixed extends Span {
  readonly kind: 'with' | 'assert';
  readonly subject: Expression;
  readonly body: Expression;
}

/** Where the text is not Nix. Empty where something is missing; else it spans what was passed over. */
export interface ErrorNode extends Span {
  readonly kind: 'error';
  readonly message: string;
}

export type Expression =
  | Identifier
  | NumberLiteral
  | StringLiteral
  | PathLiteral
  | PlainLiteral
  | Parenthesis
  | AttributeSet
  | List
  | Select
  | HasAttribute
  | Apply
  | Unary
  | Binary
  | Lambda
  | Let
  | If
  | Prefixed
  | ErrorNode;

export type Node = Expression | TextPart | Interpolation | AttributePath | Binding | Inherit | Formal | Formals;

/** A complaint about a text, with its place as offsets. */
export interface SyntaxProblem extends Span {
  readonly message: string;
}

/** A parsed text. `problems` is empty exactly where Nix would accept the text (unknown variables aside). */
export interface NixTree {
  readonly source: string;
  readonly root: Expression;
  readonly problems: readonly SyntaxProblem[];
}
