import { describe, expect, it } from 'vitest';
import { fromJson, isSet, withValue, type Layout } from '../../../../shared/disko/layout.ts';
import { buildRecipe, recipes } from '../../../../shared/disko/recipes.ts';
import type { Firmware } from '../../../../shared/disko/rules/finding.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';

const fs = (mountpoint: string, format = 'ext4') => ({ type: 'filesystem', format, mountpoint });
const esp = { size: '1G', type: 'EF00', content: { ...fs('/boot', 'vfat'), mountOptions: ['umask=0077'] } };
const root = { size: '100%', content: fs('/') };
const gpt = (partitions: unknown) => ({ type: 'gpt', partitions });
const disk = (content: unknown, device = '/dev/disk/by-id/ata-A') => ({ type: 'disk', device, content });
const one = (partitions: unknown) => ({ disk: { main: disk(gpt(partitions)) } });

function check(layout: unknown, firmware: Firmware | null = 'uefi') {
  const value = fromJson(layout);
  if (!isSet(value)) throw new Error('not a layout');
  return checkLayout(value, { firmware, memoryBytes: 32 * 1024 ** 3 });
}

/** What disko and the machine hold against a layout: one bad layout a line, with the code that must be found. */
const bad: readonly (readonly [code: string, layout: unknown, firmware?: Firmware])[] = [
  ['no-esp', one({ root })],
  ['no-bios-boot', one({ root }), 'bios'],
  ['no-bios-boot', one({ ESP: esp, root }), 'both'],
  ['no-firmware-partition', one({ root }), 'rpi'],
  ['no-root', one({ ESP: esp })],
  ['two-rests', one({ ESP: esp, root, home: { size: '100%', content: fs('/home') } })],
  ['rest-not-last', one({ ESP: esp, root: { ...root, priority: 1 } })],
  ['size-missing', one({ ESP: esp, root: { content: fs('/') } })],
  ['size-zero', one({ ESP: esp, root: { size: '0', content: fs('/') } })],
  ['size-percent', one({ ESP: esp, root: { size: '50%', content: fs('/') } })],
  ['size-format', one({ ESP: esp, root: { size: '10GiB', content: fs('/') } })],
  ['size-format', one({ ESP: esp, root: { size: '1.5G', content: fs('/') } })],
  ['size-format', one({ ESP: esp, root: { size: '512m', content: fs('/') } })],
  ['size-format', one({ ESP: esp, root: { size: '-5G', content: fs('/') } })],
  ['end-percent', one({ ESP: esp, root: { end: '100%', content: fs('/') } })],
  ['end-format', one({ ESP: esp, root: { end: 'lots', content: fs('/') } })],
  ['mountpoint-twice', one({ ESP: esp, r2: { size: '5G', content: fs('/') }, root })],
  ['mountpoint-slash', one({ ESP: esp, home: { size: '5G', content: fs('/home/') }, root })],
  ['device-twice', { disk: { a: disk(gpt({ ESP: esp, root })), b: disk(gpt({})) } }],
  ['device-relative', { disk: { a: disk(gpt({ ESP: esp, root }), 'sda') } }],
  ['device-is-partition', { disk: { a: disk(gpt({ ESP: esp, root }), '/dev/sda1') } }],
  [
    'disk-name-twice',
    { disk: { a: { ...disk(gpt({ ESP: esp, root })), name: 'x' }, b: { ...disk(gpt({}), '/dev/b'), name: 'x' } } },
  ],
  ['disk-without-content', { disk: { a: { type: 'disk', device: '/dev/a' } } }],
  ['partition-name-twice', one({ ESP: esp, a: { name: 'x', size: '1G' }, b: { name: 'x', size: '1G' }, root })],
  [
    'label-twice',
    {
      disk: {
        a: disk(gpt({ ESP: esp, root: { ...root, label: 'l' } })),
        b: disk(gpt({ d: { size: '1G', label: 'l' } }), '/dev/b'),
      },
    },
  ],
  ['label-too-long', one({ ESP: esp, root: { ...root, label: 'x'.repeat(37) } })],
  ['attribute-bit', one({ ESP: esp, root: { ...root, attributes: [99] } })],
  ['name-not-ascii', one({ ESP: esp, größe: root })],
  ['unknown-group', { disks: { a: disk(gpt({ ESP: esp, root })) } }],
  ['unknown-option', one({ ESP: esp, root: { ...root, sise: '1G' } })],
  ['unknown-type', one({ ESP: esp, root: { size: '100%', content: { type: 'ext4', mountpoint: '/' } } })],
  ['unknown-type', { disk: { a: disk({ type: 'mbr', partitions: {} }) } }],
  ['missing-type', one({ ESP: esp, root: { size: '100%', content: { format: 'ext4' } } })],
  ['missing-option', one({ ESP: esp, root: { size: '100%', content: { type: 'filesystem', mountpoint: '/' } } })],
  ['content-not-allowed', one({ ESP: esp, root: { size: '100%', content: gpt({}) } })],
  ['wrong-value', one({ ESP: esp, root: { ...root, priority: 'first' } })],
  ['missing-option', one({ ESP: esp, root: { size: '100%', content: { type: 'luks', content: fs('/') } } })],
  [
    'luks-name-twice',
    one({
      ESP: esp,
      a: { size: '5G', content: { type: 'luks', name: 'c', content: fs('/home') } },
      root: { size: '100%', content: { type: 'luks', name: 'c', content: fs('/') } },
    }),
  ],
  [
    'luks-two-keys',
    one({
      ESP: esp,
      root: {
        size: '100%',
        content: { type: 'luks', name: 'c', passwordFile: '/tmp/p', settings: { keyFile: '/k' }, content: fs('/') },
      },
    }),
  ],
  [
    'luks-key-in-tmp',
    one({
      ESP: esp,
      root: { size: '100%', content: { type: 'luks', name: 'c', settings: { keyFile: '/tmp/k' }, content: fs('/') } },
    }),
  ],
  ['unknown-group-name', one({ ESP: esp, m: { size: '1G', content: { type: 'mdraid', name: 'nope' } }, root })],
  [
    'group-without-members',
    { ...one({ ESP: esp, root }), mdadm: { r: { type: 'mdadm', level: 1, content: fs('/data') } } },
  ],
  [
    'unknown-group-name',
    {
      ...one({ ESP: esp, root: { size: '100%', content: { type: 'zfs', pool: 'zrot' } } }),
      zpool: { zroot: { type: 'zpool', mountpoint: '/' } },
    },
  ],
  [
    'raid-level',
    {
      ...one({ ESP: esp, m: { size: '1G', content: { type: 'mdraid', name: 'r' } }, root }),
      mdadm: { r: { type: 'mdadm', level: 7 } },
    },
  ],
  [
    'raid-too-few',
    {
      ...one({ ESP: esp, m: { size: '1G', content: { type: 'mdraid', name: 'r' } }, root }),
      mdadm: { r: { type: 'mdadm', level: 6 } },
    },
  ],
  [
    'raid-esp-metadata',
    {
      disk: { a: disk(gpt({ ESP: { size: '1G', type: 'EF00', content: { type: 'mdraid', name: 'boot' } }, root })) },
      mdadm: { boot: { type: 'mdadm', level: 1, content: fs('/boot', 'vfat') } },
    },
  ],
  [
    'thin-without-pool',
    {
      ...one({ ESP: esp, pv: { size: '100%', content: { type: 'lvm_pv', vg: 'p' } } }),
      lvm_vg: { p: { type: 'lvm_vg', lvs: { t: { size: '1G', lvm_type: 'thinlv', content: fs('/') } } } },
    },
  ],
  [
    'lv-size',
    {
      ...one({ ESP: esp, pv: { size: '100%', content: { type: 'lvm_pv', vg: 'p' } } }),
      lvm_vg: { p: { type: 'lvm_vg', lvs: { t: { size: 'lots', content: fs('/') } } } },
    },
  ],
  [
    'two-rests',
    {
      ...one({ ESP: esp, pv: { size: '100%', content: { type: 'lvm_pv', vg: 'p' } } }),
      lvm_vg: { p: { type: 'lvm_vg', lvs: { a: { size: '100%FREE', content: fs('/') }, b: { size: '100%FREE' } } } },
    },
  ],
  [
    'pool-too-few',
    {
      ...one({ ESP: esp, zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      zpool: { z: { type: 'zpool', mode: 'mirror', mountpoint: '/' } },
    },
  ],
  [
    'pool-unknown-member',
    {
      ...one({ ESP: esp, zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      zpool: {
        z: { type: 'zpool', mountpoint: '/', mode: { topology: { type: 'topology', vdev: [{ members: ['nope'] }] } } },
      },
    },
  ],
  [
    'pool-member-partition',
    {
      ...one({ ESP: esp, data: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      zpool: {
        z: { type: 'zpool', mountpoint: '/', mode: { topology: { type: 'topology', vdev: [{ members: ['main'] }] } } },
      },
    },
  ],
  [
    'option-not-text',
    {
      ...one({ ESP: esp, zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      zpool: { z: { type: 'zpool', mountpoint: '/', options: { ashift: 12 } } },
    },
  ],
  [
    'volume-without-size',
    {
      ...one({ ESP: esp, zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } }),
      zpool: { z: { type: 'zpool', mountpoint: '/', datasets: { v: { type: 'zfs_volume' } } } },
    },
  ],
  [
    'btrfs-mounted-twice',
    one({
      ESP: esp,
      root: { size: '100%', content: { type: 'btrfs', mountpoint: '/', subvolumes: { '@root': { mountpoint: '/' } } } },
    }),
  ],
  [
    'btrfs-swap-unmounted',
    one({
      ESP: esp,
      root: {
        size: '100%',
        content: { type: 'btrfs', mountpoint: '/', subvolumes: { '/swap': { swap: { f: { size: '1G' } } } } },
      },
    }),
  ],
  [
    'btrfs-raid-one-device',
    one({ ESP: esp, root: { size: '100%', content: { type: 'btrfs', mountpoint: '/', extraArgs: ['-d raid1'] } } }),
  ],
  [
    'memory-root-without-nix',
    { ...one({ ESP: esp, home: { size: '100%', content: fs('/home') } }), nodev: { '/': { fsType: 'tmpfs' } } },
  ],
  [
    'swap-as-filesystem',
    one({ ESP: esp, swap: { size: '1G', content: { type: 'filesystem', format: 'swap' } }, root }),
  ],
  [
    'swap-random-resume',
    one({
      ESP: esp,
      swap: { size: '1G', content: { type: 'swap', randomEncryption: true, resumeDevice: true } },
      root,
    }),
  ],
  [
    'swap-smaller-than-memory',
    one({ ESP: esp, swap: { size: '1G', content: { type: 'swap', resumeDevice: true } }, root }),
  ],
  [
    'two-resume-devices',
    one({
      ESP: esp,
      a: { size: '40G', content: { type: 'swap', resumeDevice: true } },
      b: { size: '40G', content: { type: 'swap', resumeDevice: true } },
      root,
    }),
  ],
  ['bios-boot-content', one({ ESP: esp, root: { ...root, type: 'EF02' } })],
  ['bios-boot-case', one({ ESP: esp, b: { size: '1M', type: 'ef02' }, root })],
  ['esp-format', one({ ESP: { ...esp, content: fs('/boot') }, root })],
  ['esp-type', one({ ESP: { size: '1G', content: fs('/boot', 'vfat') }, root })],
  ['format-unknown', one({ ESP: esp, root: { size: '100%', content: fs('/', 'fat32') } })],
  [
    'cycle',
    {
      ...one({ ESP: esp, root }),
      lvm_vg: {
        a: { type: 'lvm_vg', lvs: { x: { size: '1G', content: { type: 'lvm_pv', vg: 'b' } } } },
        b: { type: 'lvm_vg', lvs: { x: { size: '1G', content: { type: 'lvm_pv', vg: 'a' } } } },
      },
    },
  ],
  [
    'hybrid-too-many',
    one({
      ESP: esp,
      root,
      ...Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, { size: '1G', hybrid: {} }])),
    }),
  ],
  ['nothing-mounted', one({ data: { size: '1G' } })],
  ['legacy-table', { disk: { a: disk({ type: 'table', partitions: [] }) } }],
];

const cases = bad.map(([code, layout, firmware = 'uefi' as const]) => ({ code, layout, firmware }));

describe('checkLayout', () => {
  it.each(cases)('finds $code', ({ code, layout, firmware }) => {
    const found = check(layout, firmware).find((item) => item.code === code);
    expect(found).toBeDefined();
    expect(found?.message).toMatch(/[.!?]$/);
  });

  it.each(cases.filter(({ layout, firmware }) => check(layout, firmware).some((item) => item.fix)))(
    'has fixes that mend what they name: $code',
    ({ layout, firmware }) => {
      const value = fromJson(layout) as Layout;
      for (const finding of check(layout, firmware)) {
        if (!finding.fix) continue;
        let mended: unknown = value;
        for (const change of finding.fix.changes) mended = withValue(mended as Layout, change.path, change.value);
        const left = checkLayout(mended as Layout, { firmware, memoryBytes: 32 * 1024 ** 3 });
        const isStill = (item: { code: string; path: readonly unknown[] }) =>
          item.code === finding.code && JSON.stringify(item.path) === JSON.stringify(finding.path);
        expect(left.filter(isStill)).toEqual([]);
      }
    },
  );

  it.each(
    recipes.flatMap((recipe) =>
      (['uefi', 'bios', 'both', 'rpi'] as const).map((firmware) => [recipe.name, firmware] as const),
    ),
  )('has nothing but hints against the recipe %s on %s', (name, firmware) => {
    const recipe = recipes.find((item) => item.name === name);
    const count = Math.min(recipe?.maximumDisks ?? 1, 4);
    const disks = Array.from({ length: count }, (_, index) => ({
      name: index === 0 ? 'main' : `data${index}`,
      device: `/dev/disk/by-id/ata-${index}`,
    }));
    const kind = name === 'bios' ? 'bios' : name === 'raspberry-pi' ? 'rpi' : firmware;
    const layout = buildRecipe(name, { disks, firmware: kind, swap: '8G', hibernation: false });
    expect(checkLayout(layout, { firmware: kind }).filter((item) => item.severity !== 'hint')).toEqual([]);
  });

  /** Layouts that are in order, or nearly: one a line with what was once held against it, and on which machine. */
  it.each([
    ['firmware-not-first', 'rpi', one({ boot: { size: '1M', type: 'EF02' }, ESP: esp, root })],
    [
      'firmware-not-first',
      'rpi',
      one({
        starter: {
          size: '32M',
          priority: 1,
          content: { type: 'filesystem', format: 'vfat' },
          hybrid: { mbrPartitionType: '0x0c' },
        },
        ESP: esp,
        root,
      }),
    ],
    [
      'device-is-partition',
      'uefi',
      {
        disk: {
          main: disk(gpt({ ESP: esp, root })),
          data: disk({ type: 'luks', name: 'data', content: fs('/data') }, '/dev/sdb3'),
        },
      },
    ],
    [
      'group-without-members',
      'uefi',
      {
        disk: { $nix: '{ ${config.networking.hostName} = { }; }' },
        zpool: { tank: { type: 'zpool', mountpoint: '/' } },
      },
    ],
    [
      'group-without-members',
      'uefi',
      {
        disk: {
          main: disk(gpt({ ESP: esp, tank: { size: '100%', content: { type: 'zfs', pool: { $nix: 'pool' } } } })),
        },
        zpool: { tank: { type: 'zpool', mountpoint: '/' } },
      },
    ],
    ['nothing-mounted', 'uefi', { disk: { main: { type: 'disk', device: '/dev/disk/by-id/ata-A' } } }],
    [
      'cycle',
      'uefi',
      {
        ...one({ ESP: esp, m: { size: '9G', content: { type: 'mdraid', name: 'data' } }, root }),
        mdadm: { data: { type: 'mdadm', level: 1, content: { type: 'lvm_pv', vg: 'data' } } },
        lvm_vg: { data: { type: 'lvm_vg', lvs: { data: { size: '100%', content: fs('/data') } } } },
      },
    ],
  ] as const)('does not say %s where it is not so, on %s (%#)', (code, firmware, layout) => {
    expect(check(layout, firmware).map((item) => item.code)).not.toContain(code);
  });

  it('calls it no error what a machine starts with all the same', () => {
    const severity = (layout: unknown, code: string) => check(layout).find((item) => item.code === code)?.severity;
    const swap = { size: '8G', content: { type: 'swap', randomEncryption: true, resumeDevice: true } };
    expect(severity(one({ ESP: esp, root, swap }), 'swap-random-resume')).toBe('warning');
    const keys = { passwordFile: '/tmp/pass', settings: { keyFile: '/dev/disk/by-id/usb-key' } };
    const luks = { size: '100%', content: { type: 'luks', name: 'c', ...keys, content: fs('/') } };
    expect(severity(one({ ESP: esp, luks }), 'luks-two-keys')).toBe('warning');
    const btrfs = { size: '100%', content: { type: 'btrfs', subvolumes: { '/': { mountpoint: '/' } } } };
    expect(severity(one({ ESP: esp, btrfs }), 'btrfs-subvolume-root')).toBe('hint');
  });

  it('holds parts against each other only as a hint where conditions may let one of them be there', () => {
    const layout = fromJson(one({ ESP: esp, root, crypt: { size: '100%', content: fs('/') } }));
    if (!isSet(layout)) throw new Error('not a layout');
    const severities = (isAssumed: boolean) =>
      checkLayout(layout, { firmware: 'uefi', isAssumed })
        .filter((item) => ['two-rests', 'mountpoint-twice'].includes(item.code))
        .map((item) => item.severity);
    expect(severities(false)).toEqual(['error', 'error']);
    expect(severities(true)).toEqual(['hint', 'hint']);
  });

  it('names the table of an old kind that a BIOS machine cannot start from', () => {
    const layout = {
      disk: { main: disk({ type: 'table', format: 'gpt', partitions: [{ name: 'r', content: fs('/') }] }) },
    };
    const found = check(layout, 'bios').find((item) => item.code === 'no-bios-boot');
    expect(found?.path).toEqual(['disk', 'main', 'content']);
  });

  it('says nothing of what only evaluation knows', () => {
    expect(
      check(one({ ESP: esp, root: { size: '100%', content: { $nix: 'import ./root.nix' } } })).map((item) => item.code),
    ).toEqual([]);
  });
});
