import { isSet, valueAt, withValue, type Layout, type LayoutPath, type LayoutSet } from '../../shared/disko/layout.ts';
import { add, freeName, wrapInArray, wrapInLuks, wrapInLvm } from '../../shared/disko/operations.ts';
import { typeSchema } from '../../shared/disko/schema.ts';
import { itemsOf, type Item } from '../../shared/disko/walk.ts';

/** A layout after an addition, and what is to be chosen then. */
export interface Added {
  readonly layout: Layout;
  readonly path: LayoutPath;
}

/** Something of the palette. `refusal`: why it cannot be added where the choice is now. */
export interface Addition {
  readonly id: string;
  readonly title: string;
  readonly group: 'Disk' | 'File system' | 'Layer' | 'Inside';
  readonly refusal: string | null;
  readonly apply: () => Added;
}

function setOf(layout: Layout): Layout {
  return layout;
}

function put(layout: Layout, path: LayoutPath, value: LayoutSet): Layout {
  const next = withValue(layout, path, value);
  return isSet(next) ? next : setOf(layout);
}

/** The chosen thing, or the nearest around it, that can hold a content: a partition, a volume, LUKS, an array. */
export function slotOf(item: Item | null): Item | null {
  for (let at = item; at; at = at.parent) {
    if (at.type !== 'disk' && at.type !== null && typeSchema(at.type)?.options['content']) return at;
  }
  return null;
}

function around(item: Item | null, type: string): Item | null {
  for (let at = item; at; at = at.parent) if (at.type === type) return at;
  return null;
}

/** The GPT that a new partition goes to: that of the choice, else of the only disk. */
function tableFor(items: readonly Item[], chosen: Item | null): Item | null {
  const own = around(chosen, 'gpt');
  if (own) return own;
  const top = around(chosen, 'disk') ?? around(chosen, 'mdadm');
  const tables = items.filter((item) => item.type === 'gpt');
  if (top) return tables.find((item) => item.parent === top) ?? null;
  return tables.length === 1 ? (tables[0] ?? null) : null;
}

/** The btrfs (or group) that something new goes into: around the choice, inside it, or the only one of the layout. */
function holderFor(items: readonly Item[], chosen: Item | null, type: string): Item | null {
  const own = around(chosen, type);
  if (own) return own;
  const all = items.filter((item) => item.type === type);
  const inside = chosen ? all.filter((item) => chosen.path.every((step, index) => item.path[index] === step)) : [];
  if (inside.length > 0) return inside[0] ?? null;
  return all.length === 1 ? (all[0] ?? null) : null;
}

/** A mountpoint that nothing has yet. */
export function freeMountpoint(items: readonly Item[], wanted: string): string {
  const taken = new Set(items.map((item) => item.value['mountpoint']));
  if (!taken.has(wanted)) return wanted;
  let count = 2;
  while (taken.has(`${wanted}${count}`)) count++;
  return `${wanted}${count}`;
}

const emptyDisk: LayoutSet = { type: 'disk', device: '', content: { type: 'gpt', partitions: {} } };

