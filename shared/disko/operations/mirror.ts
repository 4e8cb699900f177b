import { isList, isSet, type Layout, type LayoutSet, type LayoutValue } from '../layout.ts';
import { partitionDevice } from '../device-path.ts';
import { itemsOf, ownName, type Item } from '../walk.ts';
import { add, freeName, replace, setAt } from './edit.ts';
import { OperationError } from './operation-error.ts';
import { partitionsOf } from './order.ts';

/** The disk that a layout is to be mirrored on: a name that is free, and its device. */
export interface SecondDisk {
  readonly name: string;
  readonly device: string;
}

/**
 * One disk to a mirror of two. The second disk gets the same partitions; ZFS and btrfs mirror by themselves, everything
 * else becomes an mdadm array (LUKS and LVM lie on top of it). Swap stays apart on each disk.
 * @throws OperationError where the disk has no GPT, or what it holds cannot be mirrored
 */
export function convertToMirror(layout: Layout, diskName: string, second: SecondDisk): Layout {
  const disk = setAt(layout, ['disk', diskName]);
  const table = disk['content'];
  if (!isSet(table) || table['type'] !== 'gpt') {
    throw new OperationError(`Disk ${diskName} has no GPT. Convert it first.`);
  }
  const tablePath = ['disk', diskName, 'content'];
  const partitions = partitionsOf(layout, tablePath);
  const twins = Object.fromEntries(partitions.map((item) => [item.name, twinOf(item.value)]));
  // Nothing that names the first disk's partitions or files is copied with the table itself.
  const { partitions: _partitions, ...tableOptions } = table;
  const copy: LayoutSet = { type: 'disk', device: second.device, content: { ...tableOptions, partitions: twins } };
  let result = add(layout, ['disk'], second.name, copy);
  for (const partition of partitions) result = mirrorPartition(result, partition, second.name);
  return result;
}

/** A partition of the same extent with nothing in it, and without what has to be unique. */
function twinOf(partition: LayoutSet): LayoutSet {
  const { content: _content, uuid: _uuid, label: _label, device: _device, ...rest } = partition;
  return rest;
}

function mirrorPartition(layout: Layout, partition: Item, secondName: string): Layout {
  const { content } = partition.value;
  if (content === undefined || content === null) return layout;
  if (!isSet(content))
    throw new OperationError(`What ${partition.name} holds is computed; it cannot be mirrored here.`);
  const twin = ['disk', secondName, ...partition.path.slice(2), 'content'];
  const own = [...partition.path, 'content'];
  switch (content['type']) {
    case 'swap': {
      const { resumeDevice: _resumeDevice, ...swap } = content;
      return replace(layout, twin, swap);
    }
    case 'mdraid':
      return replace(layout, twin, content);
    case 'zfs':
      return mirrorPool(replace(layout, twin, content), content['pool']);
    case 'bcachefs':
      throw new OperationError(`${partition.name} belongs to a bcachefs; set its replicas there instead.`);
    case 'btrfs':
      return mirrorBtrfs(layout, partition, secondName, content);
    default:
      return asArray(layout, partition, own, twin, content);
  }
}

function asArray(
  layout: Layout,
  partition: Item,
  own: readonly (string | number)[],
  twin: readonly (string | number)[],
  content: LayoutSet,
): Layout {
  const isBoot = content['format'] === 'vfat' || content['mountpoint'] === '/boot';
  const name = freeName(layout['mdadm'], isBoot ? 'boot' : partition.name);
  const metadata: LayoutSet = content['format'] === 'vfat' ? { metadata: '1.0' } : {};
  const withArray = add(layout, ['mdadm'], name, { type: 'mdadm', level: 1, ...metadata, content });
  const member = { type: 'mdraid', name };
  return replace(replace(withArray, own, member), twin, member);
}

function mirrorPool(layout: Layout, pool: LayoutValue | undefined): Layout {
  const item = itemsOf(layout).find((other) => other.type === 'zpool' && ownName(other) === pool);
  if (!item) throw new OperationError('The pool that it belongs to is not there.');
  const { mode = '' } = item.value;
  if (mode !== '' && mode !== 'mirror') {
    throw new OperationError(`Pool ${item.name} has vdevs of its own; add the new disk to one of them.`);
  }
  return mode === 'mirror' ? layout : replace(layout, [...item.path, 'mode'], 'mirror');
}

/** btrfs is made on the disk that comes last by name, over the partition of the other. */
function mirrorBtrfs(layout: Layout, partition: Item, secondName: string, content: LayoutSet): Layout {
  const [, firstName] = partition.path;
  const inSecond = ['disk', secondName, ...partition.path.slice(2)];
  const isSecondLast = secondName > String(firstName);
  const [bare, holder] = isSecondLast ? [partition.path, inSecond] : [inSecond, partition.path];
  const emptied = replace(layout, [...bare, 'content'], undefined);
  const other = itemsOf(emptied).find((item) => JSON.stringify(item.path) === JSON.stringify(bare));
  const device = other ? partitionDevice(other) : null;
  if (device === null)
    throw new OperationError(`The label of ${partition.name} is computed; it cannot be mirrored here.`);
  const given = isList(content['extraArgs']) ? content['extraArgs'] : [];
  if (given.some((word) => typeof word === 'string' && word.includes('/dev/'))) {
    throw new OperationError('This btrfs has several devices already; add the new one to its extraArgs.');
  }
  const force = given.includes('-f') ? [] : ['-f'];
  const extraArgs = [...given, ...force, '-d', 'raid1', '-m', 'raid1', device];
  return replace(emptied, [...holder, 'content'], { ...content, extraArgs });
}
