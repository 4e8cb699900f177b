import { isList, isSet, type Layout, type LayoutPath, type LayoutValue } from '../layout.ts';
import { partitionDevice, partitionLabel } from '../device-path.ts';
import { groupReferences } from '../references.ts';
import { itemsOf, text, type Item } from '../walk.ts';
import { replace, setAt, setOption } from './edit.ts';
import { OperationError } from './operation-error.ts';
import { partitionsOf, withOrder } from './order.ts';

/**
 * Renames a disk, a partition, a group, a volume ... and whatever refers to it by that name. The machine mounts by
 * labels made of the names of disks and partitions, so for an installed layout the old labels are written down and
 * stay. Partitions keep their order.
 */
export function rename(layout: Layout, path: LayoutPath, name: string, isInstalled: boolean): Layout {
  const old = path.at(-1);
  const holderPath = path.slice(0, -1);
  const holder = setAt(layout, holderPath);
  if (typeof old !== 'string' || name === old) return layout;
  if (name.trim() === '') throw new OperationError('A name is needed.');
  if (Object.hasOwn(holder, name)) throw new OperationError(`${name} is already there.`);
  const items = itemsOf(layout);
  const item = items.find((other) => JSON.stringify(other.path) === JSON.stringify(path));
  const kept = isInstalled ? withLabels(layout, path) : layout;
  const moved = Object.fromEntries(
    Object.entries(setAt(kept, holderPath)).map(([key, value]) => [key === old ? name : key, value]),
  );
  const renamed = replace(kept, holderPath, moved);
  const referred = item ? withReferences(layout, renamed, item, name) : renamed;
  return item?.type === 'gpt_partition' ? inOldOrder(layout, referred, path, name) : referred;
}

/** What else a new name asks for on a machine that is installed already; null where nothing. */
export function renameNote(item: Item): string | null {
  switch (item.type) {
    case 'lvm_vg':
      return `The machine mounts by this name: run vgrename on it before it restarts.`;
    case 'lvm_lv':
      return `The machine mounts by this name: run lvrename on it before it restarts.`;
    case 'zpool':
      return `The pool keeps its name on the disks until it is exported and imported under the new one.`;
    case 'zfs_fs':
    case 'zfs_volume':
      return `The machine mounts by this name: run zfs rename on it before it restarts.`;
    case 'btrfs_subvol':
      return `The machine mounts by this name: rename the subvolume on it before it restarts.`;
    case 'mdadm':
      return `The array keeps its name on the disks until mdadm --assemble --update=name writes the new one.`;
    default:
      return null;
  }
}

function withLabels(layout: Layout, path: LayoutPath): Layout {
  const below = itemsOf(layout).filter(
    (item) => item.type === 'gpt_partition' && path.every((step, index) => item.path[index] === step),
  );
  return below.reduce((sum, item) => {
    const label = partitionLabel(item);
    const { label: own, uuid, name } = item.value;
    // A name of its own does not follow the attribute name, nor does what is found by uuid.
    const isSettled = own !== undefined || typeof uuid === 'string' || (path.length > 2 && name !== undefined);
    return label === null || isSettled ? sum : setOption(sum, item.path, 'label', label);
  }, layout);
}

function inOldOrder(before: Layout, after: Layout, path: LayoutPath, name: string): Layout {
  const tablePath = path.slice(0, -2);
  const order = partitionsOf(before, tablePath).map((item) => (item.name === path.at(-1) ? name : item.name));
  return withOrder(after, tablePath, order, name);
}

/** Changes what names the renamed thing: memberships, thin pools, vdev members, device paths. */
function withReferences(before: Layout, after: Layout, item: Item, name: string): Layout {
  const hasOwnName = item.value['name'] !== undefined;
  let result = after;
  const group = groupReferences.find((reference) => reference.type === item.type);
  if (group && !hasOwnName) {
    for (const other of itemsOf(result)) {
      if (other.type === group.member && text(other, group.option) === item.name) {
        result = setOption(result, other.path, group.option, name);
      }
    }
  }
  if (item.type === 'lvm_lv' && !hasOwnName) {
    for (const other of itemsOf(result)) {
      const isBeside = other.path[1] === item.path[1] && other.type === 'lvm_lv';
      if (isBeside && text(other, 'pool') === item.name) result = setOption(result, other.path, 'pool', name);
    }
  }
  if (item.type === 'disk' && !hasOwnName) result = withMembers(result, item.name, name);
  if (item.type === 'disk' || item.type === 'gpt_partition') result = withDevices(before, result, item, name);
  return result;
}

/** Members of a ZFS topology that name a disk. */
function withMembers(layout: Layout, old: string, name: string): Layout {
  return itemsOf(layout)
    .filter((item) => item.type === 'zpool_topology')
    .reduce(
      (sum, item) =>
        replace(
          sum,
          item.path,
          renamedWords(item.value, (word) => (word === old ? name : word)),
        ),
      layout,
    );
}

/** Device paths made of the old label: the other members of a btrfs, cache devices ... */
function withDevices(before: Layout, after: Layout, item: Item, name: string): Layout {
  const renamed = (path: LayoutPath): string =>
    JSON.stringify([...item.path.slice(0, -1), name, ...path.slice(item.path.length)]);
  const present = new Map(itemsOf(after).map((other) => [JSON.stringify(other.path), other]));
  const paths = new Map<string, string>();
  for (const old of itemsOf(before)) {
    if (old.type !== 'gpt_partition' || !item.path.every((step, index) => old.path[index] === step)) continue;
    const now = present.get(renamed(old.path));
    const [from, to] = [partitionDevice(old), now ? partitionDevice(now) : null];
    if (from !== null && to !== null && from !== to) paths.set(from, to);
  }
  if (paths.size === 0) return after;
  const value = renamedWords(after, (word) => replaceWords(word, paths));
  return isSet(value) ? value : after;
}

/** Paths as whole words: the label of `data` is also how that of `data2` begins. */
function replaceWords(text: string, paths: ReadonlyMap<string, string>): string {
  if (!text.includes('/dev/disk/by-part')) return text;
  return text
    .split(/(\s+)/)
    .map((word) => paths.get(word) ?? word)
    .join('');
}

/** Every text of a value through a function; parts in which nothing changes stay the same object. */
export function renamedWords(value: LayoutValue, change: (text: string) => string): LayoutValue {
  if (typeof value === 'string') return change(value);
  if (isList(value)) {
    const items = value.map((item) => renamedWords(item, change));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isSet(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, renamedWords(item, change)] as const);
  return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries);
}
