import type { LayoutPath } from '../../shared/disko/layout.ts';
import { additionsFor } from './additions.ts';
import type { LayoutEditor } from './layout-editor.svelte.ts';

/** A part that was dragged from the palette becomes one of what it is dropped on, where that can have it. */
export function dropPart(editor: LayoutEditor, id: string, target: LayoutPath): void {
  editor.select(target);
  const addition = additionsFor(editor.settledLayout, editor.selected).find((each) => each.id === id);
  if (addition?.refusal === null) editor.changeAndSelect(addition.apply);
}
