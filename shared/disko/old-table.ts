import { usableEnd } from './geometry.ts';
import { SECTOR_BYTES } from './size.ts';
import { text, type Item } from './walk.ts';

/** parted's units; those with an i are binary, the others decimal, a bare number is megabytes. */
const units: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/**
 * Bytes of a partition of the old type `table`, as parted makes them, to a MiB or so; null where that cannot be told.
 * @param wholeBytes of what the table is on
 */
export function oldPartitionBytes(partition: Item, wholeBytes: number): number | null {
  if (text(partition, 'part-type') === 'extended') return null;
  const start = placeBytes(written(partition, 'start', '0%'), wholeBytes);
  const end = placeBytes(written(partition, 'end', '100%'), wholeBytes);
  return start === null || end === null || end <= start ? null : end - start;
}

function written(partition: Item, option: string, otherwise: string): string | null {
  return partition.value[option] === undefined ? otherwise : text(partition, option);
}

/** From the beginning of the disk; what is before the first MiB or in the table's copy is no place for a partition. */
function placeBytes(place: string | null, wholeBytes: number): number | null {
  const [, sign = '', digits = '', unit = ''] =
    /^(-?)([0-9]+(?:\.[0-9]+)?)(s|%|[kmgt]?(?:i?b)?)$/i.exec(place ?? '') ?? [];
  if (digits === '') return null;
  const size = Number(digits) * unitBytes(unit.toLowerCase(), wholeBytes);
  const bytes = sign === '-' ? wholeBytes - size : size;
  return Math.min(Math.max(bytes, 1024 ** 2), usableEnd(wholeBytes));
}

function unitBytes(unit: string, wholeBytes: number): number {
  if (unit === '%') return wholeBytes / 100;
  if (unit === 's') return SECTOR_BYTES;
  if (unit === 'b') return 1;
  return (unit.includes('i') ? 1024 : 1000) ** (units[unit.charAt(0)] ?? 2);
}
