import { describe, expect, it } from 'vitest';
import { additionsFor } from '../../../../renderer/disks/additions.ts';
import { argumentValue } from '../../../../renderer/disks/argument-value.ts';
import { fieldsOf, parseField } from '../../../../renderer/disks/fields.ts';
import { changedLinesWords } from '../../../../renderer/disks/line-changes.ts';
import { disksRefusal, firstWishes, suggestRecipes } from '../../../../renderer/disks/recipe-choice.ts';
import { selectionActions } from '../../../../renderer/disks/selection-actions.ts';
import { valueAt, type Layout } from '../../../../shared/disko/layout.ts';
import { pathKey } from '../../../../shared/disko/read-source.ts';
import { buildRecipe } from '../../../../shared/disko/recipes.ts';
import { itemsOf } from '../../../../shared/disko/walk.ts';
import { NixExpression } from '../../../../shared/nix/value.ts';

const plain: Layout = buildRecipe('single-ext4', {
  disks: [{ name: 'main', device: '/dev/vda' }],
  firmware: 'uefi',
  swap: null,
  hibernation: false,
});
const ROOT = ['disk', 'main', 'content', 'partitions', 'root'];
const item = (layout: Layout, path: readonly (string | number)[]) => {
  const found = itemsOf(layout).find((each) => pathKey(each.path) === pathKey(path));
  if (!found) throw new Error(`Nothing at ${path.join('.')}`);
  return found;
};
const addition = (layout: Layout, path: readonly (string | number)[] | null, id: string) => {
  const found = additionsFor(layout, path === null ? null : item(layout, path)).find((each) => each.id === id);
  if (!found) throw new Error(`There is no ${id}`);
  return found;
};

describe('adding', () => {
  it('goes into the empty partition that is chosen', () => {
    const { layout, path } = addition(plain, ROOT, 'partition').apply();
    const filled = addition(layout, path, 'fs-xfs').apply();
    expect(valueAt(filled.layout, filled.path)).toEqual({ type: 'filesystem', format: 'xfs', mountpoint: '/data' });
  });
  it('goes into a new partition where the chosen one holds something', () => {
    const { layout, path } = addition(plain, ROOT, 'swap').apply();
    expect(valueAt(layout, path)).toEqual({ size: '10G', content: { type: 'swap' } });
  });
  it('LUKS goes around what is there, LVM and RAID between', () => {
    const luks = addition(plain, ROOT, 'luks').apply();
    expect(valueAt(luks.layout, luks.path)).toMatchObject({
      type: 'luks',
      name: 'crypt-root',
      content: { format: 'ext4' },
    });
    const lvm = addition(plain, ROOT, 'lvm').apply();
    expect(valueAt(lvm.layout, ['lvm_vg', 'pool', 'lvs', 'root', 'content', 'format'])).toBe('ext4');
    expect(addition(lvm.layout, ROOT, 'luks').refusal).toBeNull();
    expect(addition(lvm.layout, ROOT, 'raid').refusal).toBe('root is a member of a group already.');
  });
  it('RAID takes an empty partition of every other disk with it', () => {
    const two = {
      ...plain,
      disk: {
        ...(plain['disk'] as object),
        b: { type: 'disk', content: { type: 'gpt', partitions: { root: { size: '100%' } } } },
      },
    } as Layout;
    const { layout } = addition(two, ROOT, 'raid').apply();
    expect(valueAt(layout, ['disk', 'b', 'content', 'partitions', 'root', 'content'])).toEqual({
      type: 'mdraid',
      name: 'root',
    });
  });
  it('says what has to be chosen first', () => {
    expect(addition({}, null, 'partition').refusal).toBe('Add a disk first.');
    expect(addition(plain, null, 'luks').refusal).toBe('Choose a partition or a volume first.');
    expect(addition(plain, null, 'subvolume').refusal).toBe('Choose a btrfs first.');
  });
  it('two additions of the same have two names and two places', () => {
    const first = addition(plain, ROOT, 'fs-ext4').apply();
    const second = addition(first.layout, ROOT, 'fs-ext4').apply();
    expect(second.path.at(-1)).toBe('data2');
    expect(valueAt(second.layout, [...second.path, 'content', 'mountpoint'])).toBe('/data2');
  });
  it.each(
    additionsFor(plain, item(plain, ROOT))
      .filter(({ refusal }) => refusal === null)
      .map((each) => [each.id, each] as const),
  )('%s gives a thing that is in the layout', (_, each) => {
    const { layout, path } = each.apply();
    expect(itemsOf(layout).map((found) => pathKey(found.path))).toContain(pathKey(path));
  });
});

