import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { btrfsCapacity } from '../../../../shared/disko/capacity.ts';
import { diskStretches, groupCapacity, volumeBytes } from '../../../../shared/disko/geometry.ts';
import type { Layout } from '../../../../shared/disko/layout.ts';
import { itemsOf, orderedPartitions, text } from '../../../../shared/disko/walk.ts';

const G = 1024 ** 3;
const T = 1024 * G;
const disk = (partitions: Layout): Layout => ({ type: 'disk', device: '/dev/a', content: { type: 'gpt', partitions } });
const group = (layout: Layout, type: string) => {
  const found = itemsOf(layout).find((item) => item.type === type);
  if (!found) throw new Error('no group');
  return found;
};

const tables: readonly (readonly [string, Layout])[] = [
  ['sizes', { a: { size: '1G' }, b: { size: '300M' }, c: { size: '100%' } }],
  ['a reserve at the end', { a: { size: '512M', priority: 1 }, b: { end: '-2G' }, c: { size: '100%' } }],
  [
    'places from the beginning',
    { a: { start: '1M', end: '128M' }, b: { size: '1M' }, c: { end: '-0', priority: 2000 } },
  ],
  [
    'a start that leaves a gap, which the largest stretch wins',
    { a: { start: '6G', size: '1G' }, b: { size: '1G' }, c: { size: '1G' } },
  ],
  ['a gap that is too small to be the largest', { a: { start: '2G', size: '1G' }, b: { size: '1G' } }],
  ['words that sgdisk reads loosely', { a: { start: '0%', end: '512MiB' }, b: { size: '2G' } }],
  ['sectors', { a: { size: '204800' }, b: { size: '100%' } }],
];

