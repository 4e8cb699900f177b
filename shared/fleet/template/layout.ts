import { parseNix } from '../../nix/parser.ts';
import type { Binding, Node, NixTree } from '../../nix/syntax.ts';
import { children } from '../../nix/walk.ts';

export type Layout = 'factory' | 'simple';

/** Which of our layouts a flake has; null for one that somebody else wrote. */
export function layoutOf(flake: string): Layout | null {
  // `hosts` and folders of that name are what everybody has; this is what we call the rest.
  if (!flake.includes('modulesOf = name: host: [')) return null;
  if (/import \.\/hosts\/\$\{name\}\/host\.nix/.test(flake) && flake.includes('builtins.readDir ./hosts')) {
    return 'factory';
  }
  return hostsOf(parseNix(flake)) ? 'simple' : null;
}

/** The set `hosts` of the simple layout, as a tree of its own in the text of the whole file. */
export function hostsOf(tree: NixTree): NixTree | null {
  const pending: Node[] = [tree.root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const found = node.kind === 'let' ? node.bindings.find((item) => isHosts(tree, item)) : undefined;
    if (found?.kind === 'binding') return { source: tree.source, root: found.value, problems: tree.problems };
    pending.push(...children(node));
  }
  return null;
}

function isHosts(tree: NixTree, item: Binding | Node): boolean {
  if (item.kind !== 'binding' || item.value.kind !== 'attribute-set') return false;
  return tree.source.slice(item.path.start, item.path.end) === 'hosts';
}
