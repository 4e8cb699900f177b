import type { Host } from '../../contract/host.ts';
import { spliced, together, type Edit } from './edit.ts';
import { noPositions, type FleetFacts, type Way } from './fleet-facts.ts';
import type { ListPlace } from './outline.ts';
import { belongsTo, everywhere, isAt, type Found } from './source.ts';
import { waysLikeOthers } from './like-others.ts';
import { deploymentWays } from './values.ts';

export interface TagQuestion {
  readonly host: Host;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** What of a host's tags changes; null where it has them already. */
export function changedTags(host: Host, add: readonly string[], remove: readonly string[]): TagQuestion | null {
  const added = [...new Set(add)].filter((tag) => !host.tags.includes(tag));
  const removed = [...new Set(remove)].filter((tag) => host.tags.includes(tag) && !add.includes(tag));
  return added.length + removed.length === 0 ? null : { host, add: added, remove: removed };
}

/** Ways to change a host's tags, the likeliest first. */
export function tagWays(facts: FleetFacts, { host, add, remove }: TagQuestion): Way<Edit>[] {
  const lists = tagLists(facts, host);
  const change = ({ source, what }: Found<ListPlace>, added: readonly string[]): Edit => {
    const texts = new Set(what.items.map(({ text }) => text));
    const own = { add: added.filter((tag) => !texts.has(tag)), remove: remove.filter((tag) => texts.has(tag)) };
    if (own.add.length + own.remove.length === 0) return spliced(source.path);
    return spliced(source.path, ...source.format.changeList(source.text, what, own));
  };
  const ways = lists.map((found) => ({
    edit: together(lists.map((other) => change(other, other === found ? add : []))),
    place: { file: found.source.path, offset: found.what.start },
  }));
  if (add.length === 0) return ways;
  const said = (isDeployRs: boolean) => (isDeployRs ? null : { key: 'tags', value: [...add] });
  // With nothing to take away from a list that is there, a new one will do.
  return remove.length > 0 && lists.length > 0
    ? ways
    : [...ways, ...waysLikeOthers(facts, host, ['tags'], [...add]), ...deploymentWays(facts, host, said)];
}

function tagLists({ sources, positions }: FleetFacts, host: Host): Found<ListPlace>[] {
  const { values } = positions.get(host.name) ?? noPositions;
  const names = everywhere(sources, (outline) => outline.names);
  const ranked = everywhere(sources, ({ lists }) => lists).flatMap((found) => {
    const { source, what } = found;
    const isPlaced = names.some(
      (name) =>
        name.source === source && name.what.text === 'tags' && isAt(values, name) && holds(name.what.value, what),
    );
    if (isPlaced) return [{ found, rank: 0 }];
    if (!belongsTo(host.name, source, what.within)) return [];
    if (what.key === 'tags') return [{ found, rank: 1 }];
    const texts = what.items.map(({ text }) => text);
    return texts.length > 0 && texts.every((text) => text !== null && host.tags.includes(text))
      ? [{ found, rank: 2 }]
      : [];
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ found }) => found);
}

function holds(value: { readonly start: number; readonly end: number } | null, list: ListPlace): boolean {
  return value !== null && value.start <= list.start && list.end <= value.end;
}
