import { attributeNameText } from './strings.ts';
import type { AttributeName, AttributeSet, Binding, Expression, Inherit, Let } from './syntax.ts';

/** Where an attribute path leads in a text. */
export type Location =
  /** `a.b = value;` ends exactly there. */
  | { readonly kind: 'binding'; readonly set: BindingScope; readonly binding: Binding }
  | { readonly kind: 'inherit'; readonly set: BindingScope; readonly inherit: Inherit; readonly name: AttributeName }
  /** No binding ends there, but longer ones go through it: `a.b = 1; a.c = 2;` when asked for `a`. */
  | {
      readonly kind: 'spread';
      readonly set: BindingScope;
      readonly bindings: readonly Binding[];
      readonly depth: number;
    };

export type BindingScope = AttributeSet | Let;

/** The names of a path; null for one that only evaluation knows. */
export function pathNames(source: string, names: readonly AttributeName[]): (string | null)[] {
  return names.map((name) => attributeNameText(source, name));
}

/**
 * The attribute sets that make up the value of an expression, the one that wins first: through function bodies,
 * `let ... in`, `with`, `assert`, parentheses and both sides of `//`. Empty where only evaluation can tell.
 */
export function valueSets(expression: Expression): AttributeSet[] {
  switch (expression.kind) {
    case 'attribute-set':
      return [expression];
    case 'parenthesis':
      return valueSets(expression.expression);
    case 'lambda':
    case 'let':
    case 'with':
    case 'assert':
      return valueSets(expression.body);
    case 'binary':
      return expression.operator === '//' ? [...valueSets(expression.right), ...valueSets(expression.left)] : [];
    default:
      return [];
  }
}

function isPrefix(prefix: readonly (string | null)[], path: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((name, index) => name === path[index]);
}

/** Looks an attribute path up in one set (or the bindings of a `let`) and what is nested in it. */
export function locateIn(source: string, set: BindingScope, path: readonly string[]): Location | null {
  const spread: Binding[] = [];
  let nested: Location | null = null;
  for (const binding of set.bindings) {
    if (binding.kind === 'error') continue;
    if (binding.kind === 'inherit') {
      const name = path.length === 1 && binding.names.find((item) => attributeNameText(source, item) === path[0]);
      if (name) return { kind: 'inherit', set, inherit: binding, name };
      continue;
    }
    const names = pathNames(source, binding.path.names);
    if (names.length === path.length && isPrefix(names, path)) return { kind: 'binding', set, binding };
    if (names.length < path.length && isPrefix(names, path)) {
      for (const inner of valueSets(binding.value)) nested ??= locateIn(source, inner, path.slice(names.length));
    } else if (names.length > path.length && isPrefix(names.slice(0, path.length), path)) spread.push(binding);
  }
  if (nested) return nested;
  return spread.length > 0 ? { kind: 'spread', set, bindings: spread, depth: path.length } : null;
}

/** Looks an attribute path up in the value of an expression (usually the root of a file). */
export function locate(source: string, root: Expression, path: readonly string[]): Location | null {
  for (const set of valueSets(root)) {
    const found = locateIn(source, set, path);
    if (found) return found;
  }
  return null;
}

/**
 * The deepest set that already stands on the way to a path, and what of the path is left inside it. Where several sets
 * are joined by `//`, it is the one that already has the first name (the right side hides the left), else the largest.
 */
export function deepestSet(
  source: string,
  root: Expression,
  path: readonly string[],
): { set: AttributeSet; rest: readonly string[] } | null {
  const sets = valueSets(root);
  const hasFirst = (set: AttributeSet): boolean =>
    set.bindings.some((item) => item.kind === 'binding' && pathNames(source, item.path.names)[0] === path[0]);
  const largest = sets.reduce<AttributeSet | null>(
    (best, set) => (best && best.bindings.length >= set.bindings.length ? best : set),
    null,
  );
  const set = sets.find(hasFirst) ?? largest;
  if (!set) return null;
  for (const binding of set.bindings) {
    if (binding.kind !== 'binding') continue;
    const names = pathNames(source, binding.path.names);
    if (names.length >= path.length || !isPrefix(names, path)) continue;
    const inner = deepestSet(source, binding.value, path.slice(names.length));
    if (inner) return inner;
  }
  return { set, rest: path };
}
