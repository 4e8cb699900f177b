import type { Layout, LayoutSet, LayoutValue } from './layout.ts';
import type { Firmware } from './rules/finding.ts';

/** A disk that a recipe is drawn on: a short name that stays (nixos-anywhere and labels use it) and its device. */
export interface RecipeDisk {
  readonly name: string;
  readonly device: string;
}

export interface RecipeAnswers {
  readonly disks: readonly RecipeDisk[];
  readonly firmware: Firmware;
  /** Size of swap such as `16G`; null for none. */
  readonly swap: string | null;
  /** True where the machine is to wake from hibernation; needs swap of at least the memory. */
  readonly hibernation: boolean;
}

export interface Recipe {
  readonly name: string;
  readonly title: string;
  /** One sentence for somebody who knows none of the words. */
  readonly description: string;
  readonly minimumDisks: number;
  readonly maximumDisks: number;
  readonly build: (answers: RecipeAnswers) => Layout;
}

/** Why a recipe cannot be drawn with these answers. */
export class RecipeError extends Error {
  override readonly name = 'RecipeError';
}

const espContent: LayoutSet = {
  type: 'filesystem',
  format: 'vfat',
  mountpoint: '/boot',
  mountOptions: ['umask=0077'],
};

/**
 * The partitions that the firmware starts from. `hold` wraps what each is to hold: another mountpoint for the copies on
 * further disks of a mirror, or membership of an array.
 */
function bootPartitions(firmware: Firmware, hold: (content: LayoutSet) => LayoutSet = (content) => content): LayoutSet {
  const partitions: Record<string, LayoutValue> = {};
  if (firmware === 'bios' || firmware === 'both') partitions['bios'] = { size: '1M', type: 'EF02' };
  if (firmware === 'bios') partitions['boot'] = { size: '1G', content: hold(ext4('/boot')) };
  if (firmware === 'uefi' || firmware === 'both') {
    partitions['ESP'] = { size: '1G', type: 'EF00', content: hold(espContent) };
  }
  if (firmware === 'rpi') {
    const content = hold({ ...espContent, mountpoint: '/boot/firmware' });
    partitions['firmware'] = { priority: 1, size: '1G', type: '0700', content };
  }
  return partitions;
}

function ext4(mountpoint: string): LayoutSet {
  return { type: 'filesystem', format: 'ext4', mountpoint };
}

function btrfs(withPersist: boolean): LayoutSet {
  const subvolume = (mountpoint: string): LayoutSet => ({ mountpoint, mountOptions: ['compress=zstd', 'noatime'] });
  return {
    type: 'btrfs',
    extraArgs: ['-f'],
    subvolumes: {
      ...(withPersist
        ? { '@persist': subvolume('/persist') }
        : { '@root': subvolume('/'), '@home': subvolume('/home') }),
      '@nix': subvolume('/nix'),
      '@log': subvolume('/var/log'),
    },
  };
}

function luks(content: LayoutSet, name = 'crypted'): LayoutSet {
  return { type: 'luks', name, settings: { allowDiscards: true }, content };
}

function swapPartition(answers: RecipeAnswers, isEncrypted = false): LayoutSet {
  if (answers.swap === null) return {};
  const resume: LayoutSet = answers.hibernation ? { resumeDevice: true } : {};
  const random: LayoutSet = isEncrypted && !answers.hibernation ? { randomEncryption: true } : {};
  return { swap: { size: answers.swap, content: { type: 'swap', ...random, ...resume } } };
}

function gpt(partitions: LayoutSet): LayoutSet {
  return { type: 'gpt', partitions };
}

function disk(device: string, content: LayoutSet): LayoutSet {
  return { type: 'disk', device, content };
}

function only(answers: RecipeAnswers): RecipeDisk {
  const [first] = answers.disks;
  if (!first) throw new RecipeError('This recipe needs a disk.');
  return first;
}

function single(answers: RecipeAnswers, root: LayoutSet, isSwapEncrypted = false): LayoutSet {
  const { name, device } = only(answers);
  const partitions = {
    ...bootPartitions(answers.firmware),
    ...swapPartition(answers, isSwapEncrypted),
    root: { size: '100%', content: root },
  };
  return { [name]: disk(device, gpt(partitions)) };
}

