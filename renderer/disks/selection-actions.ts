import { isSet, valueAt, withValue, type Layout, type LayoutPath } from '../../shared/disko/layout.ts';
import { convertToBtrfs, convertToGpt, move, unwrap } from '../../shared/disko/operations.ts';
import { orderedPartitions, itemsOf, type Item } from '../../shared/disko/walk.ts';
import { isNamed, titleOf } from './outline.ts';

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

/** Takes a thing away; a group that then has no entries goes as well. */
export function removeItem(layout: Layout, path: LayoutPath): Layout {
  const without = asLayout(withValue(layout, path, undefined), layout);
  const [group] = path;
  const entries = path.length === 2 && typeof group === 'string' && group !== 'disk' ? without[group] : undefined;
  if (isSet(entries) && Object.keys(entries).length === 0)
    return asLayout(withValue(without, [String(group)], undefined), without);
  return without;
}

function asLayout(value: unknown, otherwise: Layout): Layout {
  return isSet(value as Layout) ? (value as Layout) : otherwise;
}

/** What can be done to the chosen thing besides changing its options. */
export function selectionActions(layout: Layout, item: Item): SelectionAction[] {
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
  if (slot && isSet(content)) {
    if (content['type'] === 'luks') {
      const path = isSet(content['content']) ? [...slot.path, 'content'] : slot.path;
      actions.push({
        id: 'unwrap',
        title: 'Take the encryption away',
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
    apply: () => ({ layout: removeItem(layout, item.path), path: parent?.path ?? [] }),
  });
  return actions;
}
