import type { ListEntry } from '../nix/edit-list.ts';
import { isList, isSame, isSet, type LayoutSet, type LayoutValue } from './layout.ts';

/**
 * Which new names of a set are renamed old ones: the value says (mostly) the same. New name to old name. Names of
 * options that come and go are never taken for each other, as those hold no sets of the same kind.
 */
export function renamesBetween(before: LayoutSet, after: LayoutSet): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const come = Object.keys(after).filter((name) => !Object.hasOwn(before, name));
  if (gone.length === 0 || come.length === 0) return renames;
  const places = Object.keys(before);
  for (const [place, name] of Object.keys(after).entries()) {
    const value = after[name];
    if (!come.includes(name) || !isSet(value)) continue;
    let best: { name: string; likeness: number } | null = null;
    for (const old of gone) {
      const was = before[old];
      if (!isSet(was) || [...renames.values()].includes(old)) continue;
      const likeness = likenessOf(was, value) + (places[place] === old ? 0.01 : 0);
      if (likeness >= 0.5 && likeness > (best?.likeness ?? 0)) best = { name: old, likeness };
    }
    if (best) renames.set(name, best.name);
  }
  return renames;
}

/** The share of leaves that two sets have in common, 0 to 1. */
function likenessOf(a: LayoutSet, b: LayoutSet): number {
  if (isSame(a, b)) return 1;
  const [left, right] = [leaves(a), leaves(b)];
  let common = 0;
  for (const leaf of left) if (right.has(leaf)) common++;
  return common / Math.max(left.size, right.size, 1);
}

function leaves(value: LayoutValue, path = '', found = new Set<string>()): Set<string> {
  if (isSet(value)) for (const [name, item] of Object.entries(value)) leaves(item, `${path}/${name}`, found);
  else if (isList(value)) for (const [index, item] of value.entries()) leaves(item, `${path}/${index}`, found);
  else found.add(`${path}=${JSON.stringify(value)}`);
  return found;
}

/** A changed list as what stays of the old one and what is new, in order (longest common subsequence). */
export function entriesOf(before: readonly LayoutValue[], after: readonly LayoutValue[]): ListEntry[] {
  const lengths = commonLengths(before, after);
  const entries: ListEntry[] = [];
  let [from, to] = [0, 0];
  while (to < after.length) {
    const [old, value] = [before[from], after[to]];
    if (value === undefined) break;
    if (old !== undefined && isSame(old, value)) {
      entries.push({ old: from++ });
      to++;
    } else if (old !== undefined && (lengths[from + 1]?.[to] ?? 0) >= (lengths[from]?.[to + 1] ?? 0)) from++;
    else {
      entries.push({ value });
      to++;
    }
  }
  return entries;
}

function commonLengths(before: readonly LayoutValue[], after: readonly LayoutValue[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => Array.from({ length: after.length + 1 }, () => 0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = table[i];
      if (!row) continue;
      row[j] = isSame(before[i], after[j])
        ? (table[i + 1]?.[j + 1] ?? 0) + 1
        : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}
