import type { Capacity } from './capacity.ts';
import { arrayCapacity, EXTENT_BYTES, logicalVolumeBytes, thinMetadataBytes, vdevCapacity } from './capacity.ts';
import { partitionDevice } from './device-path.ts';
import { isList, isSet, type Layout, type LayoutPath } from './layout.ts';
import { membersOf } from './references.ts';
import { SECTOR_BYTES, sizeBytes } from './size.ts';
import { itemsOf, number, orderedPartitions, ownName, text, type Item } from './walk.ts';

export { arrayCapacity, logicalVolumeBytes, vdevCapacity, type Capacity } from './capacity.ts';

const MIB = 1024 ** 2;
/** sgdisk begins at the first MiB and keeps 33 sectors for the table's copy at the end. */
const FIRST_BYTE = MIB;
const TABLE_COPY_BYTES = 33 * SECTOR_BYTES;
/** Of a LUKS2 header (cryptsetup's default data offset), and of an LVM member with its extents of 4 MiB. */
const LUKS_HEADER_BYTES = 16 * MIB;
const PV_HEADER_BYTES = MIB;

/** A stretch of a disk. `path` null: free space. Bytes from the disk's beginning. */
export interface Stretch {
  readonly path: LayoutPath | null;
  readonly name: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** True where nothing on the disk is left for it, or its size cannot be told. */
  readonly isImpossible: boolean;
}

/** Bytes of disks by their name in the layout. */
export type DiskBytes = Readonly<Record<string, number>>;

/** What a disk of this size comes to: its partitions where sgdisk puts them, with the gaps between them. */
export function diskStretches(layout: Layout, diskName: string, diskBytes: number): Stretch[] {
  const items = itemsOf(layout);
  const disk = items.find((item) => item.type === 'disk' && item.name === diskName);
  const table = items.find((item) => item.parent === disk && item.type === 'gpt');
  if (!disk || !table) {
    const content = disk?.value['content'];
    const path = isSet(content) ? [...(disk?.path ?? []), 'content'] : null;
    return [{ path, name: path ? diskName : 'free', startBytes: 0, sizeBytes: diskBytes, isImpossible: false }];
  }
  return tableStretches(items, table, diskBytes);
}

interface Extent {
  readonly start: number;
  readonly end: number;
}

/** Partitions in the order of creation, each in the largest free stretch unless it says where; then by place. */
function tableStretches(items: readonly Item[], table: Item, diskBytes: number): Stretch[] {
  const taken: Extent[] = [];
  const stretches = orderedPartitions(items.filter((item) => item.parent === table)).map((item): Stretch => {
    const free = freeExtents(taken, diskBytes);
    const largest = free.reduce<Extent | null>(
      (best, block) => (best && best.end - best.start >= block.end - block.start ? best : block),
      null,
    );
    const written = startOf(item, diskBytes);
    const start = written ?? largest?.start ?? usableEnd(diskBytes);
    const block = free.find((extent) => extent.start <= start && start < extent.end);
    const end = endOf(item, start, diskBytes, block?.end ?? null);
    const isImpossible = !block || end === null || end <= start || end > block.end + MIB;
    const size = block && end !== null ? Math.max(0, Math.min(end, block.end) - start) : 0;
    if (size > 0) taken.push({ start, end: start + size });
    return { path: item.path, name: ownName(item), startBytes: start, sizeBytes: size, isImpossible };
  });
  const gaps = freeExtents(taken, diskBytes)
    .filter((extent) => extent.end - extent.start > MIB)
    .map(({ start, end }) => ({
      path: null,
      name: 'free',
      startBytes: start,
      sizeBytes: end - start,
      isImpossible: false,
    }));
  return [...stretches, ...gaps].sort((a, b) => a.startBytes - b.startBytes);
}

/** What is left of the usable part of the disk, from aligned starts. */
function freeExtents(taken: readonly Extent[], diskBytes: number): Extent[] {
  const free: Extent[] = [];
  let cursor = FIRST_BYTE;
  for (const { start, end } of [...taken].sort((a, b) => a.start - b.start)) {
    if (start > cursor) free.push({ start: cursor, end: start });
    cursor = Math.max(cursor, Math.ceil(end / MIB) * MIB);
  }
  const last = usableEnd(diskBytes);
  if (last > cursor) free.push({ start: cursor, end: last });
  return free;
}

/** The end of the last whole MiB before the copy of the table: partitions end aligned (`sgdisk --align-end`). */
export function usableEnd(diskBytes: number): number {
  return Math.floor((diskBytes - TABLE_COPY_BYTES) / MIB) * MIB;
}

interface Place {
  readonly sign: string;
  readonly bytes: number;
}

