import type { Expression, Let, Node } from './syntax.ts';
import { children } from './walk.ts';

/** A name of a `let`, with the source text of its value. */
export interface Definition {
  readonly name: string;
  readonly text: string;
}

/** The names that an expression looks up, itself or inside. */
export function namesIn(node: Node): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (at: Node): void => {
    if (at.kind === 'identifier') found.add(at.name);
    for (const child of children(at)) {
      // A name behind a dot, or one that is defined, is no variable: only `${...}` in a path is looked into.
      const isOwnName = at.kind === 'attribute-path' || at.kind === 'formal' || (at.kind === 'inherit' && at.from);
      if (!(isOwnName && child.kind === 'identifier')) visit(child);
    }
  };
  visit(node);
  return found;
}

/** What an expression of a text needs of the `let`s around it, to be moved out of them. */
export function definitionsAround(source: string, root: Expression, expression: Expression): readonly Definition[] {
  const found = new Map<string, Definition>();
  const need = (node: Node, around: readonly Node[]): void => {
    for (const name of namesIn(node)) {
      if (found.has(name)) continue;
      const at = around.findLastIndex((outer) => binds(outer, name));
      const holder = around[at];
      const value = holder?.kind === 'let' ? valueOf(source, holder, name) : null;
      if (!value) continue;
      found.set(name, { name, text: value.text });
      need(value.node, around.slice(0, at + 1));
    }
  };
  need(expression, nodesAround(root, expression));
  return [...found.values()];
}

function nodesAround(root: Node, inner: Expression): Node[] {
  const around: Node[] = [];
  for (let node: Node | undefined = root; node && node !== inner;) {
    around.push(node);
    node = children(node).find(({ start, end }) => start <= inner.start && inner.end <= end);
  }
  return around;
}

/** Whether names inside a node may mean something that the node defines. */
function binds(node: Node, name: string): boolean {
  if (node.kind === 'let' || node.kind === 'legacy-let') return node.bindings.some((one) => defines(one, name));
  if (node.kind === 'attribute-set') return node.isRecursive && node.bindings.some((one) => defines(one, name));
  if (node.kind !== 'lambda') return false;
  return node.parameter?.name === name || (node.formals?.items.some((formal) => formal.name.name === name) ?? false);
}

function defines(binding: Let['bindings'][number], name: string): boolean {
  const isName = (node: Node | undefined): boolean => node?.kind === 'identifier' && node.name === name;
  if (binding.kind === 'binding') return isName(binding.path.names[0]);
  return binding.kind === 'inherit' && binding.names.some(isName);
}

/** null where it is spread over several bindings, or comes from further out. */
function valueOf(source: string, { bindings }: Let, name: string): { text: string; node: Node } | null {
  const [own, ...others] = bindings.filter((one) => defines(one, name));
  if (others.length > 0 || own === undefined) return null;
  if (own.kind === 'binding' && own.path.names.length === 1) {
    return { text: source.slice(own.value.start, own.value.end), node: own.value };
  }
  if (own.kind !== 'inherit' || !own.from) return null;
  return { text: `(${source.slice(own.from.start, own.from.end)}).${name}`, node: own.from };
}
