import { describe, expect, it } from 'vitest';
import { diskBar, groupBars, guessDiskBytes } from '../../../../renderer/disks/bars.ts';
import { mountsOf, outlineOf } from '../../../../renderer/disks/outline.ts';
import { describeHolding, holdingSentence } from '../../../../renderer/disks/part-words.ts';
import { dropPosition, snapSize, stepSize } from '../../../../renderer/disks/snapping.ts';
import { isSet, type Layout, type LayoutSet } from '../../../../shared/disko/layout.ts';
import { buildRecipe } from '../../../../shared/disko/recipes.ts';

const GIB = 1024 ** 3;
const recipe = (name: string, count: number, swap: string | null = '8G'): Layout =>
  buildRecipe(name, {
    disks: Array.from({ length: count }, (_, index) => ({ name: `d${index + 1}`, device: `/dev/vd${index}` })),
    firmware: 'uefi',
    swap,
    hibernation: false,
  });
function diskOf(layout: Layout, name: string): LayoutSet {
  const disk = isSet(layout['disk']) ? layout['disk'][name] : undefined;
  if (!isSet(disk)) throw new Error(`There is no ${name}`);
  return disk;
}

describe('the bar of a disk', () => {
  const layout = recipe('encrypted', 1);
  const bar = diskBar('d1', diskOf(layout, 'd1'), 100 * GIB);

  it('has the partitions in the order that disko makes them, as large as they are', () => {
    expect(bar.segments.map(({ name }) => name)).toEqual(['ESP', 'swap', 'root']);
    expect(bar.segments[1]?.bytes).toBe(8 * GIB);
    expect(Math.round((bar.segments[2]?.bytes ?? 0) / GIB)).toBe(91);
  });
  it('says each piece in one sentence: name, size, what it holds, where it is mounted', () => {
    expect(bar.segments[0]?.label).toBe('ESP, 1G, vfat at /boot');
    expect(bar.segments[2]?.label).toBe('root, the rest, 91G, LUKS, btrfs at /, /home, /nix and /var/log');
  });
  it('is the same object while its disk is, and another one for another size', () => {
    expect(diskBar('d1', diskOf(layout, 'd1'), 100 * GIB)).toBe(bar);
    expect(diskBar('d1', diskOf(layout, 'd1'), 50 * GIB)).not.toBe(bar);
  });
  it('marks what does not fit', () => {
    const small = diskBar('d1', { content: { type: 'gpt', partitions: { a: { size: '20G' } } } }, 10 * GIB);
    expect(small.segments[0]).toMatchObject({ isImpossible: true, label: 'a, does not fit, nothing in it' });
  });
  it('is drawn large enough for what is written, where nobody measured the disk', () => {
    const disk = { content: { type: 'gpt', partitions: { a: { size: '900G' } } } };
    expect(guessDiskBytes(disk)).toBe(2000e9);
    expect(guessDiskBytes({})).toBe(500e9);
  });
});

describe('the bars of groups', () => {
  it('say over which disks, what is usable and what may fail', () => {
    const sizes = { d1: 100 * GIB, d2: 100 * GIB, d3: 100 * GIB };
    const [pool] = groupBars(recipe('nas', 3), sizes);
    expect(pool?.detail).toBe('ZFS mirror · over d2, d3 · 98G usable · one disk may fail');
  });
  it('a volume group gives fixed sizes first and the rest to who asks for it', () => {
    const [group] = groupBars(recipe('lvm', 1), { d1: 100 * GIB });
    expect(group?.segments.map(({ name, sizeWords }) => `${name} ${sizeWords}`)).toEqual([
      'swap 8G',
      'root 100%FREE, 91G',
    ]);
  });
  it('an array is drawn like a disk of its size', () => {
    const bars = groupBars(recipe('mirror-mdadm', 2), { d1: 100 * GIB, d2: 100 * GIB });
    expect(bars.map(({ name, segments }) => `${name}: ${segments[0]?.label}`)).toEqual([
      'boot: vfat, 1G, vfat at /boot',
      'root: ext4, 99G, ext4 at /',
    ]);
  });
  it('a pool of several vdevs fails with the weakest of them', () => {
    const mode = {
      topology: {
        type: 'topology',
        vdev: [
          { mode: 'mirror', members: ['d1', 'd2'] },
          { mode: 'mirror', members: ['d3', 'd4'] },
        ],
      },
    };
    const partitions = { zfs: { size: '100%', content: { type: 'zfs', pool: 'tank' } } };
    const disks = Object.fromEntries(
      ['d1', 'd2', 'd3', 'd4'].map((name) => [name, { type: 'disk', content: { type: 'gpt', partitions } }]),
    );
    const sizes = Object.fromEntries(Object.keys(disks).map((name) => [name, 10 * GIB]));
    const [pool] = groupBars({ disk: disks, zpool: { tank: { type: 'zpool', mode } } }, sizes);
    expect(pool?.detail).toContain('20G usable · one disk may fail');
  });
});

