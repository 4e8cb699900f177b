import { isSet, type LayoutSet, type LayoutValue } from '../../shared/disko/layout.ts';
import { NixExpression } from '../../shared/nix/value.ts';

/** What a part of a disk is for; decides its colour and its words. */
export type PartKind = 'boot' | 'files' | 'luks' | 'zfs' | 'swap' | 'member' | 'table' | 'empty' | 'free';

/** What a slot holds, in words: `['LUKS', 'btrfs']`, with where it is mounted. */
export interface Holding {
  readonly kind: PartKind;
  readonly words: readonly string[];
  readonly mounts: readonly string[];
}

const written = (value: LayoutValue | undefined): string | null =>
  typeof value === 'string' ? value : value instanceof NixExpression ? `(${value.text})` : null;

function mountOf(content: LayoutSet): string[] {
  const mountpoint = written(content['mountpoint']);
  return mountpoint === null ? [] : [mountpoint];
}

const nothing: Holding = { kind: 'empty', words: ['nothing in it'], mounts: [] };

/** What a slot with this content holds. @param typeCode the GPT type of the partition around it */
export function describeHolding(content: LayoutValue | undefined, typeCode?: LayoutValue): Holding {
  if (content instanceof NixExpression) return { kind: 'files', words: ['computed'], mounts: [] };
  if (!isSet(content)) return typeCode === 'EF02' ? { kind: 'boot', words: ['BIOS boot'], mounts: [] } : nothing;
  const type = written(content['type']) ?? '';
  switch (type) {
    case 'filesystem': {
      const format = written(content['format']) ?? 'file system';
      const isBoot = typeCode === 'EF00' || /^\/(boot|efi)/.test(written(content['mountpoint']) ?? '');
      return { kind: isBoot ? 'boot' : 'files', words: [format], mounts: mountOf(content) };
    }
    case 'btrfs': {
      const subvolumes = isSet(content['subvolumes']) ? Object.values(content['subvolumes']).filter(isSet) : [];
      return { kind: 'files', words: ['btrfs'], mounts: [...mountOf(content), ...subvolumes.flatMap(mountOf)] };
    }
    case 'luks': {
      const inner = describeHolding(content['content']);
      return { kind: 'luks', words: ['LUKS', ...(inner === nothing ? [] : inner.words)], mounts: inner.mounts };
    }
    case 'swap':
      return { kind: 'swap', words: ['swap'], mounts: [] };
    case 'lvm_pv':
      return { kind: 'member', words: [`LVM member of ${written(content['vg']) ?? '?'}`], mounts: [] };
    case 'mdraid':
      return { kind: 'member', words: [`RAID member of ${written(content['name']) ?? '?'}`], mounts: [] };
    case 'zfs':
      return { kind: 'zfs', words: [`ZFS member of ${written(content['pool']) ?? '?'}`], mounts: [] };
    case 'bcachefs':
      return { kind: 'member', words: [`bcachefs member of ${written(content['filesystem']) ?? '?'}`], mounts: [] };
    case 'gpt':
      return { kind: 'table', words: ['GPT'], mounts: [] };
    case 'table':
      return { kind: 'table', words: ['partition table of the old type'], mounts: [] };
    default:
      return { kind: 'empty', words: [type === '' ? 'of no type' : type], mounts: [] };
  }
}

/** `ext4 at /`, `LUKS, btrfs at /, /nix and /home`. */
export function holdingSentence({ words, mounts }: Holding): string {
  const places = mounts.length < 2 ? mounts.join('') : `${mounts.slice(0, -1).join(', ')} and ${mounts.at(-1)}`;
  return `${words.join(', ')}${places === '' ? '' : ` at ${places}`}`;
}

const typeWords: Readonly<Record<string, string>> = {
  disk: 'Disk',
  gpt: 'Partition table (GPT)',
  gpt_partition: 'Partition',
  gpt_hybrid: 'Entry in the hybrid MBR',
  table: 'Partition table (old type)',
  table_partition: 'Partition',
  filesystem: 'File system',
  btrfs: 'btrfs',
  btrfs_subvol: 'Subvolume',
  btrfs_swapfile: 'Swap file',
  swap: 'Swap',
  luks: 'Encryption (LUKS)',
  lvm_pv: 'Member of a volume group',
  lvm_vg: 'Volume group (LVM)',
  lvm_lv: 'Logical volume',
  mdraid: 'Member of an array',
  mdadm: 'Array (Linux RAID)',
  zfs: 'Member of a pool',
  zpool: 'ZFS pool',
  zpool_topology: 'Topology',
  zpool_vdev: 'vdev',
  zfs_fs: 'Dataset',
  zfs_volume: 'ZFS volume',
  bcachefs: 'Member of a bcachefs',
  bcachefs_filesystem: 'bcachefs',
  bcachefs_subvolume: 'Subvolume',
  nodev: 'Mount without a disk',
};

/** What a type of disko's is called; null for one that disko does not have. */
export function typeWord(type: string | null): string | null {
  return type !== null && Object.hasOwn(typeWords, type) ? (typeWords[type] ?? null) : null;
}
