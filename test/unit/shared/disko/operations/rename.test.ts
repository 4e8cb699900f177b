import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSame } from '../../../../../shared/disko/layout.ts';
import {
  convertToMirror,
  rename,
  renameNote,
  replaceDevice,
  copyNotes,
  copyToAnotherMachine,
  setOption,
} from '../../../../../shared/disko/operations.ts';
import { itemsOf } from '../../../../../shared/disko/walk.ts';
import { at, errors, order, partitions, recipe, root, second } from './layouts.ts';

const layout = recipe('single-ext4');
function raise(): never {
  throw new Error('is not there');
}

describe('rename', () => {
  it('keeps the label of an installed partition, and of all partitions of an installed disk', () => {
    const renamed = rename(layout, root, 'system', true);
    expect(at(renamed, [...partitions, 'system'])).toMatchObject({ label: 'disk-main-root' });
    expect(at(rename(layout, root, 'system', false), [...partitions, 'system'])).not.toHaveProperty('label');
    const disk = rename(layout, ['disk', 'main'], 'first', true);
    expect(at(disk, ['disk', 'first', 'content', 'partitions', 'ESP'])).toMatchObject({ label: 'disk-main-ESP' });
  });
  it('keeps the hash that a long label has on the disk', () => {
    const long = rename(layout, ['disk', 'main'], 'a-very-long-name-for-a-disk-in-the-cellar', false);
    const path = ['disk', 'a-very-long-name-for-a-disk-in-the-cellar'];
    const label = createHash('sha256')
      .update(`disk-${path[1] ?? ''}-root`)
      .digest('hex')
      .slice(0, 36);
    expect(at(rename(long, path, 'short', true), ['disk', 'short', 'content', 'partitions', 'root'])).toMatchObject({
      label,
    });
  });
  it('leaves a partition alone whose label does not follow its name', () => {
    const named = setOption(layout, root, 'name', 'system');
    expect(at(rename(named, root, 'other', true), [...partitions, 'other'])).not.toHaveProperty('label');
  });
  it('keeps the order of the partitions', () => {
    const renamed = rename(layout, [...partitions, 'ESP'], 'zzz', false);
    expect(order(renamed)).toEqual(['zzz', 'swap', 'root']);
  });
  it('takes memberships, thin pools, vdev members and device paths along', () => {
    const mirror = convertToMirror(recipe('btrfs'), 'main', second);
    const disk = rename(mirror, ['disk', 'main'], 'first', false);
    expect(at(disk, ['disk', 'second', 'content', 'partitions', 'root', 'content'])?.['extraArgs']).toContain(
      '/dev/disk/by-partlabel/disk-first-root',
    );
    expect(errors(disk)).toEqual([]);
    // Where the label stays, so do the paths.
    expect(
      at(rename(mirror, ['disk', 'main'], 'first', true), [
        'disk',
        'second',
        'content',
        'partitions',
        'root',
        'content',
      ])?.['extraArgs'],
    ).toContain('/dev/disk/by-partlabel/disk-main-root');
    const array = rename(convertToMirror(layout, 'main', second), ['mdadm', 'root'], 'system', false);
    expect(at(array, [...root, 'content'])).toMatchObject({ type: 'mdraid', name: 'system' });
    const thin = rename(
      {
        lvm_vg: {
          p: {
            type: 'lvm_vg',
            lvs: { t: { size: '9G', lvm_type: 'thin-pool' }, v: { size: '1G', lvm_type: 'thinlv', pool: 't' } },
          },
        },
      },
      ['lvm_vg', 'p', 'lvs', 't'],
      'thin',
      false,
    );
    expect(at(thin, ['lvm_vg', 'p', 'lvs', 'v'])).toMatchObject({ pool: 'thin' });
    const topology = { topology: { type: 'topology', vdev: [{ members: ['main', '/dev/x'] }], cache: ['main'] } };
    const pool = rename({ ...layout, zpool: { z: { type: 'zpool', mode: topology } } }, ['disk', 'main'], 'b', false);
    expect(pool).toMatchObject({
      zpool: { z: { mode: { topology: { vdev: [{ members: ['b', '/dev/x'] }], cache: ['b'] } } } },
    });
  });
  it('says what the machine needs besides, where a label cannot keep the name', () => {
    const items = itemsOf(recipe('lvm'));
    expect(renameNote(items.find((item) => item.type === 'lvm_vg') ?? raise())).toContain('vgrename');
    expect(renameNote(items.find((item) => item.type === 'gpt_partition') ?? raise())).toBeNull();
  });
  it('refuses a name that is taken or empty', () => {
    expect(() => rename(layout, root, 'ESP', false)).toThrow('ESP is already there.');
    expect(() => rename(layout, root, ' ', false)).toThrow('A name is needed.');
    expect(rename(layout, root, 'root', true)).toBe(layout);
  });
});

describe('the devices of a layout', () => {
  it('are replaced wherever they are named', () => {
    const pool = {
      ...layout,
      zpool: {
        z: {
          type: 'zpool',
          mode: {
            topology: {
              type: 'topology',
              vdev: [{ members: ['/dev/disk/by-id/ata-A-part3', '/dev/disk/by-id/ata-A-part31x'] }],
            },
          },
        },
      },
    };
    expect(replaceDevice(pool, 'main', '/dev/disk/by-id/ata-Z')).toMatchObject({
      disk: { main: { device: '/dev/disk/by-id/ata-Z' } },
      zpool: {
        z: {
          mode: { topology: { vdev: [{ members: ['/dev/disk/by-id/ata-Z-part3', '/dev/disk/by-id/ata-A-part31x'] }] } },
        },
      },
    });
    expect(() => replaceDevice(layout, 'main', 'sda')).toThrow('A device is a full path');
  });
  it('are cleared in a copy for another machine, which says what is left to do', () => {
    const unique = setOption(layout, root, 'uuid', '809b3a2b-828a-4730-95e1-75b6343e415a');
    const copy = copyToAnotherMachine(unique);
    expect(copy).toMatchObject({ disk: { main: { device: '' } } });
    expect(at(copy, root)).not.toHaveProperty('uuid');
    expect(errors(copy)).toContain('device-empty');
    expect(copyNotes(unique)).toEqual([
      'Choose the device of disk main: the copy names none, so that nothing is erased by mistake.',
      'Fixed uuids were left out, since no two machines may share them.',
    ]);
    expect(isSame(replaceDevice(copyToAnotherMachine(layout), 'main', '/dev/disk/by-id/ata-A'), layout)).toBe(true);
  });
});