function onEach(answers: RecipeAnswers, partitions: (disk: RecipeDisk, index: number) => LayoutSet): LayoutSet {
  return Object.fromEntries(
    answers.disks.map((item, index) => [item.name, disk(item.device, gpt(partitions(item, index)))]),
  );
}

/** Each disk of a mirror carries its own boot partition; the copies beside the first are mounted at /boot-2 ... */
function bootCopy(answers: RecipeAnswers, index: number): LayoutSet {
  return bootPartitions(answers.firmware, (content) =>
    index === 0 ? content : { ...content, mountpoint: `/boot-${index + 1}` },
  );
}

function zfsPool(mode: string, isRoot: boolean): LayoutSet {
  const dataset = (mountpoint: string): LayoutSet => ({
    type: 'zfs_fs',
    mountpoint,
    options: { mountpoint: 'legacy' },
  });
  return {
    type: 'zpool',
    mode,
    options: { ashift: '12', autotrim: 'on' },
    rootFsOptions: {
      acltype: 'posixacl',
      atime: 'off',
      compression: 'zstd',
      mountpoint: 'none',
      xattr: 'sa',
    },
    datasets: isRoot
      ? { root: dataset('/'), nix: dataset('/nix'), home: dataset('/home') }
      : { data: dataset('/data') },
  };
}

/** The redundancy that fits a number of disks: a mirror for two, one disk may fail of three, two of six and more. */
export function zfsModeFor(count: number): string {
  return count < 2 ? '' : count === 2 ? 'mirror' : count < 6 ? 'raidz1' : 'raidz2';
}

