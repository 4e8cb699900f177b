import { pathNames } from './locate.ts';
import type { Binding, NixTree, Node } from './syntax.ts';
import { children } from './walk.ts';

/** A binding with the names of all bindings around it and its own, outermost first; null where only evaluation knows. */
export interface PlacedBinding {
  readonly binding: Binding;
  readonly path: readonly (string | null)[];
}

/** Every `a.b = value;` of a text, in the order of the text, wherever it is nested: in lists, calls, functions, `let`. */
export function allBindings({ source, root }: Pick<NixTree, 'source' | 'root'>): PlacedBinding[] {
  const found: PlacedBinding[] = [];
  const pending: { node: Node; path: readonly (string | null)[] }[] = [{ node: root, path: [] }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    const { node } = item;
    let { path } = item;
    if (node.kind === 'binding') {
      path = [...path, ...pathNames(source, node.path.names)];
      found.push({ binding: node, path });
    }
    for (const child of children(node).toReversed()) pending.push({ node: child, path });
  }
  return found;
}

/** True where a path ends with these names. */
export function endsWith(path: readonly (string | null)[], names: readonly string[]): boolean {
  const offset = path.length - names.length;
  return offset >= 0 && names.every((name, index) => path[offset + index] === name);
}
