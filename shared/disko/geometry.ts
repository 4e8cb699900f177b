import { isSet, type Layout, type LayoutPath } from './layout.ts';
import { SECTOR_BYTES, sizeBytes } from './size.ts';
import { itemsOf, number, orderedPartitions, ownName, text, type Item } from './walk.ts';

const MIB = 1024 ** 2;
/** sgdisk begins at the first MiB and keeps 33 sectors for the table's copy at the end. */
const FIRST_BYTE = MIB;
const TABLE_COPY_BYTES = 33 * SECTOR_BYTES;

/** A stretch of a disk. `path` null: free space. Bytes from the disk's beginning. */
export interface Stretch {
  readonly path: LayoutPath | null;
  readonly name: string;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** True where nothing on the disk is left for it, or its size cannot be told. */
  readonly isImpossible: boolean;
}

/** What a disk of this size comes to: its partitions in the order of creation, with the gaps between them. */
export function diskStretches(layout: Layout, diskName: string, diskBytes: number): Stretch[] {
  const items = itemsOf(layout);
  const disk = items.find((item) => item.type === 'disk' && item.name === diskName);
  const table = items.find((item) => item.parent === disk && item.type === 'gpt');
  const end = usableEnd(diskBytes);
  if (!disk || !table) {
    const content = disk?.value['content'];
    const path = isSet(content) ? [...(disk?.path ?? []), 'content'] : null;
    return [{ path, name: path ? diskName : 'free', startBytes: 0, sizeBytes: diskBytes, isImpossible: false }];
  }
  const stretches: Stretch[] = [];
  let cursor = FIRST_BYTE;
  const partitions = orderedPartitions(items.filter((item) => item.parent === table));
  for (const item of partitions) {
    const written = position(text(item, 'start'), 0, diskBytes);
    const start = written === null || written < cursor ? cursor : written;
    if (start > cursor) stretches.push(free(cursor, start));
    const until = partitionEnd(item, start, diskBytes, end);
    const size = until === null ? 0 : until - start;
    stretches.push({
      path: item.path,
      name: ownName(item),
      startBytes: start,
      sizeBytes: Math.max(0, Math.min(size, end - start)),
      isImpossible: until === null || size <= 0 || until > end + MIB,
    });
    cursor = align(Math.max(cursor, Math.min(until ?? start, end)));
  }
  if (end - cursor > MIB) stretches.push(free(cursor, end));
  return stretches;
}

function free(startBytes: number, endBytes: number): Stretch {
  return { path: null, name: 'free', startBytes, sizeBytes: endBytes - startBytes, isImpossible: false };
}

function align(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB;
}

export function usableEnd(diskBytes: number): number {
  return Math.floor((diskBytes - TABLE_COPY_BYTES) / SECTOR_BYTES) * SECTOR_BYTES;
}

/** sgdisk's places: `+SIZE` from the start, `-SIZE` from the end, `-0` the end, else from the beginning. */
function position(place: string | null, start: number, diskBytes: number): number | null {
  const match = /^([+-]?)([0-9]+[KMGTP]?)$/.exec(place ?? '');
  const bytes = match ? sizeBytes(match[2] ?? '') : null;
  if (!match || bytes === null) return null;
  if (match[1] === '+') return start + bytes;
  return match[1] === '-' ? usableEnd(diskBytes) - bytes : bytes;
}

function partitionEnd(item: Item, start: number, diskBytes: number, end: number): number | null {
  const written = item.value['end'];
  if (typeof written === 'string') return position(written, start, diskBytes);
  const size = text(item, 'size');
  if (size === '100%') return end;
  const bytes = size === null ? null : sizeBytes(size);
  return bytes === null || bytes === 0 ? null : start + bytes;
}

/** Usable bytes of a group and how many of its members may fail; null where that cannot be told. */
export interface Capacity {
  readonly usableBytes: number;
  readonly mayFail: number;
}

/**
 * Usable room of an mdadm array. The smallest member counts, as the others are cut to it.
 * @param members bytes of each member
 */
