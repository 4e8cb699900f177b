import { isSet, type Layout, type LayoutPath } from '../../shared/disko/layout.ts';
import { pathKey } from '../../shared/disko/read-source.ts';
import { mountpointOf } from '../../shared/disko/rules/mounts.ts';
import { itemsOf, orderedPartitions, text, type Item } from '../../shared/disko/walk.ts';
import { describeHolding, typeWord, type PartKind } from './part-words.ts';

/** A row of the tree that shows everything of a layout. */
export interface OutlineRow {
  readonly key: string;
  readonly path: LayoutPath;
  readonly depth: number;
  readonly kind: PartKind;
  readonly name: string;
  readonly typeWord: string;
  readonly size: string;
  readonly mount: string;
}

/** All things of a layout, each below what it is in; partitions in the order that disko makes them. */
export function outlineOf(layout: Layout): OutlineRow[] {
  const items = itemsOf(layout);
  const children = new Map<Item | null, Item[]>();
  for (const item of items) {
    const siblings = children.get(item.parent);
    if (siblings) siblings.push(item);
    else children.set(item.parent, [item]);
  }
  const rows: OutlineRow[] = [];
  const visit = (item: Item, depth: number): void => {
    // The table says nothing that its partitions do not.
    const isTable = item.type === 'gpt';
    if (!isTable) rows.push(row(item, depth));
    const below = children.get(item) ?? [];
    const ordered = isTable ? orderedPartitions(below) : below;
    for (const child of ordered) visit(child, isTable ? depth : depth + 1);
  };
  const tops = children.get(null) ?? [];
  for (const item of [...tops.filter(isDisk), ...tops.filter((top) => !isDisk(top))]) visit(item, 0);
  return rows;
}

const isDisk = (item: Item): boolean => item.type === 'disk';

/** Named by their attribute; everything else is what it is. */
const named = new Set([
  'disk',
  'gpt_partition',
  'lvm_vg',
  'lvm_lv',
  'mdadm',
  'zpool',
  'zfs_fs',
  'zfs_volume',
  'btrfs_subvol',
  'btrfs_swapfile',
  'bcachefs_filesystem',
  'bcachefs_subvolume',
  'nodev',
]);

export function isNamed(item: Item): boolean {
  return item.type !== null && named.has(item.type);
}

/** What a thing is called: its name, or what it is. */
export function titleOf(item: Item): string {
  if (isNamed(item)) return item.name;
  if (item.type === 'filesystem') return text(item, 'format') ?? 'File system';
  if (item.type === 'luks') return text(item, 'name') ?? 'LUKS';
  if (item.type === 'table_partition') return text(item, 'name') ?? `Partition ${item.name}`;
  return typeWord(item.type) ?? text(item, 'type') ?? 'unknown';
}

function row(item: Item, depth: number): OutlineRow {
  const isContent = item.path.at(-1) === 'content';
  const { kind } = isContent
    ? describeHolding(item.value, item.parent?.value['type'])
    : describeHolding(item.value['content'], item.value['type']);
  const word = item.type === null ? 'unknown type' : (typeWord(item.type) ?? item.type);
  const title = titleOf(item);
  return {
    key: pathKey(item.path),
    path: item.path,
    depth,
    kind: isSet(item.value['content']) || isContent ? kind : item.type === 'disk' ? 'table' : kind,
    name: title,
    typeWord: word === title ? '' : word,
    size: sizeWords(item),
    mount: mountpointOf(item) ?? '',
  };
}

/** disko goes by the end where both are written. */
function sizeWords(item: Item): string {
  const end = item.type === 'gpt_partition' ? text(item, 'end') : null;
  if (end === null) return text(item, 'size') === '100%' ? 'the rest' : (text(item, 'size') ?? '');
  const [, sign, bytes = ''] = /^([+-]?)(.*)$/.exec(end) ?? [];
  if (sign === '-') return bytes === '0' ? 'the rest' : `all but ${bytes}`;
  return sign === '+' ? bytes : `up to ${bytes}`;
}

/** A place in the file tree of the machine, and what is mounted there. */
export interface MountRow {
  readonly key: string;
  readonly path: LayoutPath;
  readonly mountpoint: string;
  readonly depth: number;
  readonly what: string;
  /** Where it lies, from the outside in: `main › root › LUKS`. */
  readonly where: string;
  readonly options: string;
}

/** Everything that is mounted, by place. */
export function mountsOf(layout: Layout): MountRow[] {
  const rows = itemsOf(layout).flatMap((item): MountRow[] => {
    const mountpoint = mountpointOf(item);
    if (mountpoint === null) return [];
    const options = item.value['mountOptions'];
    const words = item.type === 'filesystem' ? (text(item, 'format') ?? '') : (typeWord(item.type) ?? '');
    return [
      {
        key: pathKey(item.path),
        path: item.path,
        mountpoint,
        depth: 0,
        what: item.type === 'nodev' ? (text(item, 'fsType') ?? words) : words.toLowerCase(),
        where: trail(item),
        options: Array.isArray(options) ? options.map(String).join(', ') : '',
      },
    ];
  });
  rows.sort((a, b) => (a.mountpoint < b.mountpoint ? -1 : a.mountpoint > b.mountpoint ? 1 : 0));
  const isAbove = (top: string, place: string): boolean =>
    place !== top && place.startsWith(top === '/' ? '/' : `${top}/`);
  return rows.map((each) => ({
    ...each,
    depth: new Set(rows.filter(({ mountpoint }) => isAbove(mountpoint, each.mountpoint)).map((r) => r.mountpoint)).size,
  }));
}

function trail(item: Item): string {
  const names: string[] = [];
  for (let at: Item | null = item.type === 'filesystem' ? item.parent : item; at; at = at.parent) {
    if (at.type !== 'gpt') names.unshift(titleOf(at));
  }
  return names.join(' › ');
}