/** sgdisk's places: digits and one letter; what follows is passed over. 0 is none. */
function placeOf(written: string | null): Place | null {
  const match = /^([+-]?)([0-9]+)([KMGTP]?)/i.exec(written ?? '');
  const bytes = match ? sizeBytes(`${match[2] ?? ''}${(match[3] ?? '').toUpperCase()}`) : null;
  return match && bytes !== null ? { sign: match[1] ?? '', bytes } : null;
}

/** null: wherever there is room. */
function startOf(item: Item, diskBytes: number): number | null {
  const place = placeOf(text(item, 'start'));
  if (!place || place.bytes === 0) return null;
  return place.sign === '-' ? Math.floor((usableEnd(diskBytes) - place.bytes) / MIB) * MIB : place.bytes;
}

function endOf(item: Item, start: number, diskBytes: number, blockEnd: number | null): number | null {
  const written = item.value['end'];
  if (written === undefined) {
    const size = text(item, 'size');
    if (size === '100%') return blockEnd;
    const bytes = size === null ? null : sizeBytes(size);
    return bytes === null || bytes === 0 ? null : start + bytes;
  }
  const place = typeof written === 'string' ? placeOf(written) : null;
  if (!place) return null;
  if (place.bytes === 0) return place.sign === '+' ? null : blockEnd;
  if (place.sign === '+') return start + place.bytes;
  if (place.sign === '-') return Math.floor((diskBytes - TABLE_COPY_BYTES - place.bytes) / MIB) * MIB;
  // An end from the beginning names the partition's last sector.
  return place.bytes + SECTOR_BYTES;
}

/** Bytes of a disk, partition, opened container, volume or array, of {@link itemsOf}; null where that cannot be told. */
export function heldBytes(layout: Layout, items: readonly Item[], slot: Item, diskBytes: DiskBytes): number | null {
  return slotBytes(layout, items, slot, diskBytes, new Set());
}

/** Bytes that a slot (a disk, partition, volume or array) gives to what it holds; null where that cannot be told. */
function slotBytes(
  layout: Layout,
  items: readonly Item[],
  slot: Item,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): number | null {
  if (seen.has(slot)) return null;
  const inner = new Set([...seen, slot]);
  switch (slot.type) {
    case 'disk':
      return Object.hasOwn(diskBytes, slot.name) ? (diskBytes[slot.name] ?? null) : null;
    case 'gpt_partition': {
      const table = slot.parent;
      const whole = table?.parent ? slotBytes(layout, items, table.parent, diskBytes, inner) : null;
      if (!table || whole === null) return null;
      const key = JSON.stringify(slot.path);
      return tableStretches(items, table, whole).find((item) => JSON.stringify(item.path) === key)?.sizeBytes ?? null;
    }
    case 'luks': {
      const whole = slot.parent ? slotBytes(layout, items, slot.parent, diskBytes, inner) : null;
      return whole === null ? null : Math.max(0, whole - LUKS_HEADER_BYTES);
    }
    case 'lvm_lv':
      return slot.parent
        ? (volumesOf(layout, items, slot.parent, diskBytes, inner).find((item) => item.name === ownName(slot))?.bytes ??
            null)
        : null;
    case 'zfs_volume':
      return sizeBytes(text(slot, 'size') ?? '');
    case 'mdadm':
      return capacityOf(layout, items, slot, diskBytes, inner)?.usableBytes ?? null;
    default:
      return slot.parent ? slotBytes(layout, items, slot.parent, diskBytes, inner) : null;
  }
}

/** Bytes of each member of a group; members whose size cannot be told are left out. */
function groupMemberBytes(
  layout: Layout,
  items: readonly Item[],
  group: Item,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): number[] {
  return membersOf(items, group).flatMap((member) => {
    const bytes = member.parent ? slotBytes(layout, items, member.parent, diskBytes, seen) : null;
    return bytes === null ? [] : [bytes];
  });
}

/** Room and resilience of an array, a volume group or a pool, its vdevs included; null where it cannot be told. */
export function groupCapacity(layout: Layout, group: Item, diskBytes: DiskBytes): Capacity | null {
  const items = itemsOf(layout);
  const own = items.find((item) => JSON.stringify(item.path) === JSON.stringify(group.path));
  return own ? capacityOf(layout, items, own, diskBytes, new Set()) : null;
}

function capacityOf(
  layout: Layout,
  items: readonly Item[],
  group: Item,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): Capacity | null {
  const members = groupMemberBytes(layout, items, group, diskBytes, seen);
  switch (group.type) {
    case 'mdadm':
      return arrayCapacity(number(group, 'level') ?? 1, members, text(group, 'metadata') ?? 'default');
    case 'zpool': {
      const { mode = '' } = group.value;
      if (typeof mode === 'string') return vdevCapacity(mode, members);
      return topologyCapacity(layout, items, group, diskBytes, seen);
    }
    case 'lvm_vg': {
      if (members.length === 0) return null;
      const extents = members.map((bytes) => Math.floor(Math.max(0, bytes - PV_HEADER_BYTES) / EXTENT_BYTES));
      return { usableBytes: extents.reduce((sum, count) => sum + count, 0) * EXTENT_BYTES, mayFail: 0 };
    }
    default:
      return null;
  }
}

