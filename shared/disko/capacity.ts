import { sizeBytes } from './size.ts';

/* What arrays, vdevs and logical volumes come to, from the bytes of their members. */

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

/** What LVM makes of a size, in bytes: `10G`, `50%VG`, `100%FREE`, `100%` (disko adds FREE). */
export function logicalVolumeBytes(size: string, groupBytes: number, freeBytes: number): number | null {
  const percent = /^([0-9]+)%(FREE|VG|PVS)?$/.exec(size);
  if (percent) {
    const of = percent[2] === 'VG' || percent[2] === 'PVS' ? groupBytes : freeBytes;
    return Math.floor((of * Number(percent[1])) / 100);
  }
  return sizeBytes(size.toUpperCase());
}
