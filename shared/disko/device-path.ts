import { sha256Hex } from './sha256.ts';
import { isSet } from './layout.ts';
import { orderedPartitions, ownName, text, type Item } from './walk.ts';

/** A GPT label holds 36 characters of UTF-16. */
export const MAX_LABEL_LENGTH = 36;

/**
 * The label that disko gives a gpt partition: what is written, else made of the names; too long a one becomes the
 * beginning of its hash. null where it is computed by an expression.
 */
export function partitionLabel(item: Item): string | null {
  if (item.value['label'] !== undefined) return text(item, 'label');
  const label = plainLabel(item);
  if (label === null) return null;
  return label.length > MAX_LABEL_LENGTH ? sha256Hex(label).slice(0, MAX_LABEL_LENGTH) : label;
}

/** The label before it is shortened. */
export function plainLabel(item: Item): string | null {
  const table = item.parent?.parent;
  if (!table || isComputed(item) || isComputed(table)) return null;
  // Only disks and arrays are named; a table in anything else has no dependable names.
  return `${table.type ?? ''}-${ownName(table)}-${ownName(item)}`;
}

function isComputed(item: Item): boolean {
  return item.value['name'] !== undefined && text(item, 'name') === null;
}

/** How disko writes a label as a name below /dev/disk/by-partlabel (as udev does): a space as `\\x20`. */
export function udevName(label: string): string {
  return label.replace(
    /[^0-9A-Za-z#+,\-.:=@_/]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The number of a partition in its table, from 1: disko counts in the order of creation. */
export function partitionNumber(item: Item): number {
  const { parent } = item;
  const partitions = parent?.value['partitions'];
  if (!isSet(partitions)) return 1;
  const siblings = Object.entries(partitions).flatMap(([name, value]): Item[] =>
    isSet(value) ? [{ path: [], type: 'gpt_partition', value, name, parent }] : [],
  );
  return orderedPartitions(siblings).findIndex((other) => ownName(other) === ownName(item)) + 1;
}

/** The path by which disko, and the machine afterwards, find a gpt partition; null where it is computed. */
export function partitionDevice(item: Item): string | null {
  const device = item.value['device'];
  if (device !== undefined) return text(item, 'device');
  const uuid = item.value['uuid'];
  if (uuid !== undefined && uuid !== null) {
    return typeof uuid === 'string' ? `/dev/disk/by-partuuid/${uuid}` : null;
  }
  const holder = item.parent?.parent;
  // Partitions of an array get no labels from udev; disko finds them by the array's name and their number.
  if (holder?.type === 'mdadm') return `/dev/disk/by-id/md-name-any:${ownName(holder)}-part${partitionNumber(item)}`;
  const label = partitionLabel(item);
  return label === null ? null : `/dev/disk/by-partlabel/${udevName(label)}`;
}
