import type { Item } from './walk.ts';
import { ownName, text } from './walk.ts';

/** What belongs to a group by naming it: `member` items name a `group` of `layout[folder]` in `option`. */
export interface GroupReference {
  readonly member: 'lvm_pv' | 'mdraid' | 'zfs' | 'bcachefs';
  readonly option: 'vg' | 'name' | 'pool' | 'filesystem';
  /** Where the groups are: a name of `disko.devices`. */
  readonly group: 'lvm_vg' | 'mdadm' | 'zpool' | 'bcachefs_filesystems';
  /** The type of the group's item. */
  readonly type: 'lvm_vg' | 'mdadm' | 'zpool' | 'bcachefs_filesystem';
  readonly word: string;
}

export const groupReferences: readonly GroupReference[] = [
  { member: 'lvm_pv', option: 'vg', group: 'lvm_vg', type: 'lvm_vg', word: 'Volume group' },
  { member: 'mdraid', option: 'name', group: 'mdadm', type: 'mdadm', word: 'Array' },
  { member: 'zfs', option: 'pool', group: 'zpool', type: 'zpool', word: 'Pool' },
  {
    member: 'bcachefs',
    option: 'filesystem',
    group: 'bcachefs_filesystems',
    type: 'bcachefs_filesystem',
    word: 'File system',
  },
];

/** The items that belong to a group. */
export function membersOf(items: readonly Item[], group: Item): Item[] {
  const reference = groupReferences.find((item) => item.type === group.type);
  if (!reference) return [];
  const name = ownName(group);
  return items.filter((item) => item.type === reference.member && text(item, reference.option) === name);
}
