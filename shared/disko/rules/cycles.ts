import type { LayoutPath } from '../layout.ts';
import { groupReferences } from '../references.ts';
import { text, type Item } from '../walk.ts';
import { joined, type Rule } from './finding.ts';

/** A group, and the groups that its members lie on: they have to be there before it. */
interface Group {
  readonly path: LayoutPath;
  readonly name: string;
  readonly needs: Set<string>;
}

/** Groups that need each other to exist first: disko fails with a message that helps nobody. */
export const cycles: Rule = function* (inspection) {
  const groups = new Map<string, Group>();
  for (const { path, name, parent } of inspection.items) {
    if (parent === null) groups.set(JSON.stringify(path), { path, name, needs: new Set() });
  }
  for (const { member, option, group } of groupReferences) {
    for (const item of inspection.of(member)) {
      const name = text(item, option);
      if (name !== null) groups.get(JSON.stringify([group, name]))?.needs.add(JSON.stringify(topOf(item).path));
    }
  }
  for (const key of groups.keys()) {
    const way = wayBack(groups, key);
    // Of a ring of groups the first one tells of it.
    if (way === null || way.some((other) => other < key)) continue;
    const names = way.map((step) => groups.get(step)?.name ?? '');
    const pairs = names.map((name, index) => `${name} needs ${names[index + 1] ?? names[0] ?? ''}`);
    yield {
      code: 'cycle',
      severity: 'error',
      path: groups.get(key)?.path ?? [],
      message:
        names.length === 1
          ? `${names[0] ?? ''} needs itself to be there first.`
          : `${joined(pairs)}, so none can be made first.`,
    };
  }
};

function topOf(item: Item): Item {
  let top = item;
  while (top.parent) top = top.parent;
  return top;
}

/** The shortest way over what is needed that leads from a group to itself; null: there is none. */
function wayBack(groups: ReadonlyMap<string, Group>, start: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[start, null]]);
  for (const at of cameFrom.keys()) {
    for (const next of groups.get(at)?.needs ?? []) {
      if (next === start) {
        const way: string[] = [];
        for (let step: string | null = at; step !== null; step = cameFrom.get(step) ?? null) way.unshift(step);
        return way;
      }
      if (!cameFrom.has(next)) cameFrom.set(next, at);
    }
  }
  return null;
}
