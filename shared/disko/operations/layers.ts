import { isSet, type Layout, type LayoutPath, type LayoutSet } from '../layout.ts';
import { groupReferences, membersOf } from '../references.ts';
import { itemsOf, ownName, text } from '../walk.ts';
import { add, remove, replace, setAt } from './edit.ts';
import { OperationError } from './operation-error.ts';

function contentAt(layout: Layout, path: LayoutPath, refusal: string): LayoutSet {
  const { content } = setAt(layout, path);
  if (!isSet(content)) throw new OperationError(refusal);
  return content;
}

/** Puts a layer between a slot and what it holds: LUKS around a file system. */
export function wrapInLuks(layout: Layout, path: LayoutPath, name: string): Layout {
  const content = contentAt(layout, path, 'There is nothing to encrypt.');
  return replace(layout, [...path, 'content'], { type: 'luks', name, settings: { allowDiscards: true }, content });
}

/** Turns what a slot holds into a logical volume of a new group, with the slot as its member. */
export function wrapInLvm(layout: Layout, path: LayoutPath, group: string, volume: string): Layout {
  const content = contentAt(layout, path, 'There is nothing to put into a volume.');
  if (content['type'] === 'gpt' || content['type'] === 'table') {
    throw new OperationError('A volume cannot hold a partition table. Choose a partition.');
  }
  const lvs = { [volume]: { size: '100%FREE', content } };
  const withGroup = add(layout, ['lvm_vg'], group, { type: 'lvm_vg', lvs });
  return replace(withGroup, [...path, 'content'], { type: 'lvm_pv', vg: group });
}

/**
 * Turns what the first slot holds into an array over that slot and others. What the others hold goes, so they have to
 * be empty.
 */
export function wrapInArray(layout: Layout, paths: readonly LayoutPath[], array: string, level: number): Layout {
  const [first, ...others] = paths;
  if (!first) throw new OperationError('There is nothing to mirror.');
  const content = contentAt(layout, first, 'There is nothing to mirror.');
  for (const path of others) {
    if (isSet(setAt(layout, path)['content'])) {
      throw new OperationError(`${String(path.at(-1))} holds something already. Empty it first.`);
    }
  }
  // The firmware reads a boot partition as if there were no array: the array's own data has to be at the end.
  const metadata: LayoutSet = content['format'] === 'vfat' ? { metadata: '1.0' } : {};
  const withArray = add(layout, ['mdadm'], array, { type: 'mdadm', level, ...metadata, content });
  return paths.reduce((sum, path) => replace(sum, [...path, 'content'], { type: 'mdraid', name: array }), withArray);
}

/**
 * Takes one layer away from a slot: what is inside LUKS comes out; a member of a volume group or an array gets what the
 * group holds, and the group goes (with its other memberships).
 */
export function unwrap(layout: Layout, path: LayoutPath): Layout {
  const { content } = setAt(layout, path);
  const type = isSet(content) ? content['type'] : null;
  if (isSet(content) && type === 'luks') return replace(layout, [...path, 'content'], content['content'] ?? undefined);
  if (isSet(content) && (type === 'lvm_pv' || type === 'mdraid')) return unwrapGroup(layout, path, content);
  throw new OperationError('There is no layer to take away.');
}

function unwrapGroup(layout: Layout, path: LayoutPath, member: LayoutSet): Layout {
  const items = itemsOf(layout);
  const reference = groupReferences.find((item) => item.member === member['type']);
  const name = reference ? member[reference.option] : null;
  const group = items.find((item) => item.type === reference?.type && ownName(item) === name);
  if (!group) throw new OperationError('The group that it belongs to is not there.');
  const members = membersOf(items, group).length;
  if (group.type === 'mdadm') {
    const level = group.value['level'] ?? 1;
    if (members > 1 && level !== 1) {
      throw new OperationError(
        `${group.name} spreads its data over ${members} members; one of them alone holds nothing.`,
      );
    }
    return replace(remove(layout, group.path), [...path, 'content'], group.value['content'] ?? undefined);
  }
  const volumes = items.filter((item) => item.parent === group && item.type === 'lvm_lv');
  const [only] = volumes;
  if (members > 1) throw new OperationError(`${group.name} has ${members} members. Remove the others first.`);
  if (!only || volumes.length > 1) {
    throw new OperationError(
      `${group.name} has ${volumes.length} volumes; a partition holds one thing. Remove the others first.`,
    );
  }
  if (text(only, 'lvm_type') !== null) throw new OperationError(`${only.name} is no plain volume.`);
  return replace(remove(layout, group.path), [...path, 'content'], only.value['content'] ?? undefined);
}
