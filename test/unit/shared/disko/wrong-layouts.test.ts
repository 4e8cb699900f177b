import { expect, it } from 'vitest';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { fromJson, isSet } from '../../../../shared/disko/layout.ts';
import { lineOf } from '../../../../shared/disko/line-of.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { writeLayout } from '../../../../shared/disko/write-source.ts';

const fs = (mountpoint: string | null, format = 'ext4') => ({
  type: 'filesystem',
  format,
  ...(mountpoint === null ? {} : { mountpoint }),
});
const ESP = { size: '1G', type: 'EF00', content: { ...fs('/boot', 'vfat'), mountOptions: ['umask=0077'] } };
const root = { size: '100%', content: fs('/') };
const disk = (partitions: object, device = '/dev/disk/by-id/ata-A') => ({
  type: 'disk',
  device,
  content: { type: 'gpt', partitions },
});
const main = (partitions: object, ...groups: object[]) =>
  Object.assign({ disk: { main: disk({ ESP, ...partitions }) } }, ...groups) as object;
const luks = (options: object, mountpoint = '/') => ({
  size: '20G',
  content: { type: 'luks', content: fs(mountpoint), ...options },
});
const pool = (mode: unknown, datasets: object = { root: { type: 'zfs_fs', mountpoint: '/' } }) => ({
  zpool: { zroot: { type: 'zpool', mode, datasets } },
});
const topology = (...members: string[]) => ({ topology: { type: 'topology', vdev: [{ mode: '', members }] } });
const zfs = (name = 'zroot') => ({ size: '100%', content: { type: 'zfs', pool: name } });
const group = (lvs: object) => ({ lvm_vg: { pool: { type: 'lvm_vg', lvs } } });
const pv = { size: '100%', content: { type: 'lvm_pv', vg: 'pool' } };

/**
 * Layouts that disko refuses in words that help nobody, that only NixOS refuses, or that nobody refuses before the
 * machine does not start: with the code, what is said, and a word of the line that it is said of.
 */
