import { z } from 'zod';

/**
 * A disk as a machine's probe found it, with everything that lies on it. Sizes are bytes; null: the machine did not
 * tell. Names of contents are those of blkid: `ext4`, `vfat`, `ntfs`, `btrfs`, `swap`, `crypto_LUKS`, `LVM2_member`,
 * `linux_raid_member`, `zfs_member`, `iso9660` …
 */

/** What a block device holds, whether a whole disk, a partition or a volume. */
const holding = z.object({
  content: z.string().nullable(),
  label: z.string().nullable(),
  uuid: z.string().nullable(),
  /** Of a mounted file system. */
  usedBytes: z.number().nullable(),
  /** `[SWAP]` where it is swapped to. */
  mountpoints: z.array(z.string()),
  /** The volume group, RAID array or pool that it is a member of. */
  group: z.string().nullable(),
});

const volume = holding.extend({
  /** The kernel's name: `sda2`, `dm-0`. */
  name: z.string(),
  /** `/dev/sda2`, `/dev/mapper/crypted`. */
  path: z.string(),
  kind: z.enum(['partition', 'luks', 'lvm', 'raid', 'other']),
  sizeBytes: z.number(),
  /** Of an array, as the kernel calls it: `raid1`. */
  raidLevel: z.string().optional(),
  /** Of a partition: its place in the table. `type`: GUID of GPT, or a number of MBR as `0x83`. */
  partition: z
    .object({
      number: z.int().nullable(),
      startBytes: z.number().nullable(),
      label: z.string().nullable(),
      uuid: z.string().nullable(),
      type: z.string().nullable(),
    })
    .nullable(),
});

/** A partition, an opened LUKS container, a logical volume, a RAID array. One of several members stands below each. */
export interface ProbedVolume extends z.infer<typeof volume> {
  readonly children: ProbedVolume[];
}
export const probedVolume: z.ZodType<ProbedVolume> = z.lazy(() => volume.extend({ children: z.array(probedVolume) }));

export const probedDisk = holding.extend({
  /** The kernel's name, which may be another one at the next start: `sda`. */
  name: z.string(),
  /** `/dev/sda`. */
  path: z.string(),
  sizeBytes: z.number(),
  model: z.string().nullable(),
  vendor: z.string().nullable(),
  serial: z.string().nullable(),
  wwn: z.string().nullable(),
  /** `sata`, `nvme`, `usb`, `mmc`, `virtio` … */
  transport: z.string().nullable(),
  isRotational: z.boolean().nullable(),
  isRemovable: z.boolean(),
  isReadOnly: z.boolean(),
  logicalSectorBytes: z.number().nullable(),
  physicalSectorBytes: z.number().nullable(),
  /** Paths below /dev/disk/by-id, the one that says most first; empty where udev does not run. */
  byId: z.array(z.string()),
  /** `gpt`, `dos`; null: no partition table. */
  table: z.string().nullable(),
  /** True where the running system is on it (`/`, `/boot`, `/nix`, an installer's stick); one in memory is on none. */
  isSystemDisk: z.boolean(),
  /** Partitions in the order of the disk; what lies on the whole disk where there is no table. */
  children: z.array(probedVolume),
});
export type ProbedDisk = z.infer<typeof probedDisk>;

/** A disk with everything that lies on it, from top to bottom. */
export function everythingOn(disk: Pick<ProbedDisk, 'children'>): ProbedVolume[] {
  return disk.children.flatMap((child) => [child, ...everythingOn(child)]);
}