/** Everything that can be added to a layout, for the thing that is chosen now (null: nothing is). */
export function additionsFor(layout: Layout, chosen: Item | null): Addition[] {
  const items = itemsOf(layout);
  const table = tableFor(items, chosen);
  const slot = slotOf(chosen);
  const isEmpty = slot !== null && !isSet(slot.value['content']);
  const noTable = items.some((item) => item.type === 'gpt') ? 'Choose a disk first.' : 'Add a disk first.';

  /** Into the empty slot that is chosen, else into a new partition. */
  const content = (id: string, title: string, name: string, value: () => LayoutSet): Addition => ({
    id,
    title,
    group: 'File system',
    refusal: isEmpty || table ? null : noTable,
    apply: () => {
      if (slot && isEmpty) {
        const path = [...slot.path, 'content'];
        return { layout: put(layout, path, value()), path };
      }
      return partition(name, { size: '10G', content: value() });
    },
  });
  const partition = (wanted: string, value: LayoutSet): Added => {
    const path = [...(table?.path ?? []), 'partitions'];
    const name = freeName(valueAt(layout, path), wanted);
    return { layout: add(layout, path, name, value), path: [...path, name] };
  };
  const files = (format: string, title: string): Addition =>
    content(`fs-${format}`, title, 'data', () => ({
      type: 'filesystem',
      format,
      mountpoint: freeMountpoint(items, '/data'),
    }));

  return [
    {
      id: 'disk',
      title: 'Disk',
      group: 'Disk',
      refusal: null,
      apply: () => {
        const name = freeName(
          layout['disk'],
          isSet(layout['disk']) && Object.keys(layout['disk']).length > 0 ? 'data' : 'main',
        );
        return { layout: add(layout, ['disk'], name, emptyDisk), path: ['disk', name] };
      },
    },
    {
      id: 'partition',
      title: 'Partition',
      group: 'Disk',
      refusal: table ? null : noTable,
      apply: () => partition('part', { size: '10G' }),
    },
    {
      id: 'esp',
      title: 'EFI system partition',
      group: 'Disk',
      refusal: table ? null : noTable,
      apply: () =>
        partition('ESP', {
          size: '1G',
          type: 'EF00',
          content: {
            type: 'filesystem',
            format: 'vfat',
            mountpoint: freeMountpoint(items, '/boot'),
            mountOptions: ['umask=0077'],
          },
        }),
    },
    files('ext4', 'ext4'),
    files('xfs', 'xfs'),
    files('vfat', 'FAT'),
    content('btrfs', 'btrfs', 'data', () => ({
      type: 'btrfs',
      extraArgs: ['-f'],
      mountpoint: freeMountpoint(items, '/data'),
    })),
    content('swap', 'Swap', 'swap', () => ({ type: 'swap' })),
    ...layers(layout, items, slot),
    ...insides(layout, items, chosen),
  ];
}

