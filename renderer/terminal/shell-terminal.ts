import type { TerminalSize } from '../../shared/contract/terminal.ts';
import { Screen } from './screen.ts';

interface ShellTerminalEvents {
  onType: (text: string) => void;
  onSize: (size: TerminalSize) => void;
  /** The keys that lead out were pressed. */
  onLeave: () => void;
}

/** Lead out of the terminal: Tab and Escape belong to the shell. */
export const leaveKeys = 'Shift+F6';

const shellKeys = /^(?:Tab|Arrow(?:Up|Down|Left|Right)|Home|End|PageUp|PageDown|F\d+)$/;

/** A terminal that a person types into. */
export class ShellTerminal implements Disposable {
  readonly #screen: Screen;
  #isOver = false;

  /** `label` is what it is called for screen readers; `keysId` the element that says how to get out. */
  constructor(element: HTMLElement, name: { label: string; keysId: string }, events: ShellTerminalEvents) {
    this.#screen = new Screen(element, {
      hasCursor: true,
      cursorBlink: false,
      scrollback: 5000,
      // Each line is there for screen readers too.
      screenReaderMode: true,
    });
    const { terminal } = this.#screen;
    this.#screen.open();
    terminal.textarea?.setAttribute('aria-label', name.label);
    terminal.textarea?.setAttribute('aria-describedby', name.keysId);
    terminal.onData(events.onType);
    terminal.onResize(() => events.onSize(this.size));
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.key === 'F6' && event.shiftKey) {
        event.preventDefault();
        if (event.type === 'keydown') events.onLeave();
        return false;
      }
      // Nobody reads what is typed any more.
      if (this.#isOver) return event.key !== 'Tab';
      // With lines for screen readers, xterm.js lets the browser do with these what it does too.
      if (event.type === 'keydown' && shellKeys.test(event.key)) event.preventDefault();
      // With something marked, Ctrl+C copies it, as everywhere on a page; otherwise it interrupts.
      return !(event.key === 'c' && event.ctrlKey && !event.shiftKey && terminal.hasSelection());
    });
    element.addEventListener('copy', () => terminal.clearSelection());
    // The window's own shortcuts are keys of the shell here.
    element.addEventListener('keydown', (event) => {
      if (!this.#isOver) event.stopPropagation();
    });
  }

  /** As the engine takes it. */
  get size(): TerminalSize {
    const { cols, rows } = this.#screen.terminal;
    return { columns: Math.min(500, cols), rows: Math.min(200, rows) };
  }

  /** Resolves when the text is drawn. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#screen.terminal.write(text, resolve));
  }

  focus(): void {
    this.#screen.terminal.focus();
  }

  /** It can be read and copied from here on; Tab leads on. */
  setOver(): void {
    this.#isOver = true;
    this.#screen.terminal.options.disableStdin = true;
    // DECTCEM: no cursor.
    this.#screen.terminal.write('\u001b[?25l');
  }

  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]();
  }
}