describe('what can be done to a thing', () => {
  const titles = (layout: Layout, path: readonly (string | number)[]) =>
    selectionActions(layout, item(layout, path)).map(({ title }) => title);
  it('depends on what it is and where it stands', () => {
    expect(titles(plain, ROOT)).toEqual(['Move earlier', 'Convert to btrfs', 'Remove root']);
    const { layout } = addition(plain, ROOT, 'luks').apply();
    expect(titles(layout, ROOT)).toEqual(['Move earlier', 'Take the encryption away', 'Remove root']);
  });
  it('a partition is split in the middle, in steps that disko can write', () => {
    const action = selectionActions(plain, item(plain, ROOT), 100 * 1024 ** 3).find(({ id }) => id === 'split');
    const { layout, path } = action?.apply() ?? {};
    expect(path?.at(-1)).toBe('root-2');
    expect(valueAt(layout ?? {}, [...(path ?? []), 'size'])).toBe('50G');
    expect(valueAt(layout ?? {}, [...ROOT, 'size'])).toBe('100%');
  });
  it('a disk is mirrored onto a second one whose device is still to be chosen', () => {
    const action = selectionActions(plain, item(plain, ['disk', 'main'])).find(({ id }) => id === 'mirror');
    const { layout, path } = action?.apply() ?? {};
    expect(path).toEqual(['disk', 'main-mirror']);
    expect(valueAt(layout ?? {}, ['disk', 'main-mirror', 'device'])).toBe('');
    expect(valueAt(layout ?? {}, ['mdadm'])).toBeDefined();
  });
  it('LVM and RAID can be taken away again', () => {
    for (const layer of ['lvm', 'raid']) {
      const wrapped = addition(plain, ROOT, layer).apply().layout;
      const action = selectionActions(wrapped, item(wrapped, ROOT)).find(({ id }) => id === 'unwrap');
      expect(valueAt(action?.apply().layout ?? {}, [...ROOT, 'content', 'format']), layer).toBe('ext4');
    }
  });
});

