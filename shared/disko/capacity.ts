import { SECTOR_BYTES, sizeBytes } from './size.ts';

/* What arrays, vdevs and logical volumes come to, from the bytes of their members. */

/** Usable bytes of a group and how many of its members may fail; null where that cannot be told. */
export interface Capacity {
  readonly usableBytes: number;
  readonly mayFail: number;
}

const MIB = 1024 ** 2;
/** mdadm's stripes where nobody says otherwise, in bytes. */
const CHUNK_BYTES = 512 * 1024;
/** What mirrors are whole multiples of. */
const MIRROR_UNIT_BYTES = 64 * 1024;

/**
 * What a member gives to the data of its array, in bytes. As mdadm 4.4 has it: metadata 1.2 and 1.1 lie before the data,
 * with room for a bitmap and headroom of about a thousandth (at most 128 MiB), to a whole MiB; 1.0 and 0.90 lie behind.
 */
export function memberDataBytes(bytes: number, metadata = 'default'): number {
  const sectors = Math.floor(bytes / SECTOR_BYTES);
  if (metadata === '0.90' || metadata === '0') return Math.max(0, (Math.floor(sectors / 128) - 1) * 128 * SECTOR_BYTES);
  const bitmap = sectors - 128 >= 200 * 2 ** 21 ? 256 : sectors - 8 > 8 * 2 ** 21 ? 128 : 8;
  if (metadata === '1.0') return Math.max(0, (Math.floor(sectors / 8) * 8 - 24 - bitmap) * SECTOR_BYTES);
  let headroom = 128 * 2048;
  while (headroom * 1024 > sectors && headroom > 0) headroom = Math.floor(headroom / 2);
  const offset = Math.ceil((24 + bitmap + headroom) / 2048) * MIB;
  return Math.max(0, sectors * SECTOR_BYTES - offset);
}

/**
 * Usable room of an mdadm array. The smallest member counts, as the others are cut to it; stripes are whole.
 * @param members bytes of each member
 * @param metadata of the array: `default`, `1.2`, `1.1`, `1.0`, `0.90`
 */
export function arrayCapacity(level: number, members: readonly number[], metadata = 'default'): Capacity | null {
  const count = members.length;
  if (count === 0) return null;
  const striped = (bytes: number): number => Math.floor(bytes / CHUNK_BYTES) * CHUNK_BYTES;
  const mirrored = (bytes: number): number => Math.floor(bytes / MIRROR_UNIT_BYTES) * MIRROR_UNIT_BYTES;
  const data = members.map((bytes) => memberDataBytes(bytes, metadata));
  const smallest = striped(Math.min(...data));
  switch (level) {
    case 0:
      return { usableBytes: data.reduce((sum, bytes) => sum + striped(bytes), 0), mayFail: 0 };
    case 1:
      return { usableBytes: mirrored(Math.min(...data)), mayFail: count - 1 };
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

/** Usable room of a btrfs over several devices: raid1 keeps every block on two of them. */
export function btrfsCapacity(profile: string, members: readonly number[]): Capacity | null {
  const sum = members.reduce((total, bytes) => total + bytes, 0);
  const largest = Math.max(...members);
  const copies = { raid1: 2, raid10: 2, dup: 2, raid1c3: 3, raid1c4: 4 }[profile];
  if (members.length === 0) return null;
  if (profile === 'raid5' || profile === 'raid6') {
    const lost = profile === 'raid5' ? 1 : 2;
    return members.length <= lost
      ? null
      : { usableBytes: Math.min(...members) * (members.length - lost), mayFail: lost };
  }
  if (copies === undefined) return { usableBytes: sum, mayFail: 0 };
  if (profile !== 'dup' && members.length < copies) return null;
  // What the largest has more than the others together has no second copy anywhere.
  const paired = profile === 'dup' ? sum : Math.min(sum, (sum - largest) * copies);
  return { usableBytes: Math.floor(paired / copies), mayFail: profile === 'dup' ? 0 : copies - 1 };
}

/** Of a volume group, where nobody says otherwise. */
export const EXTENT_BYTES = 4 * MIB;

/**
 * What a pool of thin volumes needs beside its data: 64 bytes for each of its chunks, at least 2 MiB, in whole extents.
 * Chunks have 64 KiB, and more where there were more than 128 MiB of that else.
 */
export function thinMetadataBytes(dataBytes: number): number {
  let chunk = 64 * 1024;
  while ((dataBytes / chunk) * 64 > 128 * MIB) chunk *= 2;
  const bytes = Math.max(2 * MIB, Math.ceil(dataBytes / chunk) * 64);
  return Math.ceil(bytes / EXTENT_BYTES) * EXTENT_BYTES;
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
