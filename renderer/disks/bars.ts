import { diskStretches, groupCapacity, logicalVolumeBytes, type Capacity } from '../../shared/disko/geometry.ts';
import { isSet, valueAt, type Layout, type LayoutPath, type LayoutSet } from '../../shared/disko/layout.ts';
import { pathKey } from '../../shared/disko/read-source.ts';
import { describeBytes, sizeBytes } from '../../shared/disko/size.ts';
import { itemsOf, number, ownName, text, type Item } from '../../shared/disko/walk.ts';
import { describeHolding, holdingSentence, type Holding, type PartKind } from './part-words.ts';

/** A piece of a bar, as wide as it is large. */
export interface BarSegment {
  readonly key: string;
  /** null: free space. */
  readonly path: LayoutPath | null;
  readonly name: string;
  readonly kind: PartKind;
  /** What is written about its size: `1G`, `the rest`. */
  readonly sizeWords: string;
  readonly holding: Holding | null;
  readonly bytes: number;
  readonly isImpossible: boolean;
  /** True for partitions: they have an order. */
  readonly isPartition: boolean;
  /** True for what has a size of its own: its edge can be dragged. */
  readonly isResizable: boolean;
  /** Everything about it in one sentence, for screen readers. */
  readonly label: string;
}

export interface Bar {
  readonly key: string;
  readonly path: LayoutPath;
  readonly name: string;
  /** What stands beside the name. */
  readonly detail: string;
  readonly bytes: number;
  readonly segments: readonly BarSegment[];
  /** Path of the GPT in it, where it has one. */
  readonly tablePath: LayoutPath | null;
}

const GIB = 1024 ** 3;
/** Sizes that disks are sold with, in bytes. */
const commonBytes = [500, 1000, 2000, 4000, 8000, 16_000, 32_000].map((gigabytes) => gigabytes * 1e9);

/** A size to draw a disk with that nobody has measured: room for what is written and more. */
export function guessDiskBytes(disk: LayoutSet): number {
  const partitions = valueAt(disk, ['content', 'partitions']);
  const entries = isSet(partitions) ? Object.values(partitions).filter(isSet) : [];
  const fixed = entries.reduce((sum, { size }) => sum + (typeof size === 'string' ? (sizeBytes(size) ?? 0) : 0), 0);
  return commonBytes.find((bytes) => bytes >= fixed * 1.25) ?? Math.ceil((fixed * 1.25) / GIB) * GIB;
}

const kept = new WeakMap<LayoutSet, Bar>();

/** The bar of a disk; the same object as long as nothing of the disk changes. */
export function diskBar(name: string, disk: LayoutSet, bytes: number): Bar {
  const known = kept.get(disk);
  if (known?.name === name && known.bytes === bytes) return known;
  const bar = slotBar({ group: 'disk', name, slot: disk, bytes });
  kept.set(disk, bar);
  return bar;
}

/** The bar of something with a content: a disk, or an array (which is drawn like a disk of its size). */
function slotBar({ group, name, slot, bytes }: { group: string; name: string; slot: LayoutSet; bytes: number }): Bar {
  const stretches = diskStretches({ disk: { [name]: slot } }, name, bytes);
  const content = slot['content'];
  const isGpt = isSet(content) && content['type'] === 'gpt';
  const segments = stretches.map((stretch, index): BarSegment => {
    const path = stretch.path === null ? null : [group, ...stretch.path.slice(1)];
    const value = path === null ? undefined : valueAt({ [group]: { [name]: slot } }, path);
    if (path === null || !isSet(value)) return freeSegment(`${name}-free-${index}`, stretch.sizeBytes);
    if (!isGpt) {
      const holding = describeHolding(value);
      return segment({ path, name: holding.words[0] ?? name, holding, bytes, sizeWords: describeBytes(bytes) });
    }
    const sizeWords = partitionSizeWords(value, stretch.sizeBytes);
    const holding = describeHolding(value['content'], value['type']);
    return {
      ...segment({ path, name: stretch.name, holding, bytes: stretch.sizeBytes, sizeWords }),
      isPartition: true,
      isResizable: true,
      ...(stretch.isImpossible
        ? { isImpossible: true, label: `${stretch.name}, does not fit, ${holdingSentence(holding)}` }
        : {}),
    };
  });
  const device = typeof slot['device'] === 'string' ? slot['device'] : '';
  const path = [group, name];
  return {
    key: pathKey(path),
    path,
    name,
    detail: group === 'disk' ? device : '',
    bytes,
    segments,
    tablePath: isGpt ? [...path, 'content'] : null,
  };
}

function segment(
  parts: Pick<BarSegment, 'name' | 'bytes' | 'sizeWords'> & { path: LayoutPath; holding: Holding },
): BarSegment {
  const { path, name, holding, sizeWords } = parts;
  return {
    ...parts,
    key: pathKey(path),
    kind: holding.kind,
    isImpossible: false,
    isPartition: false,
    isResizable: false,
    label: `${name}, ${sizeWords}, ${holdingSentence(holding)}`,
  };
}

function freeSegment(key: string, bytes: number): BarSegment {
  const sizeWords = describeBytes(bytes);
  return {
    key,
    path: null,
    name: 'free',
    kind: 'free',
    sizeWords,
    holding: null,
    bytes,
    isImpossible: false,
    isPartition: false,
    isResizable: false,
    label: `free, ${sizeWords}`,
  };
}

