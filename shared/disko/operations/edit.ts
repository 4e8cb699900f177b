import {
  isSet,
  valueAt,
  withValue,
  type Layout,
  type LayoutPath,
  type LayoutSet,
  type LayoutValue,
} from '../layout.ts';
import { ownName, itemsOf } from '../walk.ts';
import { groupReferences } from '../references.ts';
import { formatSize, sizeBytes } from '../size.ts';
import { partitionsOf, withOrder } from './order.ts';
import { OperationError } from './operation-error.ts';

/** The set at a path. @throws OperationError where there is none */
export function setAt(layout: Layout, path: LayoutPath): LayoutSet {
  const value = valueAt(layout, path);
  if (!isSet(value)) throw new OperationError(`There is nothing at ${path.join('.')}.`);
  return value;
}

/** A copy with another value at a path; undefined removes what is there. */
export function replace(layout: Layout, path: LayoutPath, value: LayoutValue | undefined): Layout {
  const result = withValue(layout, path, value);
  if (!isSet(result)) throw new OperationError('A layout is a set.');
  return result;
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

/**
 * Takes a thing away. With a group go the memberships in it, so that nothing names what is not there; with the last
 * entry of a group goes the group's heading (an empty `disk` stays, as a layout without disks is still being made).
 */
export function remove(layout: Layout, path: LayoutPath): Layout {
  setAt(layout, path);
  const [group, name] = path;
  if (path.length !== 2 || typeof group !== 'string' || typeof name !== 'string') {
    return replace(layout, path, undefined);
  }
  const gone = itemsOf(layout).find((item) => item.path.length === 2 && item.path[0] === group && item.name === name);
  const reference = groupReferences.find((item) => item.group === group);
  const without = replace(layout, path, undefined);
  const freed =
    gone && reference
      ? itemsOf(without)
          .filter((item) => item.type === reference.member && item.value[reference.option] === ownName(gone))
          .reduce((sum, item) => replace(sum, item.path, undefined), without)
      : without;
  const left = freed[group];
  const isEmpty = group !== 'disk' && isSet(left) && Object.keys(left).length === 0;
  return isEmpty ? replace(freed, [group], undefined) : freed;
}

/** Sets an option; undefined takes it away, so that disko's default holds. */
export function setOption(layout: Layout, path: LayoutPath, option: string, value: LayoutValue | undefined): Layout {
  setAt(layout, path);
  return replace(layout, [...path, option], value);
}

/** Gives a partition or volume a size (`20G`, `100%`); an `end` that would win over it goes. */
export function resize(layout: Layout, path: LayoutPath, size: string): Layout {
  const { end: _end, ...rest } = setAt(layout, path);
  return replace(layout, path, { ...rest, size });
}

/** Cuts a partition in two: the second, named `name`, gets `size`, nothing in it, and stands right behind the first. */
export function split(layout: Layout, path: LayoutPath, name: string, size: string): Layout {
  const { size: whole, end } = setAt(layout, path);
  const first = typeof whole === 'string' && end === undefined ? sizeBytes(whole) : null;
  const second = sizeBytes(size);
  if (second === null || second === 0) throw new OperationError(`'${size}' is not a size such as 20G.`);
  const tablePath = path.slice(0, -2);
  const order = partitionsOf(layout, tablePath).map((item) => item.name);
  const added = add(layout, path.slice(0, -1), name, { size });
  // Of a fixed size the second part is taken; 'the rest' becomes smaller by itself, and has to stay behind it.
  if (first === null) return added;
  if (second >= first) throw new OperationError('The second part must be smaller than the whole.');
  const cut = resize(added, path, formatSize(first - second));
  const at = order.indexOf(String(path.at(-1)));
  return withOrder(cut, tablePath, [...order.slice(0, at + 1), name, ...order.slice(at + 1)], name);
}
