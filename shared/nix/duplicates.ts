import { attributeNameText, isDynamic } from './strings.ts';
import type { AttributeName, AttributeSet, Binding, ErrorNode, Expression, Inherit, SyntaxProblem } from './syntax.ts';
import { children } from './walk.ts';

/** What a name of a set is bound to: a set that further paths may add to, or a value that may stand only once. */
type Scope = Map<string, Scope | null>;

/**
 * Names that are bound twice in one set. Nix refuses them while parsing (`attribute 'a' already defined`):
 * `a.b = 1; a.c = 2;` and `a = { b = 1; }; a.c = 2;` are merged, everything else is an error.
 */
export function findDuplicates(source: string, root: Expression): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const pending: { node: Expression; scope: Scope | null }[] = [{ node: root, scope: null }];

  const bindName = (scope: Scope, name: AttributeName): boolean => {
    const text = attributeNameText(source, name);
    if (text === null) return true;
    if (scope.has(text)) {
      problems.push({ start: name.start, end: name.end, message: `'${text}' is already defined in this set.` });
      return false;
    }
    scope.set(text, null);
    return true;
  };

  const bindPath = (outer: Scope, binding: Binding): void => {
    let scope: Scope = outer;
    const { names } = binding.path;
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      const set = isLast ? asSet(binding.value) : null;
      if (isDynamic(name)) {
        if (isLast) {
          if (set) fill(new Map(), set);
          else pending.push({ node: binding.value, scope: null });
          return;
        }
        scope = new Map();
        continue;
      }
      const text = attributeNameText(source, name) ?? '';
      const known = scope.get(text);
      if (!isLast) {
        if (known === null) return void bindName(scope, name);
        const inner = known ?? new Map<string, Scope | null>();
        scope.set(text, inner);
        scope = inner;
        continue;
      }
      if (!set) {
        bindName(scope, name);
        pending.push({ node: binding.value, scope: null });
      } else if (known) {
        fill(known, set);
      } else if (bindName(scope, name)) {
        const inner: Scope = new Map();
        scope.set(text, inner);
        fill(inner, set);
      }
    }
  };

  const bindAll = (scope: Scope, bindings: readonly (Binding | Inherit | ErrorNode)[]): void => {
    for (const binding of bindings) {
      if (binding.kind === 'error') continue;
      if (binding.kind === 'binding') bindPath(scope, binding);
      else {
        if (binding.from) pending.push({ node: binding.from, scope: null });
        for (const name of binding.names) bindName(scope, name);
      }
    }
  };

  const fill = (scope: Scope, set: AttributeSet): void => bindAll(scope, set.bindings);

  for (let item = pending.pop(); item; item = pending.pop()) {
    const { node } = item;
    if (node.kind === 'attribute-set' || node.kind === 'legacy-let') fill(new Map(), node);
    else if (node.kind === 'let') {
      bindAll(new Map(), node.bindings);
      pending.push({ node: node.body, scope: null });
    } else {
      for (const child of children(node)) pushExpressions(child, pending);
    }
  }
  return problems;
}

function pushExpressions(
  node: ReturnType<typeof children>[number],
  pending: { node: Expression; scope: null | Scope }[],
) {
  switch (node.kind) {
    case 'text':
      return;
    case 'binding':
    case 'inherit':
    case 'formal':
    case 'formals':
    case 'attribute-path':
    case 'interpolation':
      for (const child of children(node)) pushExpressions(child, pending);
      return;
    default:
      pending.push({ node, scope: null });
  }
}

function asSet(value: Expression): AttributeSet | null {
  let inner = value;
  while (inner.kind === 'parenthesis') inner = inner.expression;
  return inner.kind === 'attribute-set' ? inner : null;
}