function partitionSizeWords(partition: LayoutSet, bytes: number): string {
  const { size, end } = partition;
  if (typeof end === 'string' && end !== '-0') return describeBytes(bytes);
  if (size === '100%' || end === '-0') return `the rest, ${describeBytes(bytes)}`;
  return typeof size === 'string' ? size : 'no size';
}

/** A group of disks (an array, a pool) drawn as one, with what it comes to. */
export function groupBars(layout: Layout, diskBytes: Readonly<Record<string, number>>): Bar[] {
  const items = itemsOf(layout);
  return items
    .filter((item) => item.parent === null && item.type !== 'disk' && item.type !== 'nodev')
    .map((item) => groupBar(layout, items, item, diskBytes));
}

const memberOf: Readonly<Record<string, { type: string; option: string }>> = {
  mdadm: { type: 'mdraid', option: 'name' },
  zpool: { type: 'zfs', option: 'pool' },
  lvm_vg: { type: 'lvm_pv', option: 'vg' },
  bcachefs_filesystem: { type: 'bcachefs', option: 'filesystem' },
};

function groupBar(
  layout: Layout,
  items: readonly Item[],
  item: Item,
  diskBytes: Readonly<Record<string, number>>,
): Bar {
  const capacity = groupCapacity(layout, item, diskBytes);
  const bytes = capacity?.usableBytes ?? 100 * GIB;
  const detail = [groupWords(item), membersWords(items, item), ...capacityWords(item, capacity)].join(' · ');
  if (item.type === 'mdadm') {
    return { ...slotBar({ group: 'mdadm', name: item.name, slot: item.value, bytes }), detail };
  }
  const children = items.filter((child) => child.parent === item && child.type !== 'zpool_topology');
  const segments = item.type === 'lvm_vg' ? volumeSegments(children, bytes) : sharingSegments(children, bytes);
  return { key: pathKey(item.path), path: item.path, name: item.name, detail, bytes, segments, tablePath: null };
}

function groupWords(item: Item): string {
  if (item.type === 'mdadm') return `RAID ${number(item, 'level') ?? 1}`;
  if (item.type === 'lvm_vg') return 'LVM volume group';
  if (item.type === 'bcachefs_filesystem') return 'bcachefs';
  const { mode } = item.value;
  if (isSet(mode)) return 'ZFS pool of several vdevs';
  return typeof mode === 'string' && mode !== '' ? `ZFS ${mode}` : 'ZFS pool';
}

function membersWords(items: readonly Item[], item: Item): string {
  const member = memberOf[item.type ?? ''];
  const names = items
    .filter((other) => other.type === member?.type && text(other, member?.option ?? '') === ownName(item))
    .map(rootName);
  if (names.length === 0) return 'no members';
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} more`] : names;
  return `${names.length === 1 ? 'on' : 'over'} ${shown.join(', ')}`;
}

function rootName(item: Item): string {
  let top = item;
  while (top.parent) top = top.parent;
  return top.name;
}

function capacityWords(item: Item, capacity: Capacity | null): string[] {
  if (!capacity) return [];
  const room = `${describeBytes(capacity.usableBytes)} usable`;
  if (item.type === 'lvm_vg') return [room];
  const count = capacity.mayFail;
  return [room, count === 0 ? 'no disk may fail' : count === 1 ? 'one disk may fail' : `${count} disks may fail`];
}

function volumeSegments(volumes: readonly Item[], groupBytes: number): BarSegment[] {
  const isPercent = (item: Item): boolean => (text(item, 'size') ?? '').includes('%');
  const ordered = [...volumes.filter((item) => !isPercent(item)), ...volumes.filter(isPercent)];
  let free = groupBytes;
  const segments = ordered.map((item) => {
    const size = text(item, 'size') ?? '';
    const isThin = text(item, 'lvm_type') === 'thinlv';
    const bytes = isThin ? 0 : Math.min(free, logicalVolumeBytes(size, groupBytes, free) ?? 0);
    free -= bytes;
    const sizeWords = isThin ? `${size}, from its pool` : isPercent(item) ? `${size}, ${describeBytes(bytes)}` : size;
    const isPool = text(item, 'lvm_type') === 'thin-pool';
    const holding: Holding = isPool
      ? { kind: 'member', words: ['thin pool'], mounts: [] }
      : describeHolding(item.value['content']);
    // What is drawn of a thin volume is its pool.
    return { ...segment({ path: item.path, name: item.name, holding, bytes, sizeWords }), isResizable: !isThin };
  });
  return free > GIB ? [...segments, freeSegment('free', free)] : segments;
}

/** Datasets and subvolumes share the room of what they are in. */
function sharingSegments(children: readonly Item[], bytes: number): BarSegment[] {
  const share = bytes / Math.max(1, children.length);
  return children.map((item) => {
    const size = text(item, 'size');
    const mountpoint = text(item, 'mountpoint') ?? '';
    const holding: Holding =
      item.type === 'zfs_volume'
        ? describeHolding(item.value['content'])
        : {
            kind: 'zfs',
            words: [item.type === 'zfs_fs' ? 'dataset' : 'subvolume'],
            mounts: [mountpoint].filter(Boolean),
          };
    const drawn = segment({
      path: item.path,
      name: item.name,
      holding,
      bytes: (size === null ? null : sizeBytes(size)) ?? share,
      sizeWords: size ?? 'shares the room',
    });
    return { ...drawn, isResizable: item.type === 'zfs_volume' && size !== null };
  });
}