export function arrayCapacity(level: number, members: readonly number[]): Capacity | null {
  const count = members.length;
  const smallest = Math.min(...members);
  if (count === 0) return null;
  switch (level) {
    case 0:
      return { usableBytes: members.reduce((sum, bytes) => sum + bytes, 0), mayFail: 0 };
    case 1:
      return { usableBytes: smallest, mayFail: count - 1 };
    case 4:
    case 5:
      return count < 2 ? null : { usableBytes: smallest * (count - 1), mayFail: 1 };
    case 6:
      return count < 4 ? null : { usableBytes: smallest * (count - 2), mayFail: 2 };
    case 10:
      return count < 2 ? null : { usableBytes: Math.floor((smallest * count) / 2), mayFail: 1 };
    default:
      return null;
  }
}

/** Usable room of one ZFS vdev, before ZFS's own overhead. */
export function vdevCapacity(mode: string, members: readonly number[]): Capacity | null {
  const count = members.length;
  if (count === 0) return null;
  const smallest = Math.min(...members);
  const parity = { raidz: 1, raidz1: 1, raidz2: 2, raidz3: 3 }[mode];
  if (mode === '') return { usableBytes: members.reduce((sum, bytes) => sum + bytes, 0), mayFail: 0 };
  if (mode === 'mirror') return { usableBytes: smallest, mayFail: count - 1 };
  if (parity === undefined || count <= parity) return null;
  return { usableBytes: smallest * (count - parity), mayFail: parity };
}

/** Bytes of each member of a group, from the disks' sizes; members on disks of unknown size are left out. */
export function memberBytes(
  layout: Layout,
  member: { readonly type: string; readonly option: string; readonly name: string },
  diskBytes: Readonly<Record<string, number>>,
): number[] {
  const items = itemsOf(layout);
  return items
    .filter((item) => item.type === member.type && text(item, member.option) === member.name)
    .flatMap((item) => {
      let disk: Item = item;
      while (disk.parent) disk = disk.parent;
      const bytes = diskBytes[disk.name];
      if (disk.type !== 'disk' || bytes === undefined) return [];
      const within = diskStretches(layout, disk.name, bytes).find(
        (stretch) => stretch.path !== null && stretch.path.every((step, index) => item.path[index] === step),
      );
      return within ? [within.sizeBytes] : [];
    });
}

/** Room and resilience of an array or a pool without a topology of its own. */
export function groupCapacity(
  layout: Layout,
  group: Item,
  diskBytes: Readonly<Record<string, number>>,
): Capacity | null {
  const name = ownName(group);
  switch (group.type) {
    case 'mdadm': {
      const members = memberBytes(layout, { type: 'mdraid', option: 'name', name }, diskBytes);
      return arrayCapacity(number(group, 'level') ?? 1, members);
    }
    case 'zpool': {
      const mode = group.value['mode'] ?? '';
      if (typeof mode !== 'string') return null;
      return vdevCapacity(mode, memberBytes(layout, { type: 'zfs', option: 'pool', name }, diskBytes));
    }
    case 'lvm_vg': {
      const members = memberBytes(layout, { type: 'lvm_pv', option: 'vg', name }, diskBytes);
      if (members.length === 0) return null;
      return { usableBytes: members.reduce((sum, bytes) => sum + bytes, 0), mayFail: 0 };
    }
    default:
      return null;
  }
}

/** What LVM makes of a size, in bytes: `10G`, `50%VG`, `100%FREE`, `100%` (disko adds FREE). */
export function logicalVolumeBytes(size: string, groupBytes: number, freeBytes: number): number | null {
  const percent = /^([0-9]+)%(FREE|VG|PVS)?$/.exec(size);
  if (percent) {
    const of = percent[2] === 'VG' || percent[2] === 'PVS' ? groupBytes : freeBytes;
    return Math.floor((of * Number(percent[1])) / 100);
  }
  return sizeBytes(size.toUpperCase());
}
