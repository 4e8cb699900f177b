import { isSet, valueAt, type Layout, type LayoutPath } from '../../shared/disko/layout.ts';
import {
  convertToBtrfs,
  convertToGpt,
  convertToMirror,
  freeName,
  move,
  remove,
  split,
  unwrap,
} from '../../shared/disko/operations.ts';
import { sizeBytes } from '../../shared/disko/size.ts';
import { orderedPartitions, itemsOf, type Item } from '../../shared/disko/walk.ts';
import { isNamed, titleOf } from './outline.ts';
import { snapSize } from './snapping.ts';

/** Something that can be done to the chosen thing. */
export interface SelectionAction {
  readonly id: string;
  readonly title: string;
  readonly apply: () => { readonly layout: Layout; readonly path: LayoutPath };
}

/** The siblings of a partition in the order that disko makes them, and where it stands among them. */
export function placeOf(layout: Layout, item: Item): { position: number; count: number } | null {
  if (item.type !== 'gpt_partition') return null;
  const table = JSON.stringify(item.parent?.path);
  const siblings = orderedPartitions(itemsOf(layout).filter((other) => JSON.stringify(other.parent?.path) === table));
  return { position: siblings.findIndex((other) => other.name === item.name), count: siblings.length };
}

/** What comes out when a layer is taken away from a slot that holds one of these. */
const layers: Readonly<Record<string, string>> = {
  luks: 'Take the encryption away',
  lvm_pv: 'Take LVM away',
  mdraid: 'Take the RAID away',
};

/** The second half of a partition becomes one of its own. `bytes`: how large the whole is drawn. */
function splitAction(layout: Layout, item: Item, bytes: number): SelectionAction {
  const siblings = item.path.slice(0, -1);
  const name = freeName(valueAt(layout, siblings), `${item.name}-2`);
  const written = typeof item.value['size'] === 'string' ? sizeBytes(item.value['size']) : null;
  const half = snapSize(((written ?? bytes) || bytes) / 2, true);
  return {
    id: 'split',
    title: 'Split in two',
    apply: () => ({ layout: split(layout, item.path, name, half), path: [...siblings, name] }),
  };
}

/**
 * What can be done to the chosen thing besides changing its options.
 * @param bytes how large it is drawn; 0 where it is not
 */
export function selectionActions(layout: Layout, item: Item, bytes = 0): SelectionAction[] {
  const actions: SelectionAction[] = [];
  const place = placeOf(layout, item);
  const moveTo = (id: string, title: string, position: number): SelectionAction => ({
    id,
    title,
    apply: () => ({ layout: move(layout, item.path, position), path: item.path }),
  });
  if (place && place.position > 0) actions.push(moveTo('earlier', 'Move earlier', place.position - 1));
  if (place && place.position < place.count - 1) actions.push(moveTo('later', 'Move later', place.position + 1));

  const slot = item.path.at(-1) === 'content' ? item.parent : item;
  const content = slot ? valueAt(slot.value, ['content']) : undefined;
  if (place && bytes > 0) actions.push(splitAction(layout, item, bytes));
  if (item.type === 'disk') {
    const name = freeName(layout['disk'], `${item.name}-mirror`);
    actions.push({
      id: 'mirror',
      title: 'Mirror onto a second disk',
      apply: () => ({
        layout: convertToMirror(layout, item.name, { name, device: '' }),
        path: ['disk', name],
      }),
    });
  }
  if (slot && isSet(content)) {
    const layer = typeof content['type'] === 'string' ? layers[content['type']] : undefined;
    if (layer !== undefined) {
      const path = isSet(content['content']) ? [...slot.path, 'content'] : slot.path;
      actions.push({
        id: 'unwrap',
        title: layer,
        apply: () => ({ layout: unwrap(layout, slot.path), path }),
      });
    }
    if (content['type'] === 'filesystem' && content['format'] !== 'vfat') {
      const path = [...slot.path, 'content'];
      actions.push({
        id: 'to-btrfs',
        title: 'Convert to btrfs',
        apply: () => ({ layout: convertToBtrfs(layout, slot.path), path }),
      });
    }
    if (content['type'] === 'table' && (content['format'] ?? 'gpt') === 'gpt') {
      const path = [...slot.path, 'content'];
      actions.push({
        id: 'to-gpt',
        title: 'Convert to GPT',
        apply: () => ({ layout: convertToGpt(layout, path), path: slot.path }),
      });
    }
  }
  const parent = item.parent?.type === 'gpt' ? item.parent.parent : item.parent;
  actions.push({
    id: 'remove',
    title: `Remove ${isNamed(item) ? item.name : titleOf(item)}`,
    apply: () => ({ layout: remove(layout, item.path), path: parent?.path ?? [] }),
  });
  return actions;
}
