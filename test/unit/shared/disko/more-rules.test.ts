import { describe, expect, it } from 'vitest';
import { fromJson, isSet } from '../../../../shared/disko/layout.ts';
import type { Surroundings } from '../../../../shared/disko/rules/finding.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';

const fs = (mountpoint: string, format = 'ext4', more: object = {}) => ({
  type: 'filesystem',
  format,
  mountpoint,
  ...more,
});
const esp = { size: '1G', type: 'EF00', content: fs('/boot', 'vfat', { mountOptions: ['umask=0077'] }) };
const root = { size: '100%', content: fs('/') };
const disk = (partitions: unknown, device = '/dev/disk/by-id/ata-A') => ({
  type: 'disk',
  device,
  content: { type: 'gpt', partitions },
});
const one = (partitions: object) => ({ disk: { main: disk({ ESP: esp, ...partitions }) } });
const holding = (content: object) => one({ root: { size: '100%', content } });
const table = (options: object, device = '/dev/sda') => ({
  disk: { main: { type: 'disk', device, content: { type: 'table', ...options } } },
});
const pool = (value: object, name = 'zfs') => ({
  disk: { main: disk({ ESP: esp, [name]: { size: '100%', content: { type: 'zfs', pool: 'z' } } }) },
  zpool: { z: { type: 'zpool', mountpoint: '/', ...value } },
});
const group = (lvs: object) => ({ ...holding({ type: 'lvm_pv', vg: 'v' }), lvm_vg: { v: { type: 'lvm_vg', lvs } } });
const luks = (options: object, content: object = fs('/')) => holding({ type: 'luks', name: 'c', ...options, content });
const raid = (value: object, sizes = ['10G', '10G']) => ({
  disk: {
    a: disk({ m: { size: sizes[0], content: { type: 'mdraid', name: 'r' } }, root }),
    b: disk({ m: { size: sizes[1], content: { type: 'mdraid', name: 'r' } } }, '/dev/disk/by-id/ata-B'),
  },
  mdadm: { r: { type: 'mdadm', level: 1, ...value } },
});
const btrfs = (extraArgs: string[], second: object = { size: '100%' }) => ({
  disk: {
    a: disk({ ESP: esp, root: second }),
    b: disk(
      { root: { size: '100%', content: { type: 'btrfs', extraArgs, mountpoint: '/' } } },
      '/dev/disk/by-id/ata-B',
    ),
  },
});
const member = '/dev/disk/by-partlabel/disk-a-root';

