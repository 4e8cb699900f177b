import { isList, isSet, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from '../layout.ts';
import { formatSize } from '../size.ts';
import { freeName, replace, setAt } from './edit.ts';
import { OperationError } from './operation-error.ts';
import { withOrder } from './order.ts';

const MIB = 1024 ** 2;

export interface TableConversion {
  /** True where the machine runs from this table: partitions keep the labels that they have on the disk. */
  readonly isInstalled?: boolean;
  /** Needed for places in per cent. */
  readonly diskBytes?: number;
}

/**
 * The old `table` to `gpt`. Partitions keep their names and their order; sizes come from start and end. A table of
 * format msdos gets a BIOS boot partition, as the machine starts by BIOS.
 * @throws OperationError for what GPT has no word for
 */
export function convertToGpt(layout: Layout, path: LayoutPath, options: TableConversion = {}): Layout {
  const table = setAt(layout, path);
  const { partitions, format = 'gpt', type: _type, ...rest } = table;
  if (table['type'] !== 'table' || !isList(partitions)) {
    throw new OperationError("Only a table of the old type 'table' can be converted.");
  }
  const entries: Record<string, LayoutSet> = {};
  const isMsdos = format === 'msdos';
  if (isMsdos) entries['bios'] = { size: '1M', type: 'EF02' };
  let from = 0;
  for (const { partition, wanted, number } of byPlace(partitions, options.diskBytes)) {
    const name = freeName(entries, wanted ?? `part${number}`);
    const extent = extentOf(partition, from, name, options.diskBytes);
    entries[name] = {
      ...extent.size,
      ...typeAndAttributes(partition, isMsdos),
      ...(options.isInstalled && wanted !== null && !isMsdos ? { label: wanted } : {}),
      ...(partition['content'] === undefined ? {} : { content: partition['content'] }),
    };
    from = extent.until;
  }
  const tablePath = [...path];
  const converted = replace(layout, path, { ...rest, type: 'gpt', partitions: entries });
  return withOrder(converted, tablePath, Object.keys(entries));
}

interface OldPartition {
  readonly partition: LayoutSet;
  readonly wanted: string | null;
  readonly number: number;
  readonly start: number;
}

/** A GPT is filled from the front, so partitions go by where they begin, whatever their place in the list. */
function byPlace(partitions: readonly LayoutValue[], diskBytes: number | undefined): OldPartition[] {
  const found = partitions.flatMap((partition, index): OldPartition[] => {
    if (!isSet(partition)) throw new OperationError(`Partition ${index + 1} is computed; it cannot be converted here.`);
    if (partition['part-type'] === 'extended') return [];
    const { name, start = '0%' } = partition;
    const wanted = typeof name === 'string' && name !== '' ? name : null;
    const label = wanted ?? `part${index + 1}`;
    if (typeof start !== 'string')
      throw new OperationError(`Where ${label} begins is computed; it cannot be converted here.`);
    // Places from the end lie behind all others, the larger distance first.
    const back = start.startsWith('-') ? mebibytes(start.slice(1)) : null;
    const place = back === null ? placeOf(start, label, diskBytes) : 2 ** 50 - back;
    return [{ partition, wanted, number: index + 1, start: place }];
  });
  return found.sort((a, b) => a.start - b.start);
}

function typeAndAttributes(partition: LayoutSet, isMsdos: boolean): LayoutSet {
  const flags = isList(partition['flags']) ? partition['flags'] : [];
  const has = (flag: string): boolean => flags.includes(flag);
  if (has('bios_grub')) return { type: 'EF02' };
  // On a GPT, parted's flag boot is the type of the EFI system partition; on msdos it is only a mark.
  if (has('esp') || (!isMsdos && (partition['bootable'] === true || has('boot')))) return { type: 'EF00' };
  if (has('legacy_boot')) return { attributes: [2] };
  if (has('lvm')) return { type: '8E00' };
  return has('raid') ? { type: 'FD00' } : {};
}

interface Extent {
  readonly size: LayoutSet;
  /** MiB from the beginning; where the next partition can begin. */
  readonly until: number;
}

function extentOf(partition: LayoutSet, from: number, name: string, diskBytes: number | undefined): Extent {
  const { start = '0%', end = '100%' } = partition;
  if (typeof start !== 'string' || typeof end !== 'string') {
    throw new OperationError(`Where ${name} ends is computed; it cannot be converted here.`);
  }
  if (end === '100%' || end === '-0' || end === '-1s')
    return { size: { size: '100%' }, until: Number.POSITIVE_INFINITY };
  const back = end.startsWith('-') ? mebibytes(end.slice(1)) : null;
  if (back !== null) return { size: { end: `-${formatSize(back * MIB)}` }, until: Number.POSITIVE_INFINITY };
  const [first, last] = [placeOf(start, name, diskBytes), placeOf(end, name, diskBytes)];
  const begin = first <= 1 ? from : first;
  if (last <= begin) throw new OperationError(`${name} ends at ${end}, before it begins.`);
  return { size: { size: formatSize(Math.round(last - begin) * MIB) }, until: last };
}

/** MiB from the beginning of the disk. */
function placeOf(place: string, name: string, diskBytes: number | undefined): number {
  const percent = /^([0-9.]+)%$/.exec(place);
  if (percent) {
    const share = Number(percent[1]);
    if (share === 0) return 0;
    if (diskBytes === undefined) {
      throw new OperationError(
        `${name} ends at ${place} of the disk, and GPT knows no percentages. Give the size of the disk first.`,
      );
    }
    return Math.round((diskBytes * share) / 100 / MIB);
  }
  const bytes = mebibytes(place);
  if (bytes === null) throw new OperationError(`'${place}' of ${name} is no place that can be converted.`);
  return bytes;
}

/** parted's `512MiB`, `512M`, `1GB` as MiB; its plain units are decimal, but people mean the binary ones. */
function mebibytes(place: string): number | null {
  const match = /^([0-9]+(?:\.[0-9]+)?)([kKMGT]?)(iB|B)?$/.exec(place);
  if (match) {
    const factor = { k: 1 / 1024, K: 1 / 1024, M: 1, '': 1, G: 1024, T: 1024 ** 2 }[match[2] ?? ''] ?? 1;
    return match[2] === '' && match[3] === 'B' ? Number(match[1]) / MIB : Number(match[1]) * factor;
  }
  const sectors = /^([0-9]+)s$/.exec(place);
  return sectors ? (Number(sectors[1]) * 512) / MIB : null;
}