export const recipes: readonly Recipe[] = [
  {
    name: 'single-ext4',
    title: 'Single disk',
    description: 'One disk with a plain ext4 file system: the simplest that boots.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({ disk: single(answers, ext4('/')) }),
  },
  {
    name: 'btrfs',
    title: 'btrfs',
    description: 'One disk with btrfs subvolumes for the system, /nix, /home and logs: snapshots and compression.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({ disk: single(answers, btrfs(false)) }),
  },
  {
    name: 'btrfs-impermanence',
    title: 'btrfs with impermanence',
    description: 'The root is in memory and new at every start; /nix and /persist stay on btrfs.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({
      disk: single(answers, btrfs(true)),
      nodev: { '/': { fsType: 'tmpfs', mountOptions: ['size=2G', 'mode=755'] } },
    }),
  },
  {
    name: 'encrypted',
    title: 'Encrypted',
    description: 'One disk, encrypted with LUKS; the passphrase is asked for at install and at every start.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({ disk: single(answers, luks(btrfs(false)), true) }),
  },
  {
    name: 'encrypted-key-file',
    title: 'Encrypted, passphrase from a file',
    description: 'As encrypted, but the installer reads the passphrase from /tmp/secret.key; at start it is asked for.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({
      disk: single(answers, { ...luks(btrfs(false)), passwordFile: '/tmp/secret.key' }, true),
    }),
  },
  {
    name: 'lvm',
    title: 'LVM',
    description: 'One disk with logical volumes that can be resized later.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({
      disk: single({ ...answers, swap: null }, { type: 'lvm_pv', vg: 'pool' }),
      lvm_vg: {
        pool: {
          type: 'lvm_vg',
          lvs: {
            ...(answers.swap === null
              ? {}
              : {
                  swap: {
                    size: answers.swap,
                    content: { type: 'swap', ...(answers.hibernation ? { resumeDevice: true } : {}) },
                  },
                }),
            root: { size: '100%FREE', content: ext4('/') },
          },
        },
      },
    }),
  },
  {
    name: 'mirror-mdadm',
    title: 'Mirror (mdadm)',
    description: 'Two disks with the same data by Linux software RAID; one may fail.',
    minimumDisks: 2,
    maximumDisks: 2,
    build: (answers) => ({
      disk: onEach(answers, () => ({
        ...bootPartitions(answers.firmware, () => ({ type: 'mdraid', name: 'boot' })),
        root: { size: '100%', content: { type: 'mdraid', name: 'root' } },
      })),
      mdadm: {
        boot: {
          type: 'mdadm',
          level: 1,
          metadata: '1.0',
          content:
            answers.firmware === 'bios'
              ? ext4('/boot')
              : { ...espContent, mountpoint: answers.firmware === 'rpi' ? '/boot/firmware' : '/boot' },
        },
        root: { type: 'mdadm', level: 1, content: ext4('/') },
      },
    }),
  },
  {
    name: 'mirror-btrfs',
    title: 'Mirror (btrfs)',
    description: 'Two disks with the same data by btrfs itself; one may fail, and damaged files are healed.',
    minimumDisks: 2,
    maximumDisks: 2,
    build: (answers) => {
      // disko makes disks in the order of their names: the file system is made on the last, over the others.
      const last = [...answers.disks].sort((a, b) => (a.name < b.name ? -1 : 1)).at(-1);
      const others = answers.disks.filter((item) => item !== last);
      const parts = others.map((other) => `/dev/disk/by-partlabel/disk-${other.name}-root`);
      const mirror: LayoutSet = { ...btrfs(false), extraArgs: ['-f', '-d', 'raid1', '-m', 'raid1', ...parts] };
      const bare: LayoutSet = { size: '100%' };
      return {
        disk: onEach(answers, (item, index) => ({
          ...bootCopy(answers, index),
          root: item === last ? { ...bare, content: mirror } : bare,
        })),
      };
    },
  },
  {
    name: 'mirror-zfs',
    title: 'Mirror (ZFS)',
    description: 'Two disks with the same data in a ZFS pool; snapshots, and damaged files are healed.',
    minimumDisks: 2,
    maximumDisks: 2,
    build: (answers) => ({
      disk: onEach(answers, (_, index) => ({
        ...bootCopy(answers, index),
        zfs: { size: '100%', content: { type: 'zfs', pool: 'zroot' } },
      })),
      zpool: { zroot: zfsPool('mirror', true) },
    }),
  },
  {
    name: 'nas',
    title: 'NAS',
    description: 'The system on the first disk, the others in a ZFS pool that survives a failed disk.',
    minimumDisks: 3,
    maximumDisks: 24,
    build: (answers) => {
      const data = answers.disks.slice(1);
      return {
        disk: {
          ...single(answers, ext4('/')),
          ...onEach({ ...answers, disks: data }, () => ({
            // Two gigabytes stay free, so that a slightly smaller disk can replace a failed one.
            zfs: { end: '-2G', content: { type: 'zfs', pool: 'tank' } },
          })),
        },
        zpool: { tank: zfsPool(zfsModeFor(data.length), false) },
      };
    },
  },
  {
    name: 'raspberry-pi',
    title: 'Raspberry Pi',
    description: 'A firmware partition that the Pi starts from and an ext4 root.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({ disk: single({ ...answers, firmware: 'rpi' }, ext4('/')) }),
  },
  {
    name: 'bios',
    title: 'Old BIOS machine',
    description: 'For machines without UEFI: a BIOS boot partition for GRUB, /boot and an ext4 root.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => ({ disk: single({ ...answers, firmware: 'bios' }, ext4('/')) }),
  },
  {
    name: 'tmpfs-root',
    title: 'tmpfs root',
    description: 'The root is in memory and new at every start; /nix and /persist are on one ext4 disk.',
    minimumDisks: 1,
    maximumDisks: 1,
    build: (answers) => {
      const { name, device } = only(answers);
      const partitions = {
        ...bootPartitions(answers.firmware),
        ...swapPartition(answers),
        nix: { size: '60G', content: ext4('/nix') },
        persist: { size: '100%', content: ext4('/persist') },
      };
      return {
        disk: { [name]: disk(device, gpt(partitions)) },
        nodev: { '/': { fsType: 'tmpfs', mountOptions: ['size=2G', 'mode=755'] } },
      };
    },
  },
];

/** The layout of a recipe. @throws RecipeError for an unknown name or the wrong number of disks */
export function buildRecipe(name: string, answers: RecipeAnswers): Layout {
  const recipe = recipes.find((item) => item.name === name);
  if (!recipe) {
    throw new RecipeError(`There is no recipe '${name}'. There are: ${recipes.map((item) => item.name).join(', ')}.`);
  }
  const { length } = answers.disks;
  if (length < recipe.minimumDisks || length > recipe.maximumDisks) {
    const wanted =
      recipe.minimumDisks === recipe.maximumDisks
        ? `${recipe.minimumDisks}`
        : `${recipe.minimumDisks} to ${recipe.maximumDisks}`;
    throw new RecipeError(`${recipe.title} needs ${wanted} ${wanted === '1' ? 'disk' : 'disks'}; ${length} given.`);
  }
  return recipe.build(answers);
}