const wrong: readonly (readonly [what: string, layout: object, code: string, says: RegExp, line: RegExp])[] = [
  ['no EFI system partition', { disk: { main: disk({ root }) } }, 'no-esp', /no EFI system partition.*UEFI/, /./],
  [
    'two partitions that want the rest',
    main({ home: { ...root, content: fs('/home') }, root }),
    'two-rests',
    /^home and root both want the rest of main\. Only one can/,
    /100%/,
  ],
  ['no size', main({ root: { content: fs('/') } }), 'size-missing', /^root has no size.*one sector/, /root = /],
  ['a size in percent', main({ root: { ...root, size: '50%' } }), 'size-percent', /no percentages but 100%/, /50%/],
  ['a size in MiB', main({ root: { ...root, size: '512MiB' } }), 'size-format', /whole number.*'512MiB'/, /512MiB/],
  ['a small letter', main({ root: { ...root, size: '512m' } }), 'size-format', /whole number.*'512m'/, /512m/],
  ['a fraction', main({ root: { ...root, size: '1.5G' } }), 'size-format', /whole number.*'1\.5G'/, /1\.5G/],
  [
    'a place twice',
    main({ r2: { size: '5G', content: fs('/') }, root }),
    'mountpoint-twice',
    /r2 and root are both mounted at \//,
    /mountpoint = "\/"/,
  ],
  [
    'a slash at the end',
    main({ h1: { size: '5G', content: fs('/home/') }, h2: { size: '5G', content: fs('/home') }, root }),
    'mountpoint-slash',
    /^\/home\/ and \/home are the same place/,
    /"\/home\/"/,
  ],
  [
    'a device twice',
    { disk: { main: disk({ ESP, root }), two: disk({}) } },
    'device-twice',
    /main and two are both \/dev\/disk\/by-id\/ata-A/,
    /ata-A/,
  ],
  [
    'a device without its path',
    { disk: { main: disk({ ESP, root }, 'sda') } },
    'device-relative',
    /'sda' is not a full path/,
    /"sda"/,
  ],
  [
    'a device that may move',
    { disk: { main: disk({ ESP, root }, '/dev/sda') } },
    'device-can-move',
    /\/dev\/sda may be another disk after a restart.*by its id/,
    /sda/,
  ],
  [
    'a name of two disks',
    { disk: { a: { ...disk({ ESP, root }), name: 'x' }, b: { ...disk({}, '/dev/b'), name: 'x' } } },
    'disk-name-twice',
    /x/,
    /name = "x"/,
  ],
  [
    'a label twice',
    {
      disk: {
        a: disk({ ESP, root: { ...root, label: 'disk-x-root' } }),
        b: disk({ data: { size: '1G', label: 'disk-x-root' } }, '/dev/b'),
      },
    },
    'label-twice',
    /label disk-x-root.*wrong one/,
    /data = \{/,
  ],
  [
    'a name of two partitions',
    main({ a: { name: 'x', size: '1G' }, b: { name: 'x', size: '1G' }, root }),
    'partition-name-twice',
    /named x.*only the first/,
    /name = "x"/,
  ],
  [
    'a container without a name',
    main({ root: luks({}) }),
    'missing-option',
    /Give the encrypted container a name/,
    /content = \{/,
  ],
  [
    'a name of two containers',
    main({ a: luks({ name: 'c' }), b: luks({ name: 'c' }, '/home') }),
    'luks-name-twice',
    /container.*name|named c/,
    /name = "c"/,
  ],
  [
    'a password file and a key file',
    main({ root: luks({ name: 'c', passwordFile: '/tmp/p', settings: { keyFile: '/k' } }) }),
    'luks-two-keys',
    /password.*key file/,
    /./,
  ],
  [
    'an array without members',
    main({ root }, { mdadm: { r: { type: 'mdadm', level: 1, content: fs('/data') } } }),
    'group-without-members',
    /^Array r has no members/,
    /r = \{/,
  ],
  [
    'a member of no array',
    main({ m: { size: '1G', content: { type: 'mdraid', name: 'nope' } }, root }),
    'unknown-group-name',
    /m belongs to array nope, which is not there/,
    /"nope"/,
  ],
  [
    'a volume group without members',
    main({ root }, group({ data: { size: '1G', content: fs('/data') } })),
    'group-without-members',
    /pool has no members/,
    /pool = \{/,
  ],
  [
    'a member of no volume group',
    main({ root, pv: { size: '1G', content: { type: 'lvm_pv', vg: 'other' } } }),
    'unknown-group-name',
    /pv belongs to volume group other, which is not there/,
    /"other"/,
  ],
  [
    'a misspelt pool',
    main({ zfs: zfs('zrot') }, pool('')),
    'unknown-group-name',
    /pool zrot, which is not there.*choose zroot/,
    /"zrot"/,
  ],
  [
    'a thin volume without a pool',
    main({ pv }, group({ root: { size: '9G', lvm_type: 'thinlv', content: fs('/') } })),
    'thin-without-pool',
    /needs a thin pool/,
    /root = \{/,
  ],
  [
    'two volumes that want the rest',
    main({ pv }, group({ a: { size: '100%FREE', content: fs('/') }, b: { size: '100%FREE' } })),
    'two-rests',
    /a and b both.*pool/,
    /100%FREE/,
  ],
  [
    'a mirror of one',
    main({ zfs: zfs() }, pool('mirror')),
    'pool-too-few',
    /mirror needs two.*zroot has one/i,
    /mirror/,
  ],
  [
    'a vdev member that is nowhere',
    main({ zfs: zfs() }, pool(topology('nope'))),
    'pool-unknown-member',
    /^Member nope of zroot is no disk here.*without a word/,
    /topology/,
  ],
  [
    'a vdev member whose partition is called otherwise',
    main({ data: zfs() }, pool(topology('main'))),
    'pool-member-partition',
    /main/,
    /data = \{/,
  ],
  [
    'a btrfs that is mounted twice',
    main({
      root: { size: '100%', content: { type: 'btrfs', mountpoint: '/', subvolumes: { '@root': { mountpoint: '/' } } } },
    }),
    'btrfs-mounted-twice',
    /^Both the btrfs volume and its subvolume @root are mounted at \/.*Unmount the volume/,
    /mountpoint = "\/"/,
  ],
  [
    'a root in memory without /nix',
    main(
      { home: { size: '100%', content: fs('/home') } },
      { nodev: { '/': { fsType: 'tmpfs', mountOptions: ['size=2G', 'mode=755'] } } },
    ),
    'memory-root-without-nix',
    /in memory.*\/nix.*disk/,
    /./,
  ],
  [
    'hibernation into swap with a new key each time',
    main({ s: { size: '8G', content: { type: 'swap', randomEncryption: true, resumeDevice: true } }, root }),
    'swap-random-resume',
    /random key.*hibernat/i,
    /./,
  ],
  [
    'a root of the type EF02',
    main({ root: { ...root, type: 'EF02' } }),
    'bios-boot-content',
    /EF02.*GRUB/,
    /EF02|content/,
  ],
  [
    'a disk without content',
    { disk: { main: { type: 'disk', device: '/dev/disk/by-id/ata-A' } } },
    'disk-without-content',
    /main.*no content.*cannot write/,
    /main/,
  ],
  [
    'groups that need each other',
    main(
      { root },
      {
        lvm_vg: {
          pool: { type: 'lvm_vg', lvs: { x: { size: '1G', content: { type: 'lvm_pv', vg: 'pool2' } } } },
          pool2: { type: 'lvm_vg', lvs: { x: { size: '1G', content: { type: 'lvm_pv', vg: 'pool' } } } },
        },
      },
    ),
    'cycle',
    /^pool needs pool2 and pool2 needs pool/,
    /pool = \{/,
  ],
  [
    'a ring of three groups',
    main(
      { root },
      {
        lvm_vg: {
          pool: { type: 'lvm_vg', lvs: { x: { size: '1G', content: { type: 'mdraid', name: 'raid' } } } },
        },
        mdadm: { raid: { type: 'mdadm', level: 0, content: zfs('zroot').content } },
        zpool: {
          zroot: {
            type: 'zpool',
            datasets: { v: { type: 'zfs_volume', size: '9G', content: { type: 'lvm_pv', vg: 'pool' } } },
          },
        },
      },
    ),
    'cycle',
    /^pool needs zroot, zroot needs raid and raid needs pool/,
    /pool = \{/,
  ],
  [
    'swap as a file system',
    main({ s: { size: '8G', content: fs(null, 'swap') }, root }),
    'swap-as-filesystem',
    /Swap is no file system/,
    /swap/,
  ],
  ['letters beyond ASCII', main({ größe: root }), 'name-not-ascii', /ASCII letters/, /größe/],
  [
    'a swap file whose subvolume is not mounted',
    main({
      root: {
        size: '100%',
        content: { type: 'btrfs', mountpoint: '/', subvolumes: { '/swap': { swap: { f: { size: '1G' } } } } },
      },
    }),
    'btrfs-swap-unmounted',
    /\/swap.*mountpoint/,
    /swap/,
  ],
];

it.each(wrong)('of %s it is said what is wrong, and in which line, and the text stays', (_, data, code, says, line) => {
  const layout = fromJson(data);
  if (!isSet(layout)) throw new Error('not a layout');
  const text = formatLayout(layout);
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  const found = checkLayout(reading.layout, { firmware: 'uefi' }).find((finding) => finding.code === code);
  expect(found?.message).toMatch(says);
  expect(text.split('\n')[(lineOf(reading.source, found?.path ?? []) ?? 0) - 1]).toMatch(line);
  expect(writeLayout(reading.source, reading.layout, reading.layout)).toBe(text);
});
