import { move, resize } from '../../shared/disko/operations.ts';
import type { Bar, BarSegment } from './bars.ts';
import type { LayoutEditor } from './layout-editor.svelte.ts';
import { dropPosition, snapSize } from './snapping.ts';

/** Pixels that a pointer may shake before a press becomes a drag. */
const SHAKE = 5;

/** Dragging in one bar: a piece to another place, or its right edge to another size. Escape takes it back. */
export class BarDrag {
  #dropBefore = $state<number | null>(null);
  #movedKey = $state<string | null>(null);
  readonly #editor: LayoutEditor;
  readonly #bar: () => Bar;

  constructor(editor: LayoutEditor, bar: () => Bar) {
    this.#editor = editor;
    this.#bar = bar;
  }

  /** Index of the piece that the dragged one would be put before; null while nothing is moved. */
  get dropBefore(): number | null {
    return this.#dropBefore;
  }
  get movedKey(): string | null {
    return this.#movedKey;
  }
  get isMoving(): boolean {
    return this.#movedKey !== null;
  }

  startMove(event: PointerEvent, part: BarSegment, row: HTMLElement): void {
    const { path } = part;
    if (path === null || event.button !== 0 || this.#editor.readOnly !== null) return;
    const partitions = this.#bar().segments.filter(({ isPartition }) => isPartition);
    const others = partitions.filter(({ key }) => key !== part.key);
    const boxes = new Map(
      [...row.children].map((element) => [
        (element as HTMLElement).dataset['key'] ?? '',
        element.getBoundingClientRect(),
      ]),
    );
    const middles = others.map(({ key }) => {
      const box = boxes.get(key);
      return box ? box.left + box.width / 2 : 0;
    });
    let position: number | null = null;
    this.#follow(event, {
      onMove: ({ clientX }) => {
        if (position === null && Math.abs(clientX - event.clientX) < SHAKE) return;
        position = dropPosition(middles, clientX);
        this.#movedKey = part.key;
        const before = others[position];
        this.#dropBefore = before ? this.#bar().segments.findIndex(({ key }) => key === before.key) : null;
      },
      onEnd: (isDone) => {
        this.#movedKey = null;
        this.#dropBefore = null;
        if (!isDone || position === null || position === partitions.indexOf(part)) return;
        const to = position;
        this.#editor.changeAndSelect(() => ({ layout: move(this.#editor.settledLayout, path, to), path }));
      },
    });
  }

  startResize(event: PointerEvent, part: BarSegment, row: HTMLElement): void {
    const { path } = part;
    if (path === null || event.button !== 0 || this.#editor.readOnly !== null) return;
    event.stopPropagation();
    event.preventDefault();
    const bytesPerPixel = this.#bar().bytes / row.clientWidth;
    let size: string | null = null;
    let frame = 0;
    this.#follow(event, {
      onMove: ({ clientX, shiftKey }) => {
        const next = snapSize(part.bytes + (clientX - event.clientX) * bytesPerPixel, shiftKey);
        if (next === size) return;
        size = next;
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => this.#editor.preview((layout) => resize(layout, path, next)));
      },
      onEnd: (isDone) => {
        cancelAnimationFrame(frame);
        this.#editor.endPreview();
        if (isDone && size !== null && this.#editor.resize(path, size)) this.#editor.select(path);
      },
    });
  }

  #follow(
    start: PointerEvent,
    { onMove, onEnd }: { onMove: (event: PointerEvent) => void; onEnd: (isDone: boolean) => void },
  ): void {
    const listening = new AbortController();
    const { signal } = listening;
    const end = (isDone: boolean): void => {
      listening.abort();
      onEnd(isDone);
    };
    const isSame = (event: PointerEvent): boolean => event.pointerId === start.pointerId;
    window.addEventListener('pointermove', (event) => isSame(event) && onMove(event), { signal });
    window.addEventListener('pointerup', (event) => isSame(event) && end(true), { signal });
    window.addEventListener('pointercancel', (event) => isSame(event) && end(false), { signal });
    window.addEventListener('keydown', (event) => event.key === 'Escape' && end(false), { signal });
  }
}
