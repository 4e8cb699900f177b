import { describe, expect, it } from 'vitest';
import type { Layout } from '../../../../../shared/disko/layout.ts';
import {
  convertToBtrfs,
  convertToGpt,
  convertToMirror,
  OperationError,
  setOption,
} from '../../../../../shared/disko/operations.ts';
import { at, errors, order, partitions, recipe, root, second } from './layouts.ts';

const fs = (mountpoint: string, format = 'ext4') => ({ type: 'filesystem', format, mountpoint });
const table = (entries: Layout[], options: Layout = {}): Layout => ({
  disk: {
    main: {
      type: 'disk',
      device: '/dev/a',
      content: { type: 'table', format: 'gpt', ...options, partitions: entries },
    },
  },
});
const content = ['disk', 'main', 'content'];

describe('the old table', () => {
  const old = table([
    { name: 'root', start: '512MiB', end: '-16GiB', content: fs('/') },
    { name: 'ESP', start: '1MiB', end: '512MiB', bootable: true, content: fs('/boot', 'vfat') },
    { name: 'rest', start: '-16GiB', end: '100%', flags: ['lvm'] },
  ]);
  it('becomes a GPT with the same partitions in the order in which they lie', () => {
    const converted = convertToGpt(old, content);
    expect(order(converted)).toEqual(['ESP', 'root', 'rest']);
    expect(at(converted, [...partitions, 'ESP'])).toMatchObject({ size: '512M' });
    expect(at(converted, [...partitions, 'root'])).toMatchObject({ end: '-16G' });
    expect(at(converted, [...partitions, 'ESP'])).toMatchObject({ type: 'EF00' });
    expect(at(converted, [...partitions, 'rest'])).toMatchObject({ size: '100%', type: '8E00' });
  });
  it('keeps the labels of a machine that runs from it', () => {
    const converted = convertToGpt(old, content, { isInstalled: true });
    expect(at(converted, [...partitions, 'root'])).toMatchObject({ label: 'root' });
  });
  it('turns per cent into sizes where the disk is known, and asks for it where it is not', () => {
    const halves = table([
      { name: 'a', start: '0%', end: '50%' },
      { name: 'b', start: '50%', end: '100%' },
    ]);
    expect(() => convertToGpt(halves, content)).toThrow('GPT knows no percentages');
    const converted = convertToGpt(halves, content, { diskBytes: 100 * 1024 ** 3 });
    expect(at(converted, [...partitions, 'a'])).toMatchObject({ size: '50G' });
    expect(at(converted, [...partitions, 'b'])).toMatchObject({ size: '100%' });
  });
  it('of an msdos disk gets the partition that GRUB needs on a GPT', () => {
    const converted = convertToGpt(
      table([{ name: 'root', start: '1M', end: '100%', bootable: true, content: fs('/') }], { format: 'msdos' }),
      content,
    );
    expect(order(converted)).toEqual(['bios', 'root']);
    expect(at(converted, [...partitions, 'bios'])).toEqual({ size: '1M', type: 'EF02' });
  });
  it.each([
    ['a computed partition', table([{ name: 'x', start: '1M', end: 'half' }])],
    ['an end before the start', table([{ name: 'x', start: '10G', end: '5G' }])],
    ['no table', recipe('single-ext4')],
  ])('is left alone with %s', (_, layout) => {
    expect(() => convertToGpt(layout, content)).toThrow(OperationError);
  });
});

describe('ext4 to btrfs', () => {
  it('keeps the mountpoint in a subvolume, and what both file systems understand', () => {
    const labelled = setOption(
      setOption(recipe('single-ext4'), [...root, 'content'], 'extraArgs', ['-L', 'system']),
      [...root, 'content'],
      'mountOptions',
      ['relatime', 'data=journal'],
    );
    const converted = convertToBtrfs(labelled, root);
    expect(at(converted, [...root, 'content'])).toEqual({
      type: 'btrfs',
      extraArgs: ['-f', '-L', 'system'],
      subvolumes: { '@root': { mountpoint: '/', mountOptions: ['compress=zstd', 'relatime'] } },
    });
    expect(errors(converted)).toEqual([]);
  });
  it('is refused for what the firmware reads', () => {
    expect(() => convertToBtrfs(recipe('single-ext4'), [...partitions, 'ESP'])).toThrow('firmware');
  });
});

describe('one disk to a mirror of two', () => {
  it('makes arrays of what cannot mirror itself', () => {
    const mirror = convertToMirror(recipe('single-ext4'), 'main', second);
    expect(mirror).toMatchObject({
      mdadm: {
        boot: { level: 1, metadata: '1.0', content: { mountpoint: '/boot' } },
        root: { level: 1, content: { mountpoint: '/' } },
      },
    });
    expect(order(mirror, 'second')).toEqual(order(mirror, 'main'));
    expect(errors(mirror)).toEqual([]);
  });
  it.each(['lvm', 'encrypted', 'tmpfs-root'])('puts the layers of the recipe %s on the arrays', (name) => {
    expect(errors(convertToMirror(recipe(name), 'main', second))).toEqual([]);
  });
  it('lets btrfs mirror itself, made on the disk that comes last', () => {
    const mirror = convertToMirror(recipe('btrfs'), 'main', second);
    expect(at(mirror, ['disk', 'second', 'content', 'partitions', 'root', 'content'])).toMatchObject({
      extraArgs: ['-f', '-d', 'raid1', '-m', 'raid1', '/dev/disk/by-partlabel/disk-main-root'],
    });
    expect(errors(mirror)).toEqual([]);
    const before = convertToMirror(recipe('btrfs'), 'main', { ...second, name: 'a' });
    expect(at(before, [...root, 'content'])).toMatchObject({ type: 'btrfs' });
    expect(errors(before)).toEqual([]);
  });
  it('lets ZFS mirror itself', () => {
    const layout: Layout = {
      disk: {
        main: {
          type: 'disk',
          device: '/dev/a',
          content: {
            type: 'gpt',
            partitions: {
              ESP: { size: '1G', type: 'EF00', content: fs('/boot', 'vfat') },
              zfs: { size: '100%', content: { type: 'zfs', pool: 'zroot' } },
            },
          },
        },
      },
      zpool: { zroot: { type: 'zpool', mountpoint: '/' } },
    };
    const mirror = convertToMirror(layout, 'main', second);
    expect(mirror).toMatchObject({ zpool: { zroot: { mode: 'mirror' } } });
    expect(errors(mirror)).toEqual([]);
  });
  it('needs a name and a table', () => {
    expect(() => convertToMirror(recipe('single-ext4'), 'main', { ...second, name: 'main' })).toThrow('already there');
    expect(() => convertToMirror(table([]), 'main', second)).toThrow('has no GPT');
  });
});
