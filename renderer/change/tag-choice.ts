import type { Host } from '../../shared/contract/host.ts';

/** A tag with the number of the chosen hosts that have it. */
export interface TagCount {
  readonly name: string;
  readonly count: number;
}

/** The tags of the chosen hosts, then those that only other hosts of the fleet have; both by name. */
export function tagCounts(hosts: readonly Host[], fleetTags: readonly string[]): TagCount[] {
  const all = new Set([...fleetTags, ...hosts.flatMap(({ tags }) => tags)]);
  const counts = [...all].map((name) => ({ name, count: hosts.filter(({ tags }) => tags.includes(name)).length }));
  return counts.sort((a, b) => Number(b.count > 0) - Number(a.count > 0) || a.name.localeCompare(b.name));
}

/**
 * What has to change so that the chosen hosts have the tags as they were ticked. A tag that nobody touched stays as it is
 * on each host.
 * @param ticked the tags that a person ticked or unticked @param typed tags that are new
 */
export function tagChange(
  counts: readonly TagCount[],
  hostCount: number,
  ticked: ReadonlyMap<string, boolean>,
  typed: readonly string[],
): { add: string[]; remove: string[] } {
  const countOf = new Map(counts.map(({ name, count }) => [name, count]));
  const lacking = (name: string): boolean => (countOf.get(name) ?? 0) < hostCount;
  const wanted = [...ticked].filter(([, isWanted]) => isWanted).map(([name]) => name);
  return {
    add: [...new Set([...wanted, ...typed])].filter(lacking),
    remove: [...ticked]
      .filter(([name, isWanted]) => !isWanted && !typed.includes(name) && (countOf.get(name) ?? 0) > 0)
      .map(([name]) => name),
  };
}
