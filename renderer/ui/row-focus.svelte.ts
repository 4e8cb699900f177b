import { tick } from 'svelte';
import type { VirtualizerHandle } from 'virtua/svelte';

interface RowTable {
  readonly scroller: HTMLElement | undefined;
  readonly list: VirtualizerHandle | undefined;
  readonly rowCount: number;
}

/** A row that has to be drawn first is there after two or three frames. */
const maxFrames = 60;

/**
 * The focus in a table whose rows come and go as it is scrolled. Up, down, Home and End go to the same control of another
 * row, as in a grid. A row says which it is by `data-row`, counted from 0, a control by `data-control`.
 */
export class RowFocus {
  readonly #table: () => RowTable;
  #focused = $state<number | null>(null);
  /** The row that gets the focus as soon as it can have it. */
  #coming = $state<number | null>(null);

  constructor(table: () => RowTable) {
    this.#table = table;
  }

  /** The row that has the focus or had it last; null: none had. */
  get index(): number | null {
    return this.#focused !== null && this.#focused < this.#table().rowCount ? this.#focused : null;
  }

  /** Rows that stay in the document wherever the table is scrolled to. */
  get kept(): number[] {
    const { rowCount } = this.#table();
    return [this.#focused, this.#coming].filter((index): index is number => index !== null && index < rowCount);
  }

  readonly onFocusIn = ({ target }: FocusEvent): void => {
    this.#focused = rowOf(target);
    this.#coming = null;
  };

  readonly onKeyDown = async (event: KeyboardEvent): Promise<void> => {
    const { target, key } = event;
    const { list, rowCount } = this.#table();
    const control = target instanceof HTMLElement ? target.dataset['control'] : undefined;
    const from = this.#coming ?? rowOf(target);
    if (from === null || control === undefined) return;
    const next = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: rowCount - 1 }[key];
    if (next === undefined) return;
    event.preventDefault();
    if (next < 0 || next >= rowCount) return;
    this.#coming = next;
    list?.scrollToIndex(next, { align: 'nearest' });
    await tick();
    for (let frame = 0; frame < maxFrames && this.#coming === next; frame++) {
      const element = this.#control(next, control);
      // A row that was never drawn is hidden until its height is known, and cannot have the focus.
      if (element?.checkVisibility({ visibilityProperty: true }) === true) element.focus();
      else await new Promise(requestAnimationFrame);
    }
  };

  #control(index: number, name: string): HTMLElement | null {
    const row = this.#table().scroller?.querySelector(`[data-row="${index}"]`);
    return row?.querySelector<HTMLElement>(`[data-control="${name}"]:not(:disabled)`) ?? null;
  }
}

function rowOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null;
  return row === null ? null : Number(row.dataset['row']);
}
