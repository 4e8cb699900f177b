import { attributeNameText } from './strings.ts';
import type { AttributeName, AttributeSet, Binding, Expression, Inherit, Let } from './syntax.ts';

/** Where an attribute path leads in a text. */
export type Location =
  /** `a.b = value;` ends exactly there. */
  | { readonly kind: 'binding'; readonly set: BindingScope; readonly binding: Binding }
  | { readonly kind: 'inherit'; readonly set: BindingScope; readonly inherit: Inherit; readonly name: AttributeName }
  /** Not one binding alone says what it is: `a.b = 1; a.c = 2;` or `a = { b = 1; }; a.c = 2;` when asked for `a`. */
  | { readonly kind: 'spread'; readonly pieces: readonly Piece[] };

/** A binding that ends at a path or goes on from there; the path takes `depth` of its own names. */
export interface Piece {
  readonly binding: Binding;
  readonly depth: number;
}

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

/** True where a path begins with these names. */
export function isPrefix(prefix: readonly (string | null)[], path: readonly string[]): boolean {
  return prefix.length <= path.length && prefix.every((name, index) => name === path[index]);
}

/** Looks an attribute path up in one set (or the bindings of a `let`) and what is nested in it. */
export function locateIn(source: string, set: BindingScope, path: readonly string[]): Location | null {
  const pieces: (Piece & { readonly set: BindingScope })[] = [];
  const inherited: Location[] = [];
  const search = (inside: BindingScope, rest: readonly string[]): void => {
    for (const binding of inside.bindings) {
      if (binding.kind === 'error') continue;
      if (binding.kind === 'inherit') {
        const name = rest.length === 1 && binding.names.find((item) => attributeNameText(source, item) === rest[0]);
        if (name) inherited.push({ kind: 'inherit', set: inside, inherit: binding, name });
        continue;
      }
      const names = pathNames(source, binding.path.names);
      if (names.length >= rest.length) {
        if (isPrefix(names.slice(0, rest.length), rest)) pieces.push({ set: inside, binding, depth: rest.length });
      } else if (isPrefix(names, rest)) {
        const before = pieces.length + inherited.length;
        for (const inner of valueSets(binding.value)) {
          // Of sets that `//` joins, the first that has it is the one that counts.
          if (pieces.length + inherited.length === before) search(inner, rest.slice(names.length));
        }
      }
    }
  };
  search(set, path);
  const [first, ...others] = pieces;
  if (!first) return inherited[0] ?? null;
  const isWhole = others.length === 0 && first.binding.path.names.length === first.depth;
  return isWhole ? { kind: 'binding', set: first.set, binding: first.binding } : { kind: 'spread', pieces };
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
    set.bindings.some((item) => {
      if (item.kind === 'error') return false;
      const names = item.kind === 'binding' ? item.path.names.slice(0, 1) : item.names;
      return names.some((name) => attributeNameText(source, name) === path[0]);
    });
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
