import { move, remove } from '../../shared/disko/operations.ts';
import type { Bar } from './bars.ts';
import type { LayoutEditor } from './layout-editor.svelte.ts';
import { stepSize } from './snapping.ts';

type Keys = Pick<KeyboardEvent, 'key' | 'altKey' | 'shiftKey' | 'ctrlKey' | 'metaKey'>;

/**
 * What a key does on a piece of a bar: arrows go to the next piece, Alt moves it, Alt and Shift change its size, Delete
 * removes it.
 * @returns the key of the piece that has the focus then; null where the key means nothing here
 */
export function pressedInBar(editor: LayoutEditor, bar: Bar, index: number, event: Keys): string | null {
  const part = bar.segments[index];
  if (!part || event.ctrlKey || event.metaKey) return null;
  const direction = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : null;
  const { path } = part;
  if (direction !== null && !event.altKey) {
    const next = bar.segments[index + direction];
    if (next?.path) editor.select(next.path);
    return next?.key ?? part.key;
  }
  if (path === null) return null;
  if (direction !== null && event.shiftKey && part.isResizable) {
    editor.resize(path, stepSize(part.bytes, direction));
    return part.key;
  }
  if (direction !== null && !event.shiftKey && part.isPartition) {
    const position = bar.segments.filter(({ isPartition }) => isPartition).indexOf(part);
    editor.change((layout) => move(layout, path, Math.max(0, position + direction)));
    return part.key;
  }
  if (event.key === 'Delete') {
    editor.change((layout) => remove(layout, path));
    return bar.segments[index - 1]?.key ?? bar.segments[index + 1]?.key ?? part.key;
  }
  if (event.key === 'Enter' || event.key === ' ') {
    editor.select(path);
    return part.key;
  }
  return null;
}
