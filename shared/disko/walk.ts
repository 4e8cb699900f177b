import { isList, isSet, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from './layout.ts';
import { deviceGroups, itemType, typeSchema, type DeviceGroup } from './schema.ts';

/** One thing of a layout: a disk, a partition, a file system ... */
export interface Item {
  readonly path: LayoutPath;
  /** disko's type, for example `gpt_partition`; null where the layout names a type that disko does not have. */
  readonly type: string | null;
  readonly value: LayoutSet;
  /** The attribute name, or the position in a list as a number from 1. */
  readonly name: string;
  readonly parent: Item | null;
}

/** All items of a layout, parents before what they hold, in the order of the layout. */
export function itemsOf(layout: Layout): Item[] {
  const items: Item[] = [];
  for (const [group, entries] of Object.entries(layout)) {
    if (!Object.hasOwn(deviceGroups, group) || !isSet(entries)) continue;
    const type = deviceGroups[group as DeviceGroup];
    for (const [name, value] of Object.entries(entries)) {
      if (isSet(value)) visit({ path: [group, name], type, value, name, parent: null }, items);
    }
  }
  return items;
}

function visit(item: Item, items: Item[]): void {
  items.push(item);
  const schema = item.type === null ? null : typeSchema(item.type);
  if (!schema) return;
  for (const [key, option] of Object.entries(schema.options)) {
    const value = item.value[key];
    if (value === undefined) continue;
    const path = [...item.path, key];
    const child = (held: LayoutValue, at: LayoutPath, name: string): void => {
      if (!isSet(held)) return;
      const type = key === 'topology' ? 'zpool_topology' : itemType(option, held);
      if (type !== null || option.type === 'content') visit({ path: at, type, value: held, name, parent: item }, items);
    };
    if (option.type === 'content' || option.type === 'submodule') child(value, path, item.name);
    else if (key === 'mode' && item.type === 'zpool' && isSet(value)) {
      const topology = value['topology'];
      if (isSet(topology)) {
        visit(
          { path: [...path, 'topology'], type: 'zpool_topology', value: topology, name: item.name, parent: item },
          items,
        );
      }
    } else if (option.type === 'attrsOf' && isSet(value) && option.item) {
      for (const [name, held] of Object.entries(value)) child(held, [...path, name], name);
    } else if (option.type === 'listOf' && isList(value) && option.item) {
      for (const [index, held] of value.entries()) child(held, [...path, index], String(index + 1));
    }
  }
}

export function text(item: Item, option: string): string | null {
  const value = item.value[option];
  return typeof value === 'string' ? value : null;
}

export function number(item: Item, option: string): number | null {
  const value = item.value[option];
  return typeof value === 'number' ? value : null;
}

/** The `name` option, else the attribute name, as disko takes it. */
export function ownName(item: Item): string {
  return text(item, 'name') ?? (item.type === 'disk' ? item.name.replaceAll('/', '_') : item.name);
}

/** The item of a type above this one, for example the disk of a partition. */
export function ancestor(item: Item, type: string): Item | null {
  for (let at = item.parent; at; at = at.parent) if (at.type === type) return at;
  return null;
}

/** disko's priority of a gpt partition: what was written, else by type and size. */
export function partitionPriority(item: Item): number {
  const written = number(item, 'priority');
  if (written !== null) return written;
  if (item.value['size'] === '100%') return 9001;
  return item.value['type'] === 'EF02' ? 100 : 1000;
}

/** The partitions of a gpt in the order that disko creates them: by priority, then by attribute name. */
export function orderedPartitions(partitions: readonly Item[]): Item[] {
  return [...partitions].sort(
    (a, b) => partitionPriority(a) - partitionPriority(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}
