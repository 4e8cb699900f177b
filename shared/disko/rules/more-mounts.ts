import { partitionDevice } from '../device-path.ts';
import { isList, isSet } from '../layout.ts';
import { sizeBytes } from '../size.ts';
import { ancestor, text, type Item } from '../walk.ts';
import { change, type Rule } from './finding.ts';
import { mounted, mountpointOf } from './mounts.ts';

/** mkfs's option for a label and what it holds, by format (mkfs.ext4(8), mkfs.xfs(8), mkfs.fat(8), mkfs.btrfs(8)). */
const labels: Readonly<Record<string, { readonly option: string; readonly longest: number }>> = {
  ext2: { option: '-L', longest: 16 },
  ext3: { option: '-L', longest: 16 },
  ext4: { option: '-L', longest: 16 },
  xfs: { option: '-L', longest: 12 },
  vfat: { option: '-n', longest: 11 },
  btrfs: { option: '-L', longest: 255 },
};

function wordsOf(item: Item, option: string): string[] {
  const value = item.value[option];
  return isList(value) ? value.flatMap((word) => (typeof word === 'string' ? word.split(/\s+/) : [])) : [];
}

export const fileSystemLabels: Rule = function* (inspection) {
  for (const item of [...inspection.of('filesystem'), ...inspection.of('btrfs')]) {
    const known = labels[item.type === 'btrfs' ? 'btrfs' : (text(item, 'format') ?? '')];
    const words = wordsOf(item, 'extraArgs');
    const at = known ? words.indexOf(known.option) : -1;
    const label = at < 0 ? undefined : words[at + 1];
    if (!known || label === undefined || label.length <= known.longest) continue;
    yield {
      code: 'file-system-label',
      severity: 'error',
      path: [...item.path, 'extraArgs'],
      message: `The label '${label}' of ${item.name} has ${label.length} characters; this file system holds ${known.longest}.`,
    };
  }
};

const profiles: Readonly<Record<string, number>> = {
  raid0: 2,
  raid1: 2,
  raid10: 2,
  raid5: 2,
  raid6: 3,
  raid1c3: 3,
  raid1c4: 4,
};

/** btrfs over several devices: mkfs on the last disk, the others named in its arguments. */
export const btrfsMembers: Rule = function* (inspection) {
  const partitions = inspection.of('gpt_partition');
  const byDevice = new Map(
    partitions.flatMap((item) => {
      const device = partitionDevice(item);
      return device === null ? [] : [[device, item] as const];
    }),
  );
  const containers = new Map(inspection.of('luks').map((item) => [`/dev/mapper/${text(item, 'name') ?? ''}`, item]));
  for (const item of inspection.of('btrfs')) {
    const words = wordsOf(item, 'extraArgs');
    const others = words.filter((word) => word.startsWith('/dev/'));
    const profile = words.find((word) => Object.hasOwn(profiles, word));
    const path = [...item.path, 'extraArgs'];
    const needed = profile === undefined ? 0 : (profiles[profile] ?? 0);
    if (others.length > 0 && others.length + 1 < needed) {
      yield {
        code: 'btrfs-raid-few',
        severity: 'error',
        path,
        message: `btrfs ${profile ?? ''} needs ${needed} devices; ${item.name} has ${others.length + 1}.`,
      };
    }
    for (const device of others) {
      const partition = byDevice.get(device);
      const slot = partition ?? containers.get(device);
      const isNamed = device.startsWith('/dev/mapper/') || device.startsWith('/dev/disk/by-partlabel/disk-');
      if (!slot && isNamed && !inspection.isComputed) {
        yield {
          code: 'btrfs-raid-unknown',
          severity: 'error',
          path,
          message: `The btrfs of ${item.name} names ${device}, which nothing here makes. Name a partition or an encrypted container of this layout.`,
        };
      } else if (slot && isSet(slot.value['content']) && slot.value['content']['type'] !== 'luks') {
        yield {
          code: 'btrfs-raid-member-used',
          severity: 'error',
          path: slot.path,
          message: `${slot.name} is a device of the btrfs of ${item.name} and holds something of its own, which would be lost. Empty it.`,
          fix: change(`Empty ${slot.name}`, [...slot.path, 'content'], undefined),
        };
      }
    }
    if (others.length > 0 && inspection.of('btrfs_swapfile').some((file) => ancestor(file, 'btrfs') === item)) {
      yield {
        code: 'btrfs-swap-devices',
        severity: 'error',
        path: item.path,
        message: `A swap file works only on a btrfs of one device; ${item.name} has ${others.length + 1}. Use a swap partition.`,
      };
    }
  }
  for (const item of inspection.of('btrfs_subvol')) {
    const options = wordsOf(item, 'mountOptions').join(',');
    if (!isSet(item.value['swap']) || !/compress(-force)?=(?!no|none)/.test(options)) continue;
    yield {
      code: 'btrfs-swap-compressed',
      severity: 'hint',
      path: [...item.path, 'mountOptions'],
      message: `A swap file must not be compressed; mount the subvolume ${item.name} without compress.`,
    };
  }
};

