import type { AttributeSet, Expression, Lambda, Span } from '../syntax.ts';

/** Why an expression has no value here. `place` is where in the text. */
export class NotEvaluable extends Error {
  override readonly name = 'NotEvaluable';
  readonly place: Span | null;
  /**
   * `unknown`: needs something from outside this text (another file, `config`, `pkgs`, a builtin that is not known here).
   * `error`: Nix itself would fail.
   */
  readonly reason: 'unknown' | 'error';
  constructor(reason: 'unknown' | 'error', message: string, place: Span | null = null) {
    super(message);
    this.reason = reason;
    this.place = place;
  }
}

/** Where the bindings of a set are written: in this set of the text, below these names (dotted spellings). */
export interface SetOrigin {
  readonly set: AttributeSet;
  readonly prefix: readonly string[];
}

export interface Attribute {
  readonly thunk: Thunk;
  /** Where it is bound in the text; null where it was computed (`listToAttrs`, `mapAttrs` ...). */
  readonly owner: SetOrigin | null;
}

export interface SetValue {
  readonly type: 'set';
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** The places a new attribute could be written to, the one that wins last. */
  readonly origins: readonly SetOrigin[];
  /** Set where more attributes exist than are known here; asking for one of those leads outside the text. */
  readonly partialName?: string;
}

export interface ListValue {
  readonly type: 'list';
  readonly items: readonly Thunk[];
}

export type Value =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'path'; readonly value: string }
  | ListValue
  | SetValue
  | { readonly type: 'lambda'; readonly node: Lambda; readonly scope: Scope }
  | { readonly type: 'builtin'; readonly name: string; readonly arity: number; readonly taken: readonly Thunk[] }
  /** What `lib.mkIf false` leaves: an option definition that is not there. */
  | { readonly type: 'absent' }
  /** Something from outside the text: any use of it is not evaluable, but passing it on is no fault. */
  | { readonly type: 'outside'; readonly name: string };

/** A value that is computed when it is first asked for. */
export interface Thunk {
  readonly expression: Expression | null;
  force(): Value;
}

/** The names that an expression can see. */
export interface Scope {
  lookup(name: string): Thunk | null;
  /** The `with` scopes around, innermost first; asked after all names that are bound in the text. */
  readonly withs: readonly Thunk[];
}

export function known(value: Value): Thunk {
  return { expression: null, force: () => value };
}

export const nullValue: Value = { type: 'null' };
export const bool = (value: boolean): Value => ({ type: 'bool', value });
export const string = (value: string): Value => ({ type: 'string', value });
export const integer = (value: bigint | number): Value => ({ type: 'integer', value: BigInt(value) });
export const list = (items: readonly Thunk[]): Value => ({ type: 'list', items });

/** A set made by computation, without a place in the text. */
export function set(entries: Iterable<readonly [string, Thunk]>): SetValue {
  const attributes = new Map<string, Attribute>();
  for (const [name, thunk] of entries) attributes.set(name, { thunk, owner: null });
  return { type: 'set', attributes, origins: [] };
}

const typeNames: Readonly<Record<Value['type'], string>> = {
  null: 'null',
  bool: 'a Boolean',
  integer: 'an integer',
  float: 'a float',
  string: 'a string',
  path: 'a path',
  list: 'a list',
  set: 'a set',
  lambda: 'a function',
  builtin: 'a function',
  absent: 'a definition that is switched off',
  outside: 'something from outside this file',
};

export function describeType(value: Value): string {
  return typeNames[value.type];
}

/** `left // right`. */
export function update(evaluator: Pick<Caller, 'spend'>, left: SetValue, right: SetValue): SetValue {
  evaluator.spend(left.attributes.size + right.attributes.size, null);
  const attributes = new Map(left.attributes);
  for (const [name, attribute] of right.attributes) attributes.set(name, attribute);
  return { type: 'set', attributes, origins: [...left.origins, ...right.origins] };
}

/** What a builtin needs of the evaluator that calls it. */
export interface Caller {
  apply(fn: Value, argument: Thunk, place: Span | null): Value;
  isEqual(left: Value, right: Value): boolean;
  /** Counts work that is done beside evaluating. @throws NotEvaluable where it becomes too much */
  spend(steps: number, place: Span | null): void;
  /** Conditions that only something outside the text knows, and that were taken to hold. */
  readonly assumed: { readonly place: Span | null; readonly on: string }[];
}
