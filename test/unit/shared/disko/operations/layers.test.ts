import { describe, expect, it } from 'vitest';
import { isSame } from '../../../../../shared/disko/layout.ts';
import {
  add,
  OperationError,
  remove,
  unwrap,
  wrapInArray,
  wrapInLuks,
  wrapInLvm,
} from '../../../../../shared/disko/operations.ts';
import { at, errors, partitions, recipe, root, second } from './layouts.ts';

const layout = recipe('single-ext4');
const spare = ['disk', 'second', 'content', 'partitions', 'root'];
const withSpare = add(layout, ['disk'], 'second', {
  type: 'disk',
  device: second.device,
  content: { type: 'gpt', partitions: { root: { size: '100%' } } },
});

describe('layers around what a partition holds', () => {
  it('go on and come off again, leaving the layout as it was', () => {
    const encrypted = wrapInLuks(layout, root, 'crypted');
    expect(at(encrypted, [...root, 'content'])).toMatchObject({ type: 'luks', content: { format: 'ext4' } });
    const volumes = wrapInLvm(layout, root, 'pool', 'system');
    expect(volumes).toMatchObject({ lvm_vg: { pool: { lvs: { system: { content: { mountpoint: '/' } } } } } });
    const array = wrapInArray(withSpare, [root, spare], 'root', 1);
    expect(array).toMatchObject({ mdadm: { root: { level: 1, content: { mountpoint: '/' } } } });
    for (const wrapped of [encrypted, volumes, array]) expect(errors(wrapped)).toEqual([]);
    expect(isSame(unwrap(encrypted, root), layout)).toBe(true);
    expect(isSame(unwrap(volumes, root), layout)).toBe(true);
    expect(isSame(unwrap(array, root), withSpare)).toBe(true);
  });
  it('can lie on each other: LVM in LUKS', () => {
    const both = wrapInLvm(wrapInLuks(layout, root, 'crypted'), [...root, 'content'], 'pool', 'system');
    expect(at(both, [...root, 'content', 'content'])).toMatchObject({ type: 'lvm_pv', vg: 'pool' });
    expect(errors(both)).toEqual([]);
    expect(isSame(unwrap(unwrap(both, [...root, 'content']), root), layout)).toBe(true);
  });
  it('give a mirrored boot partition the metadata that the firmware can read past', () => {
    expect(wrapInArray(layout, [[...partitions, 'ESP']], 'boot', 1)).toMatchObject({
      mdadm: { boot: { metadata: '1.0', content: { format: 'vfat' } } },
    });
  });
  it('refuse what would lose something, and say what', () => {
    const volumes = add(wrapInLvm(layout, root, 'pool', 'system'), ['lvm_vg', 'pool', 'lvs'], 'home', { size: '1G' });
    expect(() => unwrap(volumes, root)).toThrow('pool has 2 volumes');
    const striped = wrapInArray(withSpare, [root, spare], 'root', 0);
    expect(() => unwrap(striped, root)).toThrow('spreads its data over 2 members');
    expect(() => wrapInArray(layout, [root, [...partitions, 'ESP']], 'a', 1)).toThrow('ESP holds something already');
    expect(() => wrapInLvm(layout, ['disk', 'main'], 'pool', 'x')).toThrow(OperationError);
    expect(() => unwrap(layout, root)).toThrow(OperationError);
    expect(() => wrapInLuks(withSpare, spare, 'c')).toThrow('nothing to encrypt');
  });
});

describe('removing a group', () => {
  it('takes the memberships along, so that nothing names what is not there', () => {
    const array = wrapInArray(withSpare, [root, spare], 'root', 1);
    const without = remove(array, ['mdadm', 'root']);
    expect(without).not.toHaveProperty('mdadm');
    expect(at(without, spare)).toEqual({ size: '100%' });
    expect(errors(without)).toEqual(['no-root']);
  });
});
