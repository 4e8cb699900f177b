import type { BuildNode } from '../../shared/contract/job.ts';

/** One line of the drawn tree. */
export interface TreeRow {
  /** Unique in the drawing: the way from the root, since one derivation can be an input of several. */
  key: string;
  node: BuildNode;
  depth: number;
  hasChildren: boolean;
  isExpanded: boolean;
  /** Its inputs are drawn under another parent, further up. */
  isRepeated: boolean;
}

export interface BuildCounts {
  total: number;
  done: number;
  running: number;
  failed: number;
}

export function countBuilds(nodes: readonly BuildNode[]): BuildCounts {
  const count = (state: BuildNode['state']): number => nodes.filter((node) => node.state === state).length;
  return { total: nodes.length, done: count('done'), running: count('running'), failed: count('failed') };
}

const URGENCY: Record<BuildNode['state'], number> = { failed: 0, running: 1, waiting: 2, done: 3 };

/**
 * The part of the tree that is drawn. `isExpanded` says what a person opened or closed (undefined: not touched); what
 * was not touched is open where something inside it runs or has failed. Failures and running work come first.
 */
export function treeRows(nodes: readonly BuildNode[], isExpanded: (key: string) => boolean | undefined): TreeRow[] {
  const byDrv = new Map(nodes.map((node) => [node.drv, node]));
  const inputs = new Map(nodes.map((node) => [node.drv, inputsOf(node, byDrv)]));
  const used = new Set([...inputs.values()].flat().map((node) => node.drv));
  // A circle cannot come from Nix; if data ever held one, its members would have no root and are drawn flat.
  const roots = nodes.filter((node) => !used.has(node.drv));
  const isLively = livelyNodes(nodes, inputs);

  const rows: TreeRow[] = [];
  const drawn = new Set<string>();
  const visit = (node: BuildNode, parentKey: string, depth: number): void => {
    const key = `${parentKey}/${node.drv}`;
    const children = inputs.get(node.drv) ?? [];
    const isRepeated = drawn.has(node.drv) && children.length > 0;
    const hasChildren = children.length > 0 && !isRepeated;
    const isOpen = hasChildren && (isExpanded(key) ?? isLively.has(node.drv));
    rows.push({ key, node, depth, hasChildren, isExpanded: isOpen, isRepeated });
    drawn.add(node.drv);
    if (isOpen) for (const child of children) visit(child, key, depth + 1);
  };
  for (const root of sorted(roots.length > 0 ? roots : nodes)) visit(root, '', 1);
  return rows;
}

function inputsOf(node: BuildNode, byDrv: ReadonlyMap<string, BuildNode>): BuildNode[] {
  return sorted(node.inputs.flatMap((drv) => byDrv.get(drv) ?? []).filter((input) => input !== node));
}

function sorted(nodes: readonly BuildNode[]): BuildNode[] {
  return nodes.toSorted((a, b) => URGENCY[a.state] - URGENCY[b.state] || a.name.localeCompare(b.name));
}

/** Derivations with something running or failed below them. */
function livelyNodes(
  nodes: readonly BuildNode[],
  inputs: ReadonlyMap<string, readonly BuildNode[]>,
): ReadonlySet<string> {
  const users = new Map<string, string[]>();
  for (const [drv, children] of inputs) {
    for (const child of children) users.set(child.drv, [...(users.get(child.drv) ?? []), drv]);
  }
  const lively = new Set<string>();
  const rise = (drv: string): void => {
    for (const user of users.get(drv) ?? []) {
      if (lively.has(user)) continue;
      lively.add(user);
      rise(user);
    }
  };
  for (const node of nodes) if (node.state === 'running' || node.state === 'failed') rise(node.drv);
  return lively;
}
