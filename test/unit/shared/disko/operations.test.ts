import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayCapacity,
  diskStretches,
  groupCapacity,
  logicalVolumeBytes,
  vdevCapacity,
} from '../../../../shared/disko/geometry.ts';
import { isSame, type Layout, type LayoutPath } from '../../../../shared/disko/layout.ts';
import * as operations from '../../../../shared/disko/operations.ts';
import { buildRecipe } from '../../../../shared/disko/recipes.ts';
import { itemsOf, orderedPartitions } from '../../../../shared/disko/walk.ts';

const G = 1024 ** 3;
const M = 1024 ** 2;
const T = 1024 ** 4;
const main = { name: 'main', device: '/dev/disk/by-id/ata-A' };
const layout = buildRecipe('single-ext4', { disks: [main], firmware: 'uefi', swap: '8G', hibernation: false });
const partitions: LayoutPath = ['disk', 'main', 'content', 'partitions'];
const order = (value: Layout): string[] =>
  orderedPartitions(itemsOf(value).filter((item) => item.type === 'gpt_partition')).map((item) => item.name);
const at = (value: Layout, path: LayoutPath) =>
  itemsOf(value).find((item) => JSON.stringify(item.path) === JSON.stringify(path))?.value;

describe('operations on a layout', () => {
  it('write one priority where the order by name differs, and take it back with the move', () => {
    const moved = operations.move(layout, [...partitions, 'swap'], 0);
    expect(order(moved)).toEqual(['swap', 'ESP', 'root']);
    expect(at(moved, [...partitions, 'swap'])).toMatchObject({ priority: 1 });
    expect(at(moved, [...partitions, 'ESP'])).not.toHaveProperty('priority');
    expect(isSame(operations.move(moved, [...partitions, 'swap'], 1), layout)).toBe(true);
  });
  it('leave the priorities that others have', () => {
    const first = operations.setOption(layout, [...partitions, 'ESP'], 'priority', 1);
    const added = operations.add(first, partitions, 'data', { size: '1G' });
    const moved = operations.move(added, [...partitions, 'swap'], 1);
    expect(order(moved)).toEqual(['ESP', 'swap', 'data', 'root']);
    expect(at(moved, [...partitions, 'ESP'])).toMatchObject({ priority: 1 });
    expect(at(moved, [...partitions, 'data'])).not.toHaveProperty('priority');
  });
  it('put partitions into any order that is asked for', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].reduce(
      (sum, name) => operations.add(sum, partitions, name, { size: '1G' }),
      layout,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...order(many)), fc.nat(7)), { maxLength: 6 }), (moves) => {
        let value = many;
        for (const [name, position] of moves) {
          const before = order(value).filter((item) => item !== name);
          before.splice(position, 0, name);
          const changed = operations.move(value, [...partitions, name], position);
          expect(order(changed)).toEqual(before);
          // Never more than it takes: the one that moves can always do it alone unless there is no number between two.
          const touched = order(changed).filter(
            (item) =>
              at(changed, [...partitions, item])?.['priority'] !== at(value, [...partitions, item])?.['priority'],
          );
          expect(touched.length).toBeLessThanOrEqual(
            Math.max(1, before.indexOf(name), before.length - before.indexOf(name)),
          );
          value = changed;
        }
      }),
      { numRuns: 200 },
    );
  });
  it('keep the label of an installed partition that is renamed', () => {
    const renamed = operations.rename(layout, [...partitions, 'root'], 'system', true);
    expect(at(renamed, [...partitions, 'system'])).toMatchObject({ label: 'disk-main-root' });
    expect(
      at(operations.rename(layout, [...partitions, 'root'], 'system', false), [...partitions, 'system']),
    ).not.toHaveProperty('label');
    const disk = operations.rename(layout, ['disk', 'main'], 'first', true);
    expect(at(disk, ['disk', 'first', 'content', 'partitions', 'ESP'])).toMatchObject({ label: 'disk-main-ESP' });
  });
  it('rename a pool with all that belongs to it', () => {
    const mirror = buildRecipe('mirror-zfs', {
      disks: [main, { name: 'b', device: '/dev/b' }],
      firmware: 'uefi',
      swap: null,
      hibernation: false,
    });
    const renamed = operations.rename(mirror, ['zpool', 'zroot'], 'tank', false);
    expect(
      itemsOf(renamed)
        .filter((item) => item.type === 'zfs')
        .map((item) => item.value['pool']),
    ).toEqual(['tank', 'tank']);
  });
  it('wrap and unwrap what a partition holds', () => {
    const root = [...partitions, 'root'];
    const encrypted = operations.wrapInLuks(layout, root, 'crypted');
    expect(at(encrypted, [...root, 'content'])).toMatchObject({
      type: 'luks',
      name: 'crypted',
      content: { format: 'ext4' },
    });
    expect(isSame(operations.unwrap(encrypted, root), layout)).toBe(true);
    const volumes = operations.wrapInLvm(layout, root, 'pool', 'system');
    expect(volumes).toMatchObject({ lvm_vg: { pool: { lvs: { system: { content: { mountpoint: '/' } } } } } });
    const array = operations.wrapInArray(layout, [[...partitions, 'ESP']], 'boot', 1);
    expect(array).toMatchObject({ mdadm: { boot: { metadata: '1.0', content: { format: 'vfat' } } } });
    expect(operations.convertToBtrfs(layout, root)).toMatchObject({
      disk: {
        main: { content: { partitions: { root: { content: { subvolumes: { '@root': { mountpoint: '/' } } } } } } },
      },
    });
  });
  it('split a fixed size, and convert the old table', () => {
    const split = operations.split(layout, [...partitions, 'swap'], 'data', '3G');
    expect(at(split, [...partitions, 'swap'])).toMatchObject({ size: '5G' });
    expect(() => operations.split(layout, [...partitions, 'swap'], 'data', '9G')).toThrow(operations.OperationError);
    const old: Layout = {
      disk: {
        a: {
          type: 'disk',
          device: '/dev/a',
          content: {
            type: 'table',
            format: 'gpt',
            partitions: [
              {
                name: 'ESP',
                start: '1MiB',
                end: '512MiB',
                bootable: true,
                content: { type: 'filesystem', format: 'vfat', mountpoint: '/boot' },
              },
              {
                name: 'root',
                start: '512MiB',
                end: '100%',
                content: { type: 'filesystem', format: 'ext4', mountpoint: '/' },
              },
            ],
          },
        },
      },
    };
    const converted = operations.convertToGpt(old, ['disk', 'a', 'content']);
    expect(order(converted)).toEqual(['ESP', 'root']);
    expect(at(converted, ['disk', 'a', 'content', 'partitions', 'ESP'])).toMatchObject({ size: '512M', type: 'EF00' });
  });
  it('clear the devices of a copy, and refuse a device that is no path', () => {
    expect(operations.copyToAnotherMachine(layout)).toMatchObject({ disk: { main: { device: '' } } });
    expect(() => operations.replaceDevice(layout, 'main', 'sda')).toThrow(operations.OperationError);
  });
  it('leave the layout alone where they make no sense', () => {
    expect(() => operations.remove(layout, ['disk', 'nope'])).toThrow(operations.OperationError);
    expect(() => operations.unwrap(layout, [...partitions, 'root'])).toThrow(operations.OperationError);
    expect(() => operations.add(layout, partitions, 'ESP', {})).toThrow('ESP is already there.');
  });
  it('can all be undone, in any sequence', () => {
    const steps: readonly ((value: Layout) => Layout)[] = [
      (value) =>
        operations.add(value, partitions, operations.freeName(at(value, partitions) ?? {}, 'data'), { size: '1G' }),
      (value) => operations.resize(value, [...partitions, 'swap'], '4G'),
      (value) => operations.move(value, [...partitions, 'swap'], 0),
      (value) => operations.wrapInLuks(value, [...partitions, 'root'], 'c'),
      (value) => operations.unwrap(value, [...partitions, 'root']),
      (value) => operations.rename(value, [...partitions, 'swap'], 'swap2', true),
      (value) => operations.remove(value, [...partitions, 'swap']),
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 12 }), (chosen) => {
        let history = operations.startHistory(layout);
        for (const step of chosen) {
          try {
            history = operations.record(history, step(history.present));
          } catch (error) {
            if (!(error instanceof operations.OperationError)) throw error;
          }
        }
        const end = history.present;
        const count = history.past.length;
        for (let index = 0; index < count; index++) history = operations.undo(history);
        expect(history.present).toBe(layout);
        for (let index = 0; index < count; index++) history = operations.redo(history);
        expect(history.present).toBe(end);
      }),
      { numRuns: 300 },
    );
  });
});