/** Data vdevs add up; the pool survives as many failures as its weakest vdev, special ones included. */
function topologyCapacity(
  layout: Layout,
  items: readonly Item[],
  pool: Item,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): Capacity | null {
  const topology = items.find((item) => item.parent === pool && item.type === 'zpool_topology');
  if (!topology) return null;
  const vdevs = (key: string): (Capacity | null)[] => {
    const value = topology.value[key];
    return (isList(value) ? value : isSet(value) ? [value] : []).filter(isSet).map((vdev) => {
      const names = isList(vdev['members']) ? vdev['members'].filter((name) => typeof name === 'string') : [];
      const bytes = names.map((name) => namedBytes(layout, items, name, diskBytes, seen));
      const mode = vdev['mode'] ?? '';
      if (typeof mode !== 'string' || bytes.some((size) => size === null)) return null;
      return vdevCapacity(
        mode,
        bytes.filter((size) => size !== null),
      );
    });
  };
  const data = vdevs('vdev');
  const all = [...data, ...vdevs('special'), ...vdevs('dedup')];
  if (data.length === 0 || all.some((vdev) => vdev === null)) return null;
  return {
    usableBytes: data.reduce((sum, vdev) => sum + (vdev?.usableBytes ?? 0), 0),
    mayFail: Math.min(...all.map((vdev) => vdev?.mayFail ?? 0)),
  };
}

/** A vdev's member: a disk's name stands for its partition `zfs`, a path for whatever has it. */
function namedBytes(
  layout: Layout,
  items: readonly Item[],
  name: string,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): number | null {
  const slot = items.find((item) => {
    if (item.type !== 'gpt_partition') return item.type === 'disk' && text(item, 'device') === name;
    const disk = item.parent?.parent;
    return (
      partitionDevice(item) === name || (disk?.type === 'disk' && ownName(disk) === name && ownName(item) === 'zfs')
    );
  });
  return slot ? slotBytes(layout, items, slot, diskBytes, seen) : null;
}

/** What a logical volume comes to: its own bytes, and what it takes of the group; null where that cannot be told. */
export interface VolumeBytes {
  readonly name: string;
  readonly bytes: number | null;
  readonly usedBytes: number | null;
}

/** The volumes of a group in the order that disko makes them, with percentages and copies worked out. */
export function volumeBytes(layout: Layout, group: Item, diskBytes: DiskBytes): VolumeBytes[] {
  const items = itemsOf(layout);
  const own = items.find((item) => JSON.stringify(item.path) === JSON.stringify(group.path));
  return own ? volumesOf(layout, items, own, diskBytes, new Set()) : [];
}

function volumesOf(
  layout: Layout,
  items: readonly Item[],
  group: Item,
  diskBytes: DiskBytes,
  seen: ReadonlySet<Item>,
): VolumeBytes[] {
  const whole = capacityOf(layout, items, group, diskBytes, seen)?.usableBytes ?? null;
  const volumes = items.filter((item) => item.parent === group && item.type === 'lvm_lv');
  const rank = (item: Item): number =>
    number(item, 'priority') ??
    (item.value['lvm_type'] === 'thin-pool' ? 501 : 1000) + (text(item, 'size')?.includes('100%') ? 251 : 0);
  const ordered = [...volumes].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  const extents = (bytes: number, round: (count: number) => number): number =>
    round(bytes / EXTENT_BYTES) * EXTENT_BYTES;
  let free = whole;
  let spare = 0;
  return ordered.map((item) => {
    const size = text(item, 'size') ?? '';
    const kind = text(item, 'lvm_type');
    const copies = kind === 'mirror' || kind === 'raid1' ? 2 : 1;
    // Percentages are of what the group gives, copies included.
    const isShare = size.includes('%');
    const asked = whole === null && isShare ? null : logicalVolumeBytes(size, whole ?? 0, free ?? 0);
    let bytes = asked === null ? null : isShare ? extents(asked / copies, Math.floor) : extents(asked, Math.ceil);
    let beside = 0;
    if (kind === 'thin-pool' && bytes !== null) {
      // LVM keeps room for one more copy of the largest pool's metadata, to repair it.
      const metadata = thinMetadataBytes(bytes);
      beside = metadata + Math.max(0, metadata - spare);
      spare = Math.max(spare, metadata);
      if (isShare) bytes = Math.max(0, bytes - beside);
    }
    const used = kind === 'thinlv' ? 0 : bytes === null ? null : bytes * copies + beside;
    if (free !== null && used !== null) free = Math.max(0, free - used);
    return { name: ownName(item), bytes, usedBytes: used };
  });
}