describe('the fields of a partition', () => {
  const fields = fieldsOf('gpt_partition', {
    size: '1G',
    priority: 3,
    weird: true,
    device: new NixExpression('config.x'),
  });
  const field = (option: string) => {
    const found = fields.find((each) => each.option === option);
    if (!found) throw new Error(`There is no ${option}`);
    return found;
  };
  it('take what disko takes', () => {
    expect(parseField(field('size'), '20G')).toEqual({ ok: true, value: '20G' });
    expect(parseField(field('size'), '100%')).toEqual({ ok: true, value: '100%' });
    expect(parseField(field('priority'), '12')).toEqual({ ok: true, value: 12 });
    expect(parseField(field('priority'), '')).toEqual({ ok: true, value: undefined });
  });
  it.each([
    ['1.5G', '1536M'],
    ['10GiB', '10G'],
    ['512m', '512M'],
    ['half', null],
    ['50%', null],
  ])('refuse the size %s and say what may have been meant', (typed, suggestion) => {
    expect(parseField(field('size'), typed)).toMatchObject({ ok: false, suggestion });
  });
  it('say what disko makes of them where they are not written', () => {
    const layout = { disk: { main: { type: 'disk', content: { type: 'gpt', partitions: { a: { size: '5G' } } } } } };
    const item = itemsOf(layout).find(({ type }) => type === 'gpt_partition') ?? null;
    const fallbacks = fieldsOf('gpt_partition', item?.value ?? {}, item).map(({ option, fallback }) => [
      option,
      fallback,
    ]);
    expect(Object.fromEntries(fallbacks)).toMatchObject({
      label: 'disk-main-a',
      device: '/dev/disk/by-partlabel/disk-main-a',
      priority: '1000',
      end: '+5G',
      type: '8300',
    });
  });
  it('show what is computed and what is not known as it is written', () => {
    expect(field('device')).toMatchObject({ editor: 'code', shown: 'config.x' });
    expect(field('weird')).toMatchObject({ editor: 'code', shown: 'true' });
    expect(parseField(field('device'), '/dev/x')).toMatchObject({ ok: false });
  });
  it('of a pool keep every value a string, those of LUKS their kind', () => {
    const [options] = fieldsOf('zpool', {}).filter(({ option }) => option === 'options');
    const [settings] = fieldsOf('luks', {}).filter(({ option }) => option === 'settings');
    if (!options || !settings) throw new Error('Fields are missing');
    expect(parseField(options, 'ashift = 12\nautotrim = on')).toEqual({
      ok: true,
      value: { ashift: '12', autotrim: 'on' },
    });
    expect(parseField(settings, 'allowDiscards = true')).toEqual({ ok: true, value: { allowDiscards: true } });
    expect(parseField(options, 'ashift')).toMatchObject({ ok: false });
  });
  it('need what disko needs', () => {
    const [name] = fieldsOf('luks', {}).filter(({ option }) => option === 'name');
    expect(name && parseField(name, ' ')).toMatchObject({ ok: false, message: 'Name is needed.' });
  });
});

describe('recipes', () => {
  const two = [...firstWishes.disks, { name: 'data1', device: '', size: '500G' }];
  it('those that do what is wished for come first', () => {
    const names = suggestRecipes({ ...firstWishes, isRedundant: true, disks: two }).filter(
      ({ layout, missing }) => layout && missing.length === 0,
    );
    expect(names.map(({ recipe }) => recipe.name)).toEqual(['mirror-mdadm', 'mirror-btrfs', 'mirror-zfs']);
  });
  it('the others say what they lack', () => {
    const [first] = suggestRecipes({ ...firstWishes, isEncrypted: true });
    expect(first?.recipe.name).toBe('encrypted');
    const nas = suggestRecipes(firstWishes).find(({ recipe }) => recipe.name === 'nas');
    expect(nas?.refusal).toBe('NAS needs 3 to 24 disks; 1 given.');
  });
  it('disks need different names and sizes', () => {
    expect(disksRefusal(two)).toBeNull();
    expect(disksRefusal([...two, ...firstWishes.disks])).toBe('Two disks have the same name.');
    expect(disksRefusal([{ name: 'a b', device: '', size: '1T' }])).toContain('short name');
    expect(disksRefusal([{ name: 'a', device: '', size: 'big' }])).toContain('size');
  });
});

describe('small words', () => {
  it('values of arguments are what they look like', () => {
    expect(argumentValue('device', ' /dev/vda ')).toBe('/dev/vda');
    expect(argumentValue('disks', '/dev/vda, /dev/vdb')).toEqual(['/dev/vda', '/dev/vdb']);
    expect(argumentValue('disks', '["/dev/vda"]')).toEqual(['/dev/vda']);
    expect(argumentValue('count', '3')).toBe(3);
  });
  it('changed lines are counted', () => {
    expect(changedLinesWords('a\nb\n', 'a\nc\n')).toBe('1 line changed');
    expect(changedLinesWords('a\n', 'a\nb\nc\n')).toBe('2 lines added');
    expect(changedLinesWords('a\nb\n', 'a\n')).toBe('1 line removed');
    expect(changedLinesWords('a\n', 'a\n')).toBe('');
  });
});
