import { withValue, isSet, type Layout, type LayoutPath } from '../layout.ts';
import { itemsOf, number, orderedPartitions, partitionPriority, type Item } from '../walk.ts';
import { OperationError } from './operation-error.ts';

/** The partitions of the GPT at a path, in the order that disko makes them. @throws OperationError where none is */
export function partitionsOf(layout: Layout, tablePath: LayoutPath): Item[] {
  const key = JSON.stringify(tablePath);
  const items = itemsOf(layout);
  const table = items.find((item) => JSON.stringify(item.path) === key && item.type === 'gpt');
  if (!table) throw new OperationError('Only partitions of a GPT have an order of their own.');
  return orderedPartitions(items.filter((item) => item.parent === table));
}

/**
 * Moves a partition to a position (from 0) in its table. disko orders by priority, then by name; see {@link withOrder}.
 */
export function move(layout: Layout, path: LayoutPath, position: number): Layout {
  const tablePath = path.slice(0, -2);
  const names = partitionsOf(layout, tablePath).map((item) => item.name);
  const name = String(path.at(-1));
  const from = names.indexOf(name);
  if (from < 0) throw new OperationError('There is no such partition.');
  names.splice(from, 1);
  names.splice(Math.max(0, Math.min(position, names.length)), 0, name);
  return withOrder(layout, tablePath, names, name);
}

/** What disko sorts partitions by. */
interface Rank {
  readonly priority: number;
  readonly name: string;
}

interface Place {
  readonly item: Item;
  /** As it stands. */
  readonly present: Rank;
  /** Without a priority of its own. */
  readonly natural: Rank;
}

/**
 * The layout with the partitions of a table in the order of `names`. As few partitions as possible get another
 * `priority`; one that needs none loses it. Where there is a choice it is `preferred` that changes.
 */
export function withOrder(
  layout: Layout,
  tablePath: LayoutPath,
  names: readonly string[],
  preferred: string | null = null,
): Layout {
  const byName = new Map(partitionsOf(layout, tablePath).map((item) => [item.name, item]));
  const places = names.flatMap((name): Place[] => {
    const item = byName.get(name);
    if (!item) return [];
    const { priority: _priority, ...rest } = item.value;
    return [
      {
        item,
        present: { priority: partitionPriority(item), name },
        natural: { priority: partitionPriority({ ...item, value: rest }), name },
      },
    ];
  });
  const kept = keptPlaces(places, preferred);
  let result = layout;
  let last: Rank | null = null;
  for (const [index, { item, present, natural }] of places.entries()) {
    if (kept.has(index)) {
      last = present;
      continue;
    }
    const next = places.findIndex((_, at) => at > index && kept.has(at));
    const after = next < 0 ? null : (places[next]?.present ?? null);
    const between = places.slice(index + 1, next < 0 ? undefined : next);
    const priority = choosePriority(natural, last, after, between);
    if (number(item, 'priority') !== priority) {
      const value = withValue(result, [...item.path, 'priority'], priority ?? undefined);
      if (isSet(value)) result = value;
    }
    last = { priority: priority ?? natural.priority, name: item.name };
  }
  return result;
}

function isBefore(a: Rank, b: Rank): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.name < b.name);
}

/** The lowest rank for a name behind `last`. */
function lowestAfter(last: Rank, name: string): Rank {
  return { priority: name > last.name ? last.priority : last.priority + 1, name };
}

/** True where names fit, in this order, between two ranks. */
function fits(last: Rank, names: readonly string[], after: Rank | null): boolean {
  const end = names.reduce(lowestAfter, last);
  return after === null || isBefore(end, after);
}

/** null: none of its own is needed. */
function choosePriority(
  natural: Rank,
  last: Rank | null,
  after: Rank | null,
  between: readonly Place[],
): number | null {
  const names = between.map((place) => place.item.name);
  if ((last === null || isBefore(last, natural)) && fits(natural, names, after)) return null;
  if (last !== null) return lowestAfter(last, natural.name).priority;
  // In front of all others: 1, as people write it, unless that is not low enough.
  const room = between.length + 1;
  return after === null ? 1 : Math.min(1, after.priority - room);
}

/**
 * The largest set of places that can stay as they are, so that the others find room between them. Places count
 * slightly more than `preferred`, so that it is the one that changes.
 */
function keptPlaces(places: readonly Place[], preferred: string | null): Set<number> {
  const best: { weight: number; before: number }[] = [];
  let end = -1;
  for (const [index, place] of places.entries()) {
    const own = place.item.name === preferred ? 1 : 1.001;
    let chosen = { weight: own, before: -1 };
    for (const [earlier, before] of best.entries()) {
      const from = places[earlier];
      if (!from || before.weight + own <= chosen.weight) continue;
      const names = places.slice(earlier + 1, index).map((item) => item.item.name);
      if (fits(from.present, names, place.present)) chosen = { weight: before.weight + own, before: earlier };
    }
    best.push(chosen);
    if (end < 0 || chosen.weight > (best[end]?.weight ?? 0)) end = index;
  }
  const kept = new Set<number>();
  for (let at = end; at >= 0; at = best[at]?.before ?? -1) kept.add(at);
  return kept;
}
