import { standInLibrary } from '../../nix/evaluation/builtins.ts';
import type { Evaluator } from '../../nix/evaluation/evaluate.ts';
import {
  bool,
  integer,
  known,
  list,
  nullValue,
  set,
  string,
  type Thunk,
  type Value,
} from '../../nix/evaluation/values.ts';
import type { Expression, Span } from '../../nix/syntax.ts';
import { moduleArguments } from '../module-arguments.ts';

/** An argument that a file declares. */
interface DeclaredArgument {
  readonly name: string;
  readonly place: Span;
  /** Source text of the default. */
  readonly fallback: string | null;
}

/** Files that return functions again and again are no layouts. */
const MAX_CALLS = 4;

/**
 * Calls a file's function, and what it returns as long as that is a function again, with `lib`, the given values and
 * stand-ins for what NixOS hands to modules.
 */
export class FileCall {
  readonly declared = new Map<string, DeclaredArgument>();
  /** Arguments that were asked for and have neither a value nor a usable default. */
  readonly missing = new Set<string>();
  private readonly evaluator: Evaluator;
  private readonly given: Readonly<Record<string, unknown>>;

  constructor(evaluator: Evaluator, given: Readonly<Record<string, unknown>>) {
    this.evaluator = evaluator;
    this.given = given;
  }

  result(root: Value): Value {
    let value = root;
    for (let calls = 0; value.type === 'lambda' && calls < MAX_CALLS; calls++) {
      const { node } = value;
      const isNamed = this.given[node.parameter?.name ?? ''] !== undefined;
      const argument = node.formals
        ? known(set(node.formals.items.flatMap((formal) => this.entry(formal))))
        : known(isNamed ? fromData(this.given) : outsideArguments());
      value = this.evaluator.apply(value, argument, null);
    }
    return value;
  }

  private entry(formal: { name: { name: string }; fallback: Expression | null } & Span): [string, Thunk][] {
    const { name } = formal.name;
    if (name === 'lib') return [[name, known(standInLibrary())]];
    const value = this.given[name];
    const { fallback } = formal;
    const text = fallback ? this.evaluator.source.slice(fallback.start, fallback.end) : null;
    if (value !== undefined) {
      this.declared.set(name, { name, place: formal, fallback: text });
      return [[name, known(fromData(value))]];
    }
    if (moduleArguments.has(name)) return fallback ? [] : [[name, known({ type: 'outside', name })]];
    this.declared.set(name, { name, place: formal, fallback: text });
    // A default that only says "set this" is no default.
    return !fallback || isThrow(fallback) ? [[name, this.asked(name)]] : [];
  }

  private asked(name: string): Thunk {
    return {
      expression: null,
      force: () => {
        this.missing.add(name);
        return { type: 'outside', name: `the argument '${name}'` };
      },
    };
  }
}

/** For `args: { ... args.lib ... }`: everything but lib is outside. */
function outsideArguments(): Value {
  return { ...set([['lib', known(standInLibrary())]]), partialName: 'the arguments' };
}

function isThrow(expression: Expression): boolean {
  if (expression.kind === 'parenthesis') return isThrow(expression.expression);
  if (expression.kind !== 'apply') return false;
  const { function: fn } = expression;
  return fn.kind === 'identifier' && (fn.name === 'throw' || fn.name === 'abort');
}

/** Plain data as a value. */
function fromData(data: unknown): Value {
  if (data === null || data === undefined) return nullValue;
  if (typeof data === 'string') return string(data);
  if (typeof data === 'boolean') return bool(data);
  if (typeof data === 'number') return Number.isInteger(data) ? integer(data) : { type: 'float', value: data };
  if (Array.isArray(data)) return list(data.map((item: unknown) => known(fromData(item))));
  return set(Object.entries(data).map(([name, item]) => [name, known(fromData(item))] as const));
}