describe('geometry', () => {
  it('gives the rest of the disk to 100%, and counts what is left free', () => {
    const stretches = diskStretches(layout, 'main', 500 * G);
    expect(stretches.map(({ name, sizeBytes }) => [name, Math.round(sizeBytes / G)])).toEqual([
      ['ESP', 1],
      ['swap', 8],
      ['root', 491],
    ]);
    const fixed = operations.resize(layout, [...partitions, 'root'], '100G');
    expect(diskStretches(fixed, 'main', 500 * G).at(-1)).toMatchObject({ path: null, name: 'free' });
  });
  it('marks what does not fit', () => {
    const big = operations.resize(layout, [...partitions, 'swap'], '600G');
    expect(diskStretches(big, 'main', 500 * G).find((item) => item.name === 'swap')?.isImpossible).toBe(true);
  });
  it('reads ends from the end of the disk', () => {
    const nas = buildRecipe('nas', {
      disks: [main, ...['a', 'b', 'c'].map((name) => ({ name, device: `/dev/${name}` }))],
      firmware: 'uefi',
      swap: null,
      hibernation: false,
    });
    const [zfs, free] = diskStretches(nas, 'a', 100 * G);
    expect(Math.round((zfs?.sizeBytes ?? 0) / G)).toBe(98);
    expect(Math.round((free?.sizeBytes ?? 0) / G)).toBe(2);
    const pool = itemsOf(nas).find((item) => item.type === 'zpool');
    const capacity = pool && groupCapacity(nas, pool, { a: 100 * G, b: 100 * G, c: 80 * G });
    expect(Math.round((capacity?.usableBytes ?? 0) / G)).toBe(156);
    expect(capacity?.mayFail).toBe(1);
  });
  it('knows what arrays, vdevs and logical volumes come to', () => {
    // As mdadm 4.4 made them in a virtual machine.
    expect(arrayCapacity(1, [6e9, 5738856448])).toEqual({ usableBytes: 5733613568, mayFail: 1 });
    expect(arrayCapacity(1, [G, G], '1.0')).toEqual({ usableBytes: G - 64 * 1024, mayFail: 1 });
    expect(arrayCapacity(6, [4 * G, 4 * G, 4 * G])).toBeNull();
    expect(arrayCapacity(5, [4 * T, 4 * T, 3 * T])).toEqual({ usableBytes: 2 * (3 * T - 129 * M), mayFail: 1 });
    expect(vdevCapacity('raidz2', [5, 5, 5, 4])).toEqual({ usableBytes: 8, mayFail: 2 });
    expect(vdevCapacity('', [5, 4])).toEqual({ usableBytes: 9, mayFail: 0 });
    expect(logicalVolumeBytes('50%VG', 100, 40)).toBe(50);
    expect(logicalVolumeBytes('100%', 100, 40)).toBe(40);
    expect(logicalVolumeBytes('10G', 0, 0)).toBe(10 * G);
  });
});
