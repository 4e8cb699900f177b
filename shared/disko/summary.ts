import { decimalSize, installDisks } from '../install/install-disks.ts';
import type { Layout } from './layout.ts';
import type { ProbedDisk } from './probed-disk.ts';
import { mountpointOf } from './rules/mounts.ts';
import { itemsOf, number, orderedPartitions, ownName, text, type Item } from './walk.ts';

/**
 * A layout in plain sentences, one line each: what happens to each disk, what is where, what may fail.
 * @param probed the disks of the machine that it is meant for; null: nobody has looked at them
 */
export function summarize(layout: Layout, probed: readonly ProbedDisk[] | null = null): string[] {
  const items = itemsOf(layout);
  const lines: string[] = [];
  for (const disk of items.filter((item) => item.type === 'disk')) {
    lines.push(describeDisk(disk, probed));
    lines.push(...below(items, disk, 1));
  }
  for (const item of items.filter((candidate) => candidate.parent === null && candidate.type !== 'disk')) {
    lines.push(`${describeGroup(items, item)}`);
    lines.push(...below(items, item, 1));
  }
  return lines;
}

/** What becomes of a disk, with what is printed on it and what is on it now where the machine was looked at. */
function describeDisk(disk: Item, probed: readonly ProbedDisk[] | null): string {
  const device = text(disk, 'device');
  const isErased = disk.value['destroy'] !== false;
  const fate = isErased ? 'will be erased' : 'is left alone by the erase step';
  const plain = `Disk ${disk.name} (${device ?? 'a disk that is computed'}) ${fate}.`;
  if (probed === null || device === null || device === '') return plain;
  const [found] = installDisks([{ name: disk.name, device, isErased }], { disks: [...probed] });
  if (found === undefined || found.path === null) {
    return `Disk ${disk.name} (${device}) is not on the machine that was looked at.`;
  }
  const size = found.sizeBytes === null ? null : decimalSize(found.sizeBytes);
  const printed = `${device} (${[found.model, size].filter((word) => word !== null).join(', ')})`;
  if (!found.hasData) return `Disk ${disk.name}: ${printed} is empty.`;
  return `Disk ${disk.name}: ${printed} ${fate}: ${found.contents.join('; ')}.`;
}

function below(items: readonly Item[], parent: Item, depth: number): string[] {
  const children = items.filter((item) => item.parent === parent);
  const isPartitions = children.every((item) => item.type === 'gpt_partition');
  return (isPartitions ? orderedPartitions(children) : children).flatMap((item) => {
    const line = describeItem(item);
    const inner = below(items, item, line === null ? depth : depth + 1);
    return line === null ? inner : [`${'  '.repeat(depth)}${line}`, ...inner];
  });
}

function where(item: Item): string {
  const mountpoint = mountpointOf(item);
  return mountpoint === null ? ', not mounted' : ` at ${mountpoint}`;
}

function describeItem(item: Item): string | null {
  switch (item.type) {
    case 'gpt_partition': {
      const size = text(item, 'size');
      const end = text(item, 'end');
      const extent = end !== null ? `up to ${end}` : size === '100%' ? 'the rest' : (size ?? 'no size');
      return `${ownName(item)}: ${extent}`;
    }
    case 'table_partition':
      return `${text(item, 'name') ?? `partition ${item.name}`}: ${text(item, 'start') ?? '0%'} to ${text(item, 'end') ?? '100%'}`;
    case 'filesystem':
      return `${text(item, 'format') ?? 'a file system'}${where(item)}`;
    case 'btrfs':
      return mountpointOf(item) === null ? 'btrfs' : `btrfs${where(item)}`;
    case 'btrfs_subvol':
      return `subvolume ${ownName(item)}${where(item)}`;
    case 'btrfs_swapfile':
      return `swap file of ${text(item, 'size') ?? 'unknown size'}`;
    case 'swap':
      return item.value['randomEncryption'] === true ? 'swap, encrypted with a new key at each start' : 'swap';
    case 'luks':
      return `encrypted as ${text(item, 'name') ?? 'a container without a name'}`;
    case 'lvm_pv':
      return `member of volume group ${text(item, 'vg') ?? '?'}`;
    case 'mdraid':
      return `member of array ${text(item, 'name') ?? '?'}`;
    case 'zfs':
      return `member of pool ${text(item, 'pool') ?? '?'}`;
    case 'bcachefs':
      return `member of bcachefs ${text(item, 'filesystem') ?? '?'}`;
    case 'lvm_lv':
      return `${ownName(item)}: ${text(item, 'size') ?? 'no size'}`;
    case 'zfs_fs':
      return `dataset ${item.name}${where(item)}`;
    case 'zfs_volume':
      return `volume ${item.name}: ${text(item, 'size') ?? 'no size'}`;
    case 'bcachefs_subvolume':
      return `subvolume ${item.name}${where(item)}`;
    default:
      return null;
  }
}

function describeGroup(items: readonly Item[], item: Item): string {
  const members = (type: string, option: string): number =>
    items.filter((other) => other.type === type && text(other, option) === ownName(item)).length;
  switch (item.type) {
    case 'mdadm': {
      const count = members('mdraid', 'name');
      return `Array ${item.name}: RAID ${number(item, 'level') ?? 1} over ${count} members.${mayFail(raidSpare(number(item, 'level') ?? 1, count))}`;
    }
    case 'lvm_vg':
      return `Volume group ${item.name} over ${members('lvm_pv', 'vg')} members.`;
    case 'zpool': {
      const count = members('zfs', 'pool');
      const mode = text(item, 'mode');
      return `Pool ${item.name}${mode === null || mode === '' ? '' : `: ${mode}`} over ${count} members.${mayFail(poolSpare(mode ?? '', count))}`;
    }
    case 'nodev':
      return `${text(item, 'fsType') ?? 'A mount'} at ${mountpointOf(item) ?? item.name}.`;
    default:
      return `${item.name}${where(item)}.`;
  }
}

function mayFail(count: number): string {
  if (count < 0) return '';
  if (count === 0) return ' No disk may fail.';
  return count === 1 ? ' One disk may fail.' : ` ${count} disks may fail.`;
}

function raidSpare(level: number, members: number): number {
  const spare: Readonly<Record<number, number>> = { 0: 0, 1: members - 1, 4: 1, 5: 1, 6: 2, 10: 1 };
  return spare[level] ?? -1;
}

function poolSpare(mode: string, members: number): number {
  const spare: ReadonlyMap<string, number> = new Map([
    ['', 0],
    ['mirror', members - 1],
    ['raidz', 1],
    ['raidz1', 1],
    ['raidz2', 2],
    ['raidz3', 3],
  ]);
  return spare.get(mode) ?? -1;
}