function layers(layout: Layout, items: readonly Item[], slot: Item | null): Addition[] {
  const needsSlot = slot ? null : 'Choose a partition or a volume first.';
  const inner = slot && isSet(slot.value['content']) ? slot.value['content'] : null;
  const isMember = ['lvm_pv', 'mdraid', 'zfs', 'bcachefs'].some((type) => inner?.['type'] === type);
  const already = needsSlot ?? (isMember ? `${slot?.name ?? ''} is a member of a group already.` : null);
  const path = slot?.path ?? [];
  const contentPath = [...path, 'content'];
  /** What is in the slot is called after the partition or volume around it: layers between have no name of their own. */
  const slotName = path.filter((step) => step !== 'content').at(-1);
  /** One empty partition of each other disk: what a mirror of this one can be made of. */
  const emptyElsewhere = [
    ...new Map(
      items
        .filter((item) => item.type === 'gpt_partition' && item.value['type'] !== 'EF02')
        .filter((item) => !isSet(item.value['content']) && item.path[1] !== path[1])
        .map((item) => [item.path[1], item.path] as const),
    ).values(),
  ];
  const luksName = (): string => {
    const taken = new Set(items.filter((item) => item.type === 'luks').map((item) => item.value['name']));
    const wanted = `crypt-${String(slotName ?? 'data')}`;
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted}${count}`;
    return name;
  };
  const onlyName = (group: string): string | null => {
    const entries = layout[group];
    return isSet(entries) ? (Object.keys(entries).at(-1) ?? null) : null;
  };
  /** Joins the last group of its kind, or begins one. */
  const join = (group: string, wanted: string, member: (name: string) => LayoutSet, value: LayoutSet): Added => {
    const name = onlyName(group) ?? wanted;
    const joined = put(layout, contentPath, member(name));
    return { layout: onlyName(group) === null ? add(joined, [group], name, value) : joined, path: [group, name] };
  };
  return [
    {
      id: 'luks',
      title: 'Encryption (LUKS)',
      group: 'Layer',
      refusal: needsSlot ?? (slot?.type === 'luks' ? 'It is encrypted already.' : null),
      apply: () => ({
        layout: inner
          ? wrapInLuks(layout, path, luksName())
          : put(layout, contentPath, { type: 'luks', name: luksName(), settings: { allowDiscards: true } }),
        path: contentPath,
      }),
    },
    {
      id: 'lvm',
      title: 'LVM',
      group: 'Layer',
      refusal: already,
      apply: () => {
        if (!inner) return join('lvm_vg', 'pool', (vg) => ({ type: 'lvm_pv', vg }), { type: 'lvm_vg', lvs: {} });
        const group = freeName(layout['lvm_vg'], 'pool');
        return { layout: wrapInLvm(layout, path, group, String(slotName ?? 'root')), path: ['lvm_vg', group] };
      },
    },
    {
      id: 'raid',
      title: 'RAID (mdadm)',
      group: 'Layer',
      refusal: already,
      apply: () => {
        if (!inner) return join('mdadm', 'array', (name) => ({ type: 'mdraid', name }), { type: 'mdadm', level: 1 });
        const array = freeName(layout['mdadm'], String(slotName ?? 'array'));
        return { layout: wrapInArray(layout, [path, ...emptyElsewhere], array, 1), path: ['mdadm', array] };
      },
    },
    {
      id: 'zfs',
      title: 'ZFS',
      group: 'Layer',
      refusal: already ?? (inner ? `${slot?.name ?? ''} holds something already; ZFS needs it empty.` : null),
      apply: () =>
        join('zpool', 'tank', (pool) => ({ type: 'zfs', pool }), {
          type: 'zpool',
          options: { ashift: '12' },
          rootFsOptions: { compression: 'zstd', mountpoint: 'none' },
          datasets: {},
        }),
    },
  ];
}

function insides(layout: Layout, items: readonly Item[], chosen: Item | null): Addition[] {
  const inside = (
    id: string,
    title: string,
    type: string,
    option: string,
    missing: string,
    value: (name: string) => LayoutSet,
    wanted = 'data',
  ): Addition => {
    const holder = holderFor(items, chosen, type);
    return {
      id,
      title,
      group: 'Inside',
      refusal: holder ? null : missing,
      apply: () => {
        const path = [...(holder?.path ?? []), option];
        const name = freeName(valueAt(layout, path), wanted);
        return { layout: add(layout, path, name, value(name)), path: [...path, name] };
      },
    };
  };
  return [
    inside(
      'subvolume',
      'Subvolume',
      'btrfs',
      'subvolumes',
      'Choose a btrfs first.',
      () => ({ mountpoint: freeMountpoint(items, '/data'), mountOptions: ['compress=zstd', 'noatime'] }),
      '@data',
    ),
    inside('volume', 'Logical volume', 'lvm_vg', 'lvs', 'Choose a volume group first.', () => ({
      size: '10G',
      content: { type: 'filesystem', format: 'ext4', mountpoint: freeMountpoint(items, '/data') },
    })),
    inside('dataset', 'Dataset', 'zpool', 'datasets', 'Choose a ZFS pool first.', () => ({
      type: 'zfs_fs',
      mountpoint: freeMountpoint(items, '/data'),
      options: { mountpoint: 'legacy' },
    })),
    {
      id: 'tmpfs',
      title: 'tmpfs',
      group: 'Inside',
      refusal: null,
      apply: () => {
        const name = freeMountpoint(items, isSet(layout['nodev']) && '/tmp' in layout['nodev'] ? '/var/tmp' : '/tmp');
        const free = freeName(layout['nodev'], name);
        return {
          layout: add(layout, ['nodev'], free, { fsType: 'tmpfs', mountOptions: ['size=2G', 'mode=1777'] }),
          path: ['nodev', free],
        };
      },
    },
  ];
}
