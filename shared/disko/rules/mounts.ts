import { hasExpressions, isList, isSet } from '../layout.ts';
import { ancestor, text, type Item } from '../walk.ts';
import { change, groupBy, joined, type Inspection, type Rule } from './finding.ts';
import { describe } from './shape.ts';

const mountable = [
  'filesystem',
  'btrfs',
  'btrfs_subvol',
  'zfs_fs',
  'zfs_volume',
  'zpool',
  'nodev',
  'bcachefs_filesystem',
  'bcachefs_subvolume',
];

/** Where an item is mounted, without a slash at the end; null where it is not. */
export function mountpointOf(item: Item): string | null {
  const written = item.value['mountpoint'];
  const mountpoint = item.type === 'nodev' && written === undefined ? item.name : written;
  if (typeof mountpoint !== 'string') return null;
  return mountpoint === '/' ? '/' : mountpoint.replace(/\/+$/, '');
}

export function mounted(inspection: Inspection): Item[] {
  return inspection.items.filter((item) => mountable.includes(item.type ?? '') && mountpointOf(item) !== null);
}

export const mountpoints: Rule = function* (inspection) {
  const all = mounted(inspection);
  for (const item of all) {
    const written = text(item, 'mountpoint');
    if (written !== null && written !== '/' && written.endsWith('/')) {
      const clean = written.replace(/\/+$/, '');
      yield {
        code: 'mountpoint-slash',
        severity: 'error',
        path: [...item.path, 'mountpoint'],
        message: `${written} and ${clean} are the same place. Remove the slash at the end.`,
        fix: change(`Write ${clean}`, [...item.path, 'mountpoint'], clean),
      };
    }
  }
  for (const [mountpoint, same] of groupBy(all, mountpointOf)) {
    if (same.length < 2) continue;
    const [first, second] = same;
    const isVolumeAndSubvolume =
      same.some((item) => item.type === 'btrfs') && same.some((item) => item.type === 'btrfs_subvol');
    if (isVolumeAndSubvolume) {
      const volume = same.find((item) => item.type === 'btrfs');
      const subvolume = same.find((item) => item.type === 'btrfs_subvol');
      yield {
        code: 'btrfs-mounted-twice',
        severity: 'error',
        path: [...(volume?.path ?? []), 'mountpoint'],
        message: `Both the btrfs volume and its subvolume ${subvolume?.name ?? ''} are mounted at ${mountpoint}. The installer would fill the wrong one. Unmount the volume.`,
        fix: change('Do not mount the volume itself', [...(volume?.path ?? []), 'mountpoint'], undefined),
      };
      continue;
    }
    yield {
      code: 'mountpoint-twice',
      severity: 'error',
      path: [...(second?.path ?? first?.path ?? []), 'mountpoint'],
      message: `${joined(same.map((item) => item.name))} are ${same.length === 2 ? 'both' : 'all'} mounted at ${mountpoint}. NixOS refuses that; disko would mount only one.`,
    };
  }
  const hasPlace = inspection.items.some((item) => item.type !== 'disk' || item.value['content'] !== undefined);
  if (hasPlace && all.length === 0 && !hasExpressions(inspection.layout)) {
    yield {
      code: 'nothing-mounted',
      severity: 'warning',
      path: [],
      message:
        'Nothing of this layout is mounted. disko cannot make a mount script for that; give at least one file system a mountpoint.',
    };
  }
};

export const formats: Rule = function* (inspection) {
  for (const item of inspection.of('filesystem')) {
    const format = text(item, 'format');
    if (format === null) continue;
    const path = [...item.path, 'format'];
    if (format === 'swap' || format === 'linux-swap') {
      yield {
        code: 'swap-as-filesystem',
        severity: 'error',
        path,
        message: 'Swap is no file system here. Change it to a swap partition.',
        fix: change('Make it swap', item.path, { type: 'swap' }),
      };
    } else if (format === 'fat32' || format === 'fat' || format === 'msdos') {
      yield {
        code: 'format-unknown',
        severity: 'error',
        path,
        message: `mkfs.${format} is not what NixOS has; the format is called vfat.`,
        fix: change('Write vfat', path, 'vfat'),
      };
    } else if (format === 'zfs') {
      yield {
        code: 'format-unknown',
        severity: 'error',
        path,
        message: `A ZFS is a pool: use the type 'zfs' with a pool, not a file system.`,
      };
    } else if (
      ![
        'ext2',
        'ext3',
        'ext4',
        'xfs',
        'btrfs',
        'vfat',
        'f2fs',
        'bcachefs',
        'exfat',
        'ntfs',
        'jfs',
        'nilfs2',
        'reiserfs',
      ].includes(format)
    ) {
      yield {
        code: 'format-unknown',
        severity: 'warning',
        path,
        message: `disko knows no tools for the format '${format}': it would run mkfs.${format}.`,
      };
    }
  }
};