/** sgdisk works on a file as on a disk; where it is not installed, the recorded places below still hold. */
const hasSgdisk = spawnSync('sgdisk', ['--version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'nixstead-geometry-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where sgdisk puts the partitions of a table, called as disko calls it. */
function realPlaces(partitions: Layout, bytes: number): Record<string, [number, number]> {
  const image = join(folder, 'disk.img');
  writeFileSync(image, '');
  truncateSync(image, bytes);
  execFileSync('sgdisk', ['--clear', image], { stdio: 'ignore' });
  const ordered = orderedPartitions(
    itemsOf({ disk: { a: disk(partitions) } }).filter((item) => item.type === 'gpt_partition'),
  );
  const places: Record<string, [number, number]> = {};
  for (const [index, item] of ordered.entries()) {
    const size = text(item, 'size');
    const end = text(item, 'end') ?? (size === '100%' ? '-0' : `+${size ?? '0'}`);
    execFileSync('sgdisk', ['--align-end', `--new=${index + 1}:${text(item, 'start') ?? '0'}:${end}`, image], {
      stdio: 'ignore',
    });
    const info = execFileSync('sgdisk', [`--info=${index + 1}`, image]).toString();
    const [first, last] = ['First', 'Last'].map((word) => Number(new RegExp(`${word} sector: (\\d+)`).exec(info)?.[1]));
    places[item.name] = [(first ?? 0) * 512, ((last ?? 0) + 1) * 512];
  }
  return places;
}

describe('where partitions come to lie', () => {
  it.runIf(hasSgdisk).each(tables)('is where sgdisk puts them: %s', (_, partitions) => {
    const stretches = diskStretches({ disk: { a: disk(partitions) } }, 'a', 10 * G).filter(
      (item) => item.path !== null,
    );
    const places = Object.fromEntries(
      stretches.map((item) => [item.name, [item.startBytes, item.startBytes + item.sizeBytes]]),
    );
    expect(places).toEqual(realPlaces(partitions, 10 * G));
  });
  it('ends on a whole MiB before the copy of the table', () => {
    const [only] = diskStretches({ disk: { a: disk({ all: { size: '100%' } }) } }, 'a', 10 * G);
    expect(only).toMatchObject({ startBytes: 1024 ** 2, sizeBytes: 20_969_472 * 512 - 1024 ** 2, isImpossible: false });
  });
  it('is told where it does not fit', () => {
    const full = diskStretches({ disk: { a: disk({ a: { size: '8G' }, b: { size: '3G' } }) } }, 'a', 10 * G);
    expect(full.find((item) => item.name === 'b')?.isImpossible).toBe(true);
  });
});

describe('what groups come to', () => {
  const member = (content: Layout): Layout => disk({ p: { size: '100%', content } });
  const sizes = { a: 2 * T, b: 2 * T, c: T };
  it('follows members through LUKS, arrays and volumes', () => {
    const layout: Layout = {
      disk: {
        a: member({ type: 'mdraid', name: 'r' }),
        b: member({ type: 'mdraid', name: 'r' }),
      },
      mdadm: {
        r: { type: 'mdadm', level: 1, content: { type: 'luks', name: 'c', content: { type: 'lvm_pv', vg: 'v' } } },
      },
      lvm_vg: {
        v: { type: 'lvm_vg', lvs: { half: { size: '50%VG' }, fixed: { size: '10G' }, rest: { size: '100%FREE' } } },
      },
    };
    const capacity = groupCapacity(layout, group(layout, 'lvm_vg'), sizes);
    expect(Math.round((capacity?.usableBytes ?? 0) / G)).toBe(2048);
    const volumes = Object.fromEntries(
      volumeBytes(layout, group(layout, 'lvm_vg'), sizes).map((item) => [item.name, item.bytes]),
    );
    expect(volumes['fixed']).toBe(10 * G);
    expect(Math.round((volumes['half'] ?? 0) / G)).toBe(1024);
    expect(Math.round((volumes['rest'] ?? 0) / G)).toBe(2048 - 1024 - 10);
  });
  it('counts copies, a pool of thin volumes with its metadata and their spare, and thin volumes as nothing', () => {
    const lvs = {
      mirror: { size: '10G', lvm_type: 'mirror' },
      thin: { size: '20G', lvm_type: 'thin-pool' },
      big: { size: '900G', lvm_type: 'thinlv', pool: 'thin' },
    };
    const layout: Layout = {
      disk: { a: member({ type: 'lvm_pv', vg: 'v' }), b: member({ type: 'lvm_pv', vg: 'v' }) },
      lvm_vg: { v: { type: 'lvm_vg', lvs } },
    };
    const used = volumeBytes(layout, group(layout, 'lvm_vg'), sizes).reduce(
      (sum, item) => sum + (item.usedBytes ?? 0),
      0,
    );
    expect(used).toBe(40 * G + 2 * (20 / 1024) * G);
  });
  it('adds the vdevs of a topology, and knows the weakest', () => {
    const zfs = (): Layout => disk({ zfs: { size: '100%', content: { type: 'zfs', pool: 'z' } } });
    const topology: Layout = { type: 'topology', vdev: [{ mode: 'mirror', members: ['a', 'b'] }, { members: ['c'] }] };
    const layout: Layout = {
      disk: { a: zfs(), b: zfs(), c: zfs() },
      zpool: { z: { type: 'zpool', mode: { topology } } },
    };
    const capacity = groupCapacity(layout, group(layout, 'zpool'), sizes);
    expect(Math.round((capacity?.usableBytes ?? 0) / T)).toBe(3);
    expect(capacity?.mayFail).toBe(0);
  });
  it('is not told where a disk is unknown, or groups lie in each other', () => {
    const layout: Layout = {
      lvm_vg: {
        a: { type: 'lvm_vg', lvs: { x: { size: '100%FREE', content: { type: 'lvm_pv', vg: 'b' } } } },
        b: { type: 'lvm_vg', lvs: { x: { size: '100%FREE', content: { type: 'lvm_pv', vg: 'a' } } } },
      },
    };
    expect(groupCapacity(layout, group(layout, 'lvm_vg'), sizes)).toBeNull();
  });
  it('of btrfs keeps every block twice', () => {
    expect(btrfsCapacity('raid1', [4, 2, 2])).toEqual({ usableBytes: 4, mayFail: 1 });
    expect(btrfsCapacity('raid1', [8, 2])).toEqual({ usableBytes: 2, mayFail: 1 });
    expect(btrfsCapacity('single', [8, 2])).toEqual({ usableBytes: 10, mayFail: 0 });
    expect(btrfsCapacity('raid6', [4, 4, 4, 4])).toEqual({ usableBytes: 8, mayFail: 2 });
    expect(btrfsCapacity('raid1c3', [4, 4])).toBeNull();
  });
});