describe('words', () => {
  it('a boot partition without content is no empty one', () => {
    expect(describeHolding(undefined, 'EF02').words).toEqual(['BIOS boot']);
    expect(holdingSentence(describeHolding(undefined))).toBe('nothing in it');
  });
});

describe('the tree and the mountpoints', () => {
  it('the tree has partitions in their order, without a row for the table', () => {
    expect(outlineOf(recipe('encrypted', 1)).map(({ name, depth }) => `${depth} ${name}`)).toEqual([
      '0 d1',
      '1 ESP',
      '2 vfat',
      '1 swap',
      '2 Swap',
      '1 root',
      '2 crypted',
      '3 btrfs',
      '4 @root',
      '4 @home',
      '4 @nix',
      '4 @log',
    ]);
  });
  it('sizes are said in words where they are counted from an end, and types that disko does not have are no words', () => {
    const partition = (entries: LayoutSet): LayoutSet => ({
      type: 'disk',
      content: { type: 'gpt', partitions: { a: entries } },
    });
    const shown = (entries: LayoutSet) => outlineOf({ disk: { d: partition(entries) } }).slice(1);
    const entries: LayoutSet[] = [{ end: '-2G' }, { end: '-0' }, { end: '+3G' }, { size: '1G', end: '4G' }];
    expect(entries.map((entry) => shown(entry)[0]?.size)).toEqual(['all but 2G', 'the rest', '3G', 'up to 4G']);
    const odd = { size: '1G', content: { type: 'constructor', mountpoint: '/' } };
    expect(shown(odd)[1]).toMatchObject({ name: 'constructor', typeWord: '' });
    expect(mountsOf({ disk: { d: partition(odd) } })).toMatchObject([{ mountpoint: '/', what: '' }]);
  });
  it('mountpoints are sorted by place, below each other, with where they lie', () => {
    const rows = mountsOf(recipe('encrypted', 1));
    expect(rows.map(({ mountpoint, depth }) => `${depth} ${mountpoint}`)).toEqual([
      '0 /',
      '1 /boot',
      '1 /home',
      '1 /nix',
      '1 /var/log',
    ]);
    expect(rows[0]?.where).toBe('d1 › root › crypted › btrfs › @root');
    expect(rows[1]).toMatchObject({ what: 'vfat', where: 'd1 › ESP', options: 'umask=0077' });
  });
});

describe('snapping', () => {
  it.each([
    [10.4 * GIB, false, '10G'],
    [10.6 * GIB, false, '11G'],
    [0.8 * GIB, false, '1G'],
    [0.5 * GIB, false, '512M'],
    [10.4 * GIB, true, '10624M'],
    [-5, false, '64M'],
  ])('%d bytes become whole sizes (fine: %s)', (bytes, isFine, size) => expect(snapSize(bytes, isFine)).toBe(size));
  it.each([
    [10 * GIB, 1, '11G'],
    [10.5 * GIB, 1, '11G'],
    [10.5 * GIB, -1, '10G'],
    [GIB, 1, '2G'],
    [GIB, -1, '960M'],
    [64 * 1024 ** 2, -1, '64M'],
  ] as const)('a step from %d in direction %d', (bytes, direction, size) =>
    expect(stepSize(bytes, direction)).toBe(size),
  );
  it('a piece is let go between those left and right of the pointer', () => {
    expect(dropPosition([10, 30, 50], 5)).toBe(0);
    expect(dropPosition([10, 30, 50], 31)).toBe(2);
    expect(dropPosition([10, 30, 50], 90)).toBe(3);
  });
});

it('only the disk that changed is drawn again', () => {
  const partitions = { a: { size: '1G', content: { type: 'swap' } }, b: { size: '1G' } };
  const disk: LayoutSet = { content: { type: 'gpt', partitions } };
  const changed: LayoutSet = { content: { type: 'gpt', partitions: { ...partitions, b: { size: '2G' } } } };
  const bar = diskBar('a', disk, 1e12);
  expect(diskBar('a', disk, 1e12)).toBe(bar);
  expect(diskBar('a', changed, 1e12)).not.toBe(bar);
  expect(diskBar('a', disk, 2e12)).not.toBe(bar);
});