/** Mounts without a device of their own: memory and binds. */
export const nodevMounts: Rule = function* (inspection) {
  for (const item of inspection.of('nodev')) {
    const options = wordsOf(item, 'mountOptions').flatMap((word) => word.split(','));
    const isBind = options.some((option) => option === 'bind' || option === 'rbind');
    const device = text(item, 'device');
    if (isBind && !device?.startsWith('/') && !(item.value['device'] instanceof Object)) {
      yield {
        code: 'bind-device',
        severity: 'error',
        path: [...item.path, 'device'],
        message: `The bind mount ${item.name} does not say what it shows. Give it a full path as its device, such as /persist${item.name}.`,
      };
    }
    const isMemoryRoot = mountpointOf(item) === '/' && text(item, 'fsType') === 'tmpfs';
    if (isMemoryRoot && !options.some((option) => option.startsWith('size='))) {
      yield {
        code: 'memory-root-size',
        severity: 'hint',
        path: [...item.path, 'mountOptions'],
        message: '/ in memory may take half of it; a size such as size=2G keeps a full root from taking more.',
        fix: change('Add size=2G', [...item.path, 'mountOptions'], [...wordsOf(item, 'mountOptions'), 'size=2G']),
      };
    }
    if (isMemoryRoot) {
      const places = mounted(inspection).map(mountpointOf);
      if (!places.some((place) => /persist|state|keep|safe|var/.test(place ?? ''))) {
        yield {
          code: 'memory-root-forgets',
          severity: 'hint',
          path: item.path,
          message:
            '/ is in memory, and nothing here keeps host keys, logs and accounts: they are new at every start. Mount a file system at /persist for them.',
        };
      }
    }
  }
};

/** Boot partitions: who may read them, and how large the firmware of a Pi wants its own. */
export const bootOptions: Rule = function* (inspection) {
  for (const item of inspection.of('gpt_partition')) {
    const content = item.value['content'];
    if (!isSet(content) || content['format'] !== 'vfat') continue;
    const isEsp = /^ef00$/i.test(text(item, 'type') ?? '');
    const options = JSON.stringify(content['mountOptions'] ?? '');
    if (isEsp && typeof content['mountpoint'] === 'string' && !/[fd]?mask=/.test(options)) {
      yield {
        code: 'esp-open',
        severity: 'hint',
        path: [...item.path, 'content', 'mountOptions'],
        message: `Everybody can read ${content['mountpoint']} and the random seed on it. Mount ${item.name} with umask=0077.`,
        fix: change(
          'Add umask=0077',
          [...item.path, 'content', 'mountOptions'],
          [...(isList(content['mountOptions']) ? content['mountOptions'] : []), 'umask=0077'],
        ),
      };
    }
    const size = sizeBytes(text(item, 'size') ?? '');
    if (inspection.surroundings.firmware === 'rpi' && size !== null && size < 512 * 1024 ** 2) {
      yield {
        code: 'firmware-small',
        severity: 'hint',
        path: [...item.path, 'size'],
        message: `${item.name} has ${text(item, 'size') ?? ''}; the firmware and kernels of a Raspberry Pi want 512M or more.`,
        fix: change('Make it 1G', [...item.path, 'size'], '1G'),
      };
    }
  }
  // A mirror keeps the data; the machine starts only from disks that carry a boot partition of their own.
  const disks = inspection.of('disk');
  const redundant = [
    ...inspection.of('mdadm').filter((item) => item.value['level'] !== 0),
    ...inspection.of('zpool').filter((item) => text(item, 'mode') !== null && text(item, 'mode') !== ''),
  ].some((group) => mountedBelow(inspection.items, group));
  const booting = new Set(
    inspection
      .of('gpt_partition')
      .filter((item) => /^ef0[02]$/i.test(text(item, 'type') ?? ''))
      .map((item) => item.path[1]),
  );
  if (redundant && booting.size === 1 && disks.length > 1) {
    const [only] = booting;
    yield {
      code: 'boot-on-one-disk',
      severity: 'hint',
      path: ['disk', String(only)],
      message: `The system is on a mirror, but only ${String(only)} can start it. Give the other disks a boot partition too.`,
    };
  }
};

function mountedBelow(items: readonly Item[], group: Item): boolean {
  return items.some((item) => {
    let at: Item | null = item;
    while (at && at !== group) at = at.parent;
    return at === group && mountpointOf(item) === '/';
  });
}