/** One layout a line with the code that must be found in it; what is beside it says of which disk or machine. */
const cases: readonly (readonly [code: string, layout: object, surroundings?: Partial<Surroundings>])[] = [
  ['device-empty', { disk: { a: disk({ ESP: esp, root }, '') } }],
  ['device-placeholder', { disk: { a: disk({ ESP: esp, root }, '{{mainDisk}}') } }],
  ['device-placeholder', { disk: { a: disk({ ESP: esp, root }, '/dev/%DISK%') } }],
  ['disk-name-awkward', { disk: { 'my disk': disk({ ESP: esp, root }) } }],
  [
    'boot-in-group',
    {
      disk: {
        a: disk({ ESP: { size: '1G', type: 'EF00' }, r: { size: '100%', content: { type: 'lvm_pv', vg: 'v' } } }),
      },
      lvm_vg: { v: { type: 'lvm_vg', lvs: { boot: { size: '1G', content: fs('/boot') }, root } } },
    },
    { firmware: 'uefi' },
  ],
  [
    'boot-in-group',
    {
      disk: {
        a: disk({
          ESP: { ...esp, content: fs('/efi', 'vfat') },
          zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } },
        }),
      },
      zpool: { z: { type: 'zpool', datasets: { boot: { type: 'zfs_fs', mountpoint: '/boot' } } } },
    },
    { firmware: 'uefi' },
  ],
  [
    'boot-on-pool',
    {
      disk: {
        a: disk({ b: { size: '1M', type: 'EF02' }, zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      },
      zpool: { z: { type: 'zpool', mountpoint: '/' } },
    },
    { firmware: 'bios' },
  ],
  [
    'boot-encrypted-bios',
    {
      disk: {
        a: disk({
          b: { size: '1M', type: 'EF02' },
          root: { size: '100%', content: { type: 'luks', name: 'c', content: fs('/') } },
        }),
      },
    },
    { firmware: 'bios' },
  ],
  [
    'firmware-not-first',
    {
      disk: {
        a: disk({
          root,
          data: { size: '8G', priority: 1, content: fs('/data', 'vfat') },
          firmware: { size: '1G', priority: 2, content: fs('/boot/firmware', 'vfat') },
        }),
      },
    },
    { firmware: 'rpi' },
  ],
  ['zfs-host-id', pool({})],
  ['start-loose', one({ root: { start: '1MiB', size: '5G', content: fs('/') } })],
  ['end-loose', one({ root: { end: '512MiB', content: fs('/') } })],
  ['start-overlap', one({ a: { end: '4G' }, b: { start: '4G', size: '1G' }, root })],
  ['end-too-little-left', one({ a: { end: '-2G', content: fs('/') }, b: { size: '3G' } })],
  ['label-twice', one({ a: { size: '1G', label: 'x' }, b: { size: '1G', label: 'x' }, root })],
  ['bios-boot-case', one({ b: { size: '1M', type: '21686148-6449-6E6F-744E-656564454649' }, root })],
  ['hybrid-type', one({ a: { size: '1G', hybrid: { mbrPartitionType: 'c' } }, root })],
  ['table-device', table({ partitions: [] }, '/dev/dasda')],
  ['msdos-too-large', table({ format: 'msdos', partitions: [] }), { diskBytes: { main: 3 * 1024 ** 4 } }],
  [
    'msdos-not-bootable',
    table({ format: 'msdos', partitions: [{ name: 'r', content: fs('/') }] }),
    { firmware: 'bios' },
  ],
  ['size-percent', one({ root: { size: '50%', content: fs('/') } }), { diskBytes: { main: 500e9 } }],
  ['partition-too-large', one({ a: { size: '600G' }, root }), { diskBytes: { main: 500e9 } }],
  ['lv-too-large', group({ a: { size: '900G', content: fs('/') } }), { diskBytes: { main: 500e9 } }],
  ['file-system-label', holding(fs('/', 'ext4', { extraArgs: ['-L', 'a-label-of-20-letters'] }))],
  ['file-system-label', holding(fs('/', 'xfs', { extraArgs: ['-L thirteen-chars'] }))],
  [
    'file-system-label',
    one({ root, e: { size: '1G', content: fs('/e', 'vfat', { extraArgs: ['-n', 'TWELVE-CHARS'] }) } }),
  ],
  ['btrfs-raid-few', btrfs(['-d raid1c3', member])],
  ['btrfs-raid-unknown', btrfs(['-d', 'raid1', '/dev/disk/by-partlabel/disk-a-nope'])],
  ['btrfs-raid-member-used', btrfs(['-d', 'raid1', member], { size: '100%', content: fs('/data') })],
  [
    'btrfs-swap-devices',
    {
      disk: {
        a: disk({ ESP: esp, root: { size: '100%' } }),
        b: disk(
          {
            root: {
              size: '100%',
              content: {
                type: 'btrfs',
                extraArgs: [member],
                subvolumes: { s: { mountpoint: '/s', swap: { f: { size: '1G' } } } },
              },
            },
          },
          '/dev/b',
        ),
      },
    },
  ],
  [
    'btrfs-swap-compressed',
    holding({
      type: 'btrfs',
      mountpoint: '/',
      subvolumes: { s: { mountpoint: '/s', mountOptions: ['compress=zstd'], swap: { f: { size: '1G' } } } },
    }),
  ],
  ['btrfs-raid56', btrfs(['-d raid5', member])],
  [
    'btrfs-raid-order',
    {
      disk: {
        a: disk({
          ESP: esp,
          root: {
            size: '100%',
            content: { type: 'btrfs', mountpoint: '/', extraArgs: ['/dev/disk/by-partlabel/disk-b-root'] },
          },
        }),
        b: disk({ root: { size: '100%' } }, '/dev/b'),
      },
    },
  ],
  ['btrfs-subvolume-root', holding({ type: 'btrfs', subvolumes: { '/': { mountpoint: '/' } } })],
  [
    'options-without-mount',
    holding({ type: 'btrfs', mountpoint: '/', subvolumes: { s: { mountOptions: ['noatime'] } } }),
  ],
  ['bind-device', { ...one({ root }), nodev: { '/x': { fsType: 'none', mountOptions: ['bind'] } } }],
  ['memory-root-size', { ...one({ nix: { size: '100%', content: fs('/nix') } }), nodev: { '/': { fsType: 'tmpfs' } } }],
  ['memory-root-mode', { ...one({ nix: { size: '100%', content: fs('/nix') } }), nodev: { '/': { fsType: 'tmpfs' } } }],
  [
    'memory-root-forgets',
    { ...one({ nix: { size: '100%', content: fs('/nix') } }), nodev: { '/': { fsType: 'tmpfs' } } },
  ],
  ['esp-open', { disk: { a: disk({ ESP: { ...esp, content: fs('/boot', 'vfat') }, root }) } }],
  ['esp-small', { disk: { a: disk({ ESP: { ...esp, size: '100M' }, root }) } }],
  ['esp-unmounted', { disk: { a: disk({ ESP: { size: '1G', type: 'EF00' }, root }) } }],
  [
    'boot-encrypted',
    {
      disk: { a: disk({ root: { size: '100%', content: { type: 'luks', name: 'c', content: fs('/boot', 'vfat') } } }) },
    },
  ],
  ['no-boot-partition', { disk: { a: disk({ root }) } }, { firmware: null }],
  [
    'firmware-small',
    { disk: { a: disk({ f: { size: '100M', content: fs('/boot', 'vfat') }, root }) } },
    { firmware: 'rpi' },
  ],
  [
    'boot-on-one-disk',
    {
      ...raid({ content: fs('/') }),
      disk: {
        a: disk({ ESP: esp, m: { size: '10G', content: { type: 'mdraid', name: 'r' } } }),
        b: disk({ m: { size: '10G', content: { type: 'mdraid', name: 'r' } } }, '/dev/b'),
      },
    },
  ],
  ['luks-ask-and-file', luks({ askPassword: true, passwordFile: '/tmp/p' })],
  ['luks-not-unlocked', luks({ initrdUnlock: false })],
  [
    'luks-not-unlocked',
    {
      ...luks({ initrdUnlock: false }, { type: 'lvm_pv', vg: 'v' }),
      lvm_vg: { v: { type: 'lvm_vg', lvs: { r: { size: '9G', content: fs('/') } } } },
    },
  ],
  ['luks-name-slash', luks({ name: 'a/b' })],
  ['luks-old-key', luks({ keyFile: '/k' })],
  ['luks-table', luks({}, { type: 'gpt', partitions: { r: root } })],
  ['raid-esp-level', raid({ level: 0, metadata: '1.0', content: fs('/boot', 'vfat') })],
  ['raid-sizes-differ', raid({ content: fs('/data') }, ['10G', '20G'])],
  ['raid-sizes-differ', raid({ level: 5, content: fs('/') }, ['100%', '100%']), { diskBytes: { a: 500e9, b: 510e9 } }],
  [
    'raid-same-disk',
    {
      ...one({
        a: { size: '1G', content: { type: 'mdraid', name: 'r' } },
        b: { size: '1G', content: { type: 'mdraid', name: 'r' } },
        root,
      }),
      mdadm: { r: { type: 'mdadm', level: 1 } },
    },
  ],
  [
    'raid-few',
    {
      ...one({ a: { size: '1G', content: { type: 'mdraid', name: 'r' } }, root }),
      mdadm: { r: { type: 'mdadm', level: 1 } },
    },
  ],
  [
    'raid-name',
    {
      ...one({ a: { size: '1G', content: { type: 'mdraid', name: 'x'.repeat(33) } }, root }),
      mdadm: { ['x'.repeat(33)]: { type: 'mdadm', level: 1 } },
    },
  ],
  ['lv-percent-sum', group({ a: { size: '60%VG', content: fs('/') }, b: { size: '50%VG' } })],
  ['lv-too-few', group({ a: { size: '1G', lvm_type: 'raid5', content: fs('/') } })],
  ['thin-pool-content', group({ t: { size: '9G', lvm_type: 'thin-pool', content: fs('/') } })],
  ['thin-unknown-pool', group({ t: { size: '9G', lvm_type: 'thinlv', pool: 'nope', content: fs('/') } })],
  [
    'thin-size',
    group({
      p: { size: '9G', lvm_type: 'thin-pool' },
      t: { size: '100%', lvm_type: 'thinlv', pool: 'p', content: fs('/') },
    }),
  ],
  ['wrong-value', group({ t: { size: '9G', lvm_type: 'raid10', content: fs('/') } })],
  [
    'pool-few',
    {
      ...pool({ mode: 'raidz1' }),
      disk: {
        a: disk({ zfs: { size: '9G', content: { type: 'zfs', pool: 'z' } } }),
        b: disk({ zfs: { size: '9G', content: { type: 'zfs', pool: 'z' } } }, '/dev/b'),
      },
    },
  ],
  [
    'pool-special-weak',
    pool({
      mode: {
        topology: {
          type: 'topology',
          vdev: [{ mode: 'mirror', members: ['main', '/dev/x'] }],
          special: [{ members: ['/dev/y'] }],
        },
      },
    }),
  ],
  [
    'pool-log-mode',
    pool({
      mode: {
        topology: {
          type: 'topology',
          vdev: [{ members: ['main'] }],
          log: [{ mode: 'raidz1', members: ['/dev/x', '/dev/y', '/dev/z'] }],
        },
      },
    }),
  ],
  [
    'pool-member-left-out',
    {
      ...pool({ mode: { topology: { type: 'topology', vdev: [{ members: ['main'] }] } } }),
      disk: {
        main: disk({ zfs: { size: '9G', content: { type: 'zfs', pool: 'z' } } }),
        b: disk({ zfs: { size: '9G', content: { type: 'zfs', pool: 'z' } } }, '/dev/b'),
      },
    },
  ],
  [
    'pool-member-label',
    {
      ...pool({ mode: { topology: { type: 'topology', vdev: [{ members: ['main'] }] } } }),
      disk: { main: disk({ ESP: esp, zfs: { size: '9G', label: 'mine', content: { type: 'zfs', pool: 'z' } } }) },
    },
  ],
  ['zfs-encryption-incomplete', pool({ rootFsOptions: { encryption: 'on' } })],
  [
    'zfs-key-in-tmp',
    pool({ rootFsOptions: { encryption: 'on', keyformat: 'passphrase', keylocation: 'file:///tmp/k' } }),
  ],
  [
    'zfs-mount-none',
    pool({ mountpoint: null, datasets: { r: { type: 'zfs_fs', mountpoint: '/', options: { mountpoint: 'none' } } } }),
  ],
  [
    'zfs-mounted-twice',
    pool({
      mountpoint: null,
      datasets: { r: { type: 'zfs_fs', mountpoint: '/home', options: { mountpoint: '/home' } } },
    }),
  ],
  ['volume-size', pool({ datasets: { v: { type: 'zfs_volume', size: 'lots' } } })],
  [
    'swap-resume-zvol',
    pool({ datasets: { v: { type: 'zfs_volume', size: '9G', content: { type: 'swap', resumeDevice: true } } } }),
  ],
  ['swap-priority', one({ s: { size: '1G', content: { type: 'swap', priority: 99999 } }, root })],
  ['size-and-end', one({ root: { size: '5G', end: '-0', content: fs('/') } })],
  ['device-can-move', { disk: { a: disk({ ESP: esp, root }, '/dev/sda') } }],
];

function check(layout: object, surroundings: Partial<Surroundings> = {}) {
  const value = fromJson(layout);
  if (!isSet(value)) throw new Error('not a layout');
  return checkLayout(value, { firmware: 'uefi', ...surroundings });
}

describe('rules about what only shows at run time or at boot', () => {
  it.each(cases.map(([code, layout, surroundings = {}], index) => ({ index, code, layout, surroundings })))(
    'find $code ($index)',
    ({ code, layout, surroundings }) => {
      const found = check(layout, surroundings).find((item) => item.code === code);
      expect(found).toBeDefined();
      expect(found?.message).toMatch(/[.!?]$/);
    },
  );
  it('offer to make the members of an array equal, and are silent where mdadm does not ask', () => {
    const differ = (sizes: string[], level: number, b: number) =>
      check(raid({ level, content: fs('/data') }, sizes), { diskBytes: { a: 500e9, b } }).find(
        ({ code }) => code === 'raid-sizes-differ',
      );
    const found = differ(['10G', '20G'], 1, 500e9);
    expect(found?.message).toContain('a › m has 10G and b › m has 20G');
    expect(found?.fix?.changes).toEqual([{ path: ['disk', 'b', 'content', 'partitions', 'm', 'size'], value: '10G' }]);
    expect(differ(['10G', '100%'], 1, 10.8e9)).toBeUndefined();
    expect(differ(['10G', '20G'], 0, 500e9)).toBeUndefined();
  });
  it('compute what a percentage comes to on a known disk', () => {
    const found = check(one({ root: { size: '50%', content: fs('/') } }), { diskBytes: { main: 500e9 } });
    expect(found.find((item) => item.code === 'size-percent')?.message).toBe(
      'disko knows no percentages but 100%. On this 500 GB disk 50% is 232G. Use that?',
    );
  });
});