export const btrfs: Rule = function* (inspection) {
  for (const item of inspection.of('btrfs_subvol')) {
    if (item.name === '/') {
      yield {
        code: 'btrfs-subvolume-root',
        severity: 'hint',
        path: item.path,
        message:
          'A subvolume named "/" is the volume itself: older disko cannot create it. Name it /root or @, or give the btrfs itself the mountpoint.',
      };
    }
    if (isSet(item.value['swap']) && Object.keys(item.value['swap']).length > 0 && mountpointOf(item) === null) {
      yield {
        code: 'btrfs-swap-unmounted',
        severity: 'error',
        path: [...item.path, 'mountpoint'],
        message: `Give the subvolume ${item.name} a mountpoint, or NixOS cannot find the swap file.`,
        fix: change('Mount it at /.swapvol', [...item.path, 'mountpoint'], '/.swapvol'),
      };
    }
    const options = item.value['mountOptions'];
    if (isList(options) && mountpointOf(item) === null && !isSet(item.value['swap'])) {
      yield {
        code: 'options-without-mount',
        severity: 'hint',
        path: [...item.path, 'mountOptions'],
        message: `The mount options of ${item.name} do nothing, since it has no mountpoint.`,
      };
    }
  }
  for (const item of inspection.of('btrfs')) {
    const options = item.value['extraArgs'];
    if (!isList(options)) continue;
    const words = options.filter((word) => typeof word === 'string').flatMap((word) => word.split(' '));
    const others = words.filter((word) => word.startsWith('/dev/'));
    const profile = words.find((word) => /^raid(0|1|10|1c3|1c4|5|6)$/.test(word));
    if (profile && others.length === 0) {
      yield {
        code: 'btrfs-raid-one-device',
        severity: 'error',
        path: [...item.path, 'extraArgs'],
        message: `btrfs ${profile} needs more than one device; ${item.parent?.name ?? item.name} is the only one. Name the others in extraArgs.`,
      };
    }
    if (profile === 'raid5' || profile === 'raid6') {
      yield {
        code: 'btrfs-raid56',
        severity: 'warning',
        path: [...item.path, 'extraArgs'],
        message: `btrfs ${profile} can lose data when power fails during a write. raid1 is safe.`,
      };
    }
    const disk = ancestor(item, 'disk');
    if (disk && others.length > 0) {
      // disko makes disks in the order of their names; the file system must be made on the last one.
      const later = inspection
        .of('disk')
        .filter(
          (other) =>
            other !== disk &&
            other.name > disk.name &&
            others.some((path) => path.includes(`disk-${other.name}-`) || path === text(other, 'device')),
        );
      if (later.length > 0) {
        yield {
          code: 'btrfs-raid-order',
          severity: 'error',
          path: item.path,
          message: `The btrfs is made on ${disk.name}, before ${joined(later.map((other) => other.name))} ${later.length === 1 ? 'is' : 'are'} partitioned. Put it on the disk whose name comes last.`,
        };
      }
    }
  }
};

/** A root in memory: what is not on a disk is gone at the next start. */
export const memoryRoot: Rule = function* (inspection) {
  const root = inspection.of('nodev').find((item) => mountpointOf(item) === '/' && item.value['fsType'] === 'tmpfs');
  if (!root) return;
  const others = mounted(inspection)
    .filter((item) => item !== root)
    .map(mountpointOf);
  if (!others.includes('/nix') && !others.includes('/nix/store')) {
    yield {
      code: 'memory-root-without-nix',
      severity: 'error',
      path: root.path,
      message: '/ is in memory and nothing holds /nix, so the system is gone at the next start. Put /nix on a disk.',
    };
  }
  const options = root.value['mountOptions'];
  const words = isList(options) ? options.filter((word) => typeof word === 'string') : [];
  if (!words.some((word) => word.split(',').includes('mode=755') || word.includes('mode=0755'))) {
    yield {
      code: 'memory-root-mode',
      severity: 'hint',
      path: [...root.path, 'mountOptions'],
      message: `${describe(root)} is open to every user without the option mode=755; some services refuse that.`,
      fix: change(
        'Add mode=755',
        [...root.path, 'mountOptions'],
        [...words.filter((word) => word !== 'defaults'), 'mode=755'],
      ),
    };
  }
};
