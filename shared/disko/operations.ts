import { isSet, valueAt, withValue, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from './layout.ts';
import { formatSize, sizeBytes } from './size.ts';
import { itemsOf, orderedPartitions, partitionLabel, partitionPriority, type Item } from './walk.ts';

/** An operation that makes no sense where it was asked for; the layout is unchanged. The message is a sentence. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
}

function setAt(layout: Layout, path: LayoutPath): LayoutSet {
  const value = valueAt(layout, path);
  if (!isSet(value)) throw new OperationError(`There is nothing at ${path.join('.')}.`);
  return value;
}

function asLayout(value: LayoutValue): Layout {
  if (!isSet(value)) throw new OperationError('A layout is a set.');
  return value;
}

function replace(layout: Layout, path: LayoutPath, value: LayoutValue | undefined): Layout {
  return asLayout(withValue(layout, path, value));
}

/** A name that is not taken yet: `data`, `data2`, `data3` ... */
export function freeName(taken: LayoutValue | undefined, wanted: string): string {
  if (!isSet(taken) || !Object.hasOwn(taken, wanted)) return wanted;
  let count = 2;
  while (Object.hasOwn(taken, `${wanted}${count}`)) count++;
  return `${wanted}${count}`;
}

/** Adds a named thing (a partition, a volume, a subvolume, a disk) to the set at `path`. */
export function add(layout: Layout, path: LayoutPath, name: string, value: LayoutSet): Layout {
  const holder = valueAt(layout, path);
  if (isSet(holder) && Object.hasOwn(holder, name)) throw new OperationError(`${name} is already there.`);
  if (name.trim() === '') throw new OperationError('A name is needed.');
  return replace(layout, [...path, name], value);
}

export function remove(layout: Layout, path: LayoutPath): Layout {
  setAt(layout, path);
  return replace(layout, path, undefined);
}

/** Sets an option; undefined takes it away, so that disko's default holds. */
export function setOption(layout: Layout, path: LayoutPath, option: string, value: LayoutValue | undefined): Layout {
  setAt(layout, path);
  return replace(layout, [...path, option], value);
}

/** Gives a partition a size (`20G`, `100%`); an `end` that would win over it goes. */
export function resize(layout: Layout, path: LayoutPath, size: string): Layout {
  const { end: _end, ...rest } = setAt(layout, path);
  return replace(layout, path, { ...rest, size });
}

function partitionsAt(layout: Layout, tablePath: LayoutPath): Item[] {
  const key = JSON.stringify(tablePath);
  const table = itemsOf(layout).find((item) => JSON.stringify(item.path) === key && item.type === 'gpt');
  if (!table) throw new OperationError('Only partitions of a GPT have an order of their own.');
  return orderedPartitions(itemsOf(layout).filter((item) => JSON.stringify(item.parent?.path) === key));
}

/**
 * Moves a partition to a position (from 0) in its table. disko orders by priority, then by name: `priority` is written
 * only for those that would otherwise stand elsewhere.
 */
export function move(layout: Layout, path: LayoutPath, position: number): Layout {
  const tablePath = path.slice(0, -2);
  const ordered = partitionsAt(layout, tablePath);
  const from = ordered.findIndex((item) => item.name === path.at(-1));
  const [moved] = from < 0 ? [] : ordered.splice(from, 1);
  if (!moved) throw new OperationError('There is no such partition.');
  ordered.splice(Math.max(0, Math.min(position, ordered.length)), 0, moved);
  let last: { readonly priority: number; readonly name: string } | null = null;
  let result = layout;
  for (const item of ordered) {
    const { priority: _priority, ...rest } = item.value;
    const natural = partitionPriority({ ...item, value: rest });
    const comesAfter: boolean =
      last === null || natural > last.priority || (natural === last.priority && item.name > last.name);
    const priority: number = comesAfter || last === null ? natural : last.priority + 1;
    result = setOption(result, item.path, 'priority', comesAfter ? undefined : priority);
    last = { priority, name: item.name };
  }
  return result;
}

/** Cuts a partition in two: the second, named `name`, gets `size` and nothing in it. */
export function split(layout: Layout, path: LayoutPath, name: string, size: string): Layout {
  const { size: whole } = setAt(layout, path);
  const first = typeof whole === 'string' ? sizeBytes(whole) : null;
  const second = sizeBytes(size);
  if (second === null) throw new OperationError(`'${size}' is not a size such as 20G.`);
  const added = add(layout, path.slice(0, -1), name, { size });
  // Of a fixed size the second part is taken; of 'the rest' it takes itself.
  if (first === null) return added;
  if (second >= first) throw new OperationError('The second part must be smaller than the whole.');
  return resize(added, path, formatSize(first - second));
}

/** Puts a layer between a slot and what it holds: LUKS around a file system. */
export function wrapInLuks(layout: Layout, path: LayoutPath, name: string): Layout {
  const { content, ...rest } = setAt(layout, path);
  if (!isSet(content)) throw new OperationError('There is nothing to encrypt.');
  return replace(layout, path, {
    ...rest,
    content: { type: 'luks', name, settings: { allowDiscards: true }, content },
  });
}

/** Turns what a slot holds into a logical volume of a new group, with the slot as its member. */
export function wrapInLvm(layout: Layout, path: LayoutPath, group: string, volume: string): Layout {
  const { content, ...rest } = setAt(layout, path);
  if (!isSet(content)) throw new OperationError('There is nothing to put into a volume.');
  const withGroup = add(layout, ['lvm_vg'], group, {
    type: 'lvm_vg',
    lvs: { [volume]: { size: '100%FREE', content } },
  });
  return replace(withGroup, path, { ...rest, content: { type: 'lvm_pv', vg: group } });
}

/** Turns what a slot holds into an array over that slot and others (empty slots of other disks). */
export function wrapInArray(layout: Layout, paths: readonly LayoutPath[], array: string, level: number): Layout {
  const [first] = paths;
  const content = first ? setAt(layout, first)['content'] : undefined;
  if (!first || !isSet(content)) throw new OperationError('There is nothing to mirror.');
  const metadata: LayoutSet = content['format'] === 'vfat' ? { metadata: '1.0' } : {};
  const withArray = add(layout, ['mdadm'], array, { type: 'mdadm', level, ...metadata, content });
  return paths.reduce((sum, path) => replace(sum, [...path, 'content'], { type: 'mdraid', name: array }), withArray);
}

/** Takes one layer away: what is inside LUKS comes out. */
export function unwrap(layout: Layout, path: LayoutPath): Layout {
  const content = setAt(layout, path)['content'];
  if (!isSet(content) || content['type'] !== 'luks') throw new OperationError('There is no layer to take away.');
  return replace(layout, [...path, 'content'], content['content'] ?? undefined);
}

/** ext4 (or another plain file system) to btrfs with a subvolume for its mountpoint. */
export function convertToBtrfs(layout: Layout, path: LayoutPath): Layout {
  const content = setAt(layout, path)['content'];
  if (!isSet(content) || content['type'] !== 'filesystem')
    throw new OperationError('Only a file system can become btrfs.');
  const { mountpoint } = content;
  if (typeof mountpoint !== 'string')
    return replace(layout, [...path, 'content'], { type: 'btrfs', extraArgs: ['-f'] });
  const name = mountpoint === '/' ? '@root' : `@${mountpoint.slice(1).replaceAll('/', '-')}`;
  return replace(layout, [...path, 'content'], {
    type: 'btrfs',
    extraArgs: ['-f'],
    subvolumes: { [name]: { mountpoint, mountOptions: ['compress=zstd', 'noatime'] } },
  });
}

/** The old `table` (format gpt) to `gpt`. Partitions keep their names; sizes come from start and end where they can. */
export function convertToGpt(layout: Layout, path: LayoutPath): Layout {
  const table = setAt(layout, path);
  const { partitions, format = 'gpt' } = table;
  if (table['type'] !== 'table' || format !== 'gpt' || !Array.isArray(partitions)) {
    throw new OperationError("Only a table of the old type with format 'gpt' can be converted.");
  }
  const entries = partitions.filter(isSet).map((partition, index): [string, LayoutSet] => {
    const { name, start, end = '100%', bootable, content, flags } = partition;
    const isEsp = bootable === true || (Array.isArray(flags) && flags.includes('esp'));
    const isBiosBoot = Array.isArray(flags) && flags.includes('bios_grub');
    const size = legacySize(typeof start === 'string' ? start : '0', typeof end === 'string' ? end : '100%');
    return [
      typeof name === 'string' ? name : `part${index + 1}`,
      {
        priority: index + 1,
        ...size,
        ...(isEsp ? { type: 'EF00' } : isBiosBoot ? { type: 'EF02' } : {}),
        ...(content === undefined ? {} : { content }),
      },
    ];
  });
  return replace(layout, path, { type: 'gpt', partitions: Object.fromEntries(entries) });
}

/** parted's places (`1MiB`, `512M`, `100%`) as a gpt size; parted's plain units are decimal, ours binary. */
function legacySize(start: string, end: string): LayoutSet {
  if (end === '100%') return { size: '100%' };
  const mebibytes = (place: string): number | null => {
    const match = /^([0-9]+)(MiB|GiB|M|MB|G|GB)?$/.exec(place);
    if (!match) return place === '0%' ? 0 : null;
    const unit = match[2] ?? 'M';
    return Math.round(Number(match[1]) * (unit.startsWith('G') ? 1024 : 1));
  };
  const [from, to] = [mebibytes(start), mebibytes(end)];
  if (from === null || to === null || to <= from) return { end };
  return { size: `${from <= 1 ? to : to - from}M` };
}

/**
 * Renames a disk or a partition. The machine mounts by labels made of these names, so for an installed layout the old
 * labels are written down and stay.
 */
export function rename(layout: Layout, path: LayoutPath, name: string, isInstalled: boolean): Layout {
  const old = path.at(-1);
  const holderPath = path.slice(0, -1);
  const holder = setAt(layout, holderPath);
  if (typeof old !== 'string' || name === old) return layout;
  if (Object.hasOwn(holder, name)) throw new OperationError(`${name} is already there.`);
  const kept = isInstalled ? withLabels(layout, path) : layout;
  const moved = Object.fromEntries(
    Object.entries(setAt(kept, holderPath)).map(([key, value]) => [key === old ? name : key, value]),
  );
  const renamed = replace(kept, holderPath, moved);
  return path.length === 2 ? renameReferences(renamed, String(path[0]), old, name) : renamed;
}

function withLabels(layout: Layout, path: LayoutPath): Layout {
  const below = itemsOf(layout).filter(
    (item) => item.type === 'gpt_partition' && path.every((step, index) => item.path[index] === step),
  );
  return below.reduce((sum, item) => {
    const label = partitionLabel(item);
    const isOwn = item.value['label'] !== undefined || item.value['uuid'] !== undefined;
    return label === null || isOwn ? sum : setOption(sum, item.path, 'label', label);
  }, layout);
}

const referring: Readonly<Record<string, { readonly type: string; readonly option: string }>> = {
  lvm_vg: { type: 'lvm_pv', option: 'vg' },
  mdadm: { type: 'mdraid', option: 'name' },
  zpool: { type: 'zfs', option: 'pool' },
  bcachefs_filesystems: { type: 'bcachefs', option: 'filesystem' },
};

function renameReferences(layout: Layout, group: string, old: string, name: string): Layout {
  const reference = referring[group];
  if (!reference) return layout;
  return itemsOf(layout)
    .filter((item) => item.type === reference.type && item.value[reference.option] === old)
    .reduce((sum, item) => setOption(sum, item.path, reference.option, name), layout);
}

/** The layout for another machine: no disk is named, so that none can be erased by mistake. */
export function copyToAnotherMachine(layout: Layout): Layout {
  const { disk: disks } = layout;
  if (!isSet(disks)) return layout;
  return Object.keys(disks).reduce((sum, name) => replace(sum, ['disk', name, 'device'], ''), layout);
}

export function replaceDevice(layout: Layout, diskName: string, device: string): Layout {
  if (!device.startsWith('/')) throw new OperationError('A device is a full path such as /dev/disk/by-id/....');
  return setOption(layout, ['disk', diskName], 'device', device);
}

/** A layout with what was done to it; every step can be taken back and done again. */
export interface History {
  readonly past: readonly Layout[];
  readonly present: Layout;
  readonly future: readonly Layout[];
}

export function startHistory(present: Layout): History {
  return { past: [], present, future: [] };
}

export function record(history: History, next: Layout): History {
  return next === history.present ? history : { past: [...history.past, history.present], present: next, future: [] };
}

export function undo(history: History): History {
  const { past, present, future } = history;
  const last = past.at(-1);
  return last === undefined ? history : { past: past.slice(0, -1), present: last, future: [present, ...future] };
}

export function redo(history: History): History {
  const { past, present, future } = history;
  const [next, ...rest] = future;
  return next === undefined ? history : { past: [...past, present], present: next, future: rest };
}
