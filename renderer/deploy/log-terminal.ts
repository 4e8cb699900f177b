import { SearchAddon } from '@xterm/addon-search';
import { WebglAddon } from '@xterm/addon-webgl';
import type { Terminal } from '@xterm/xterm';
import { Screen } from '../terminal/screen.ts';
import { searchColors } from '../terminal/terminal-theme.ts';

const SCROLLBACK_LINES = 200_000;

export interface LogTerminalEvents {
  /** Whether the last line is in view. */
  onFollow: (isFollowing: boolean) => void;
  onSize: (columns: number, rows: number) => void;
  /** `index` counts from 0; -1 where there are too many matches to number them. */
  onMatches: (index: number, count: number) => void;
  onFind: () => void;
}

/** A log in an xterm.js terminal: to be read, searched and copied, not to be typed into. */
export class LogTerminal implements Disposable {
  readonly #element: HTMLElement;
  readonly #screen: Screen;
  readonly #terminal: Terminal;
  readonly #search = new SearchAddon({ highlightLimit: 1000 });

  constructor(element: HTMLElement, events: LogTerminalEvents) {
    this.#element = element;
    this.#screen = new Screen(element, {
      hasCursor: false,
      allowProposedApi: true,
      convertEol: true,
      disableStdin: true,
      cursorInactiveStyle: 'none',
      cursorStyle: 'bar',
      scrollback: SCROLLBACK_LINES,
    });
    this.#terminal = this.#screen.terminal;
    this.#terminal.loadAddon(this.#search);
    keepEveryLine(this.#terminal);
    this.#screen.open();
    this.#useGraphics();

    const tellFollow = (): void => events.onFollow(this.isFollowing);
    this.#terminal.onScroll(tellFollow);
    this.#terminal.onWriteParsed(tellFollow);
    this.#terminal.onResize(({ cols, rows }) => events.onSize(cols, rows));
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) => events.onMatches(resultIndex, resultCount));
    this.#terminal.attachCustomKeyEventHandler((event) => {
      // Nothing is typed here: Tab leads on, or whoever has no mouse would not come out again.
      if (event.key === 'Tab') return false;
      if (event.type !== 'keydown' || !(event.ctrlKey || event.metaKey)) return true;
      if (event.key === 'f') {
        event.preventDefault();
        events.onFind();
        return false;
      }
      // With something marked, Ctrl+C copies it, as everywhere on a page.
      return !(event.key === 'c' && this.#terminal.hasSelection());
    });
  }

  /** WebGL draws long logs without effort; where there is none, xterm.js draws with elements. */
  #useGraphics(): void {
    try {
      const graphics = new WebglAddon();
      graphics.onContextLoss(() => graphics.dispose());
      this.#terminal.loadAddon(graphics);
    } catch {
      // No WebGL here.
    }
  }

  get isFollowing(): boolean {
    const { viewportY, baseY } = this.#terminal.buffer.active;
    return viewportY >= baseY;
  }

  /** Resolves when the text is drawn, so that a fast log does not pile up in front of a slow screen. */
  write(text: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(text, resolve));
  }

  setFollowing(isFollowing: boolean): void {
    if (isFollowing) this.#terminal.scrollToBottom();
    else if (this.isFollowing) this.#terminal.scrollLines(-1);
  }

  /** Each line becomes readable for screen readers. Too costly while a log is streaming, so only when it is complete. */
  setComplete(): void {
    this.#terminal.options.screenReaderMode = true;
  }

  find(text: string, direction: 'next' | 'previous', isTyping = false): void {
    const options = { decorations: searchColors(this.#element), incremental: isTyping };
    if (text === '') this.clearFind();
    else if (direction === 'next') this.#search.findNext(text, options);
    else this.#search.findPrevious(text, options);
  }

  clearFind(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  /** What is marked, else all of it. */
  text(): string {
    if (this.#terminal.hasSelection()) return this.#terminal.getSelection();
    this.#terminal.selectAll();
    const all = this.#terminal.getSelection();
    this.#terminal.clearSelection();
    return all.trimEnd();
  }

  focus(): void {
    this.#terminal.focus();
  }

  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]();
  }
}

/**
 * A log is read from its beginning. Whatever would take lines away that stand there is passed over: a reset (RIS,
 * DECSTR), erasing the screen, another screen (DECSET), and writing at a place of one's own choice (CUP, HVP, VPA).
 */
function keepEveryLine({ parser }: Terminal): void {
  const passOver = (): boolean => true;
  parser.registerEscHandler({ final: 'c' }, passOver);
  parser.registerCsiHandler({ intermediates: '!', final: 'p' }, passOver);
  for (const final of ['J', 'h', 'l']) parser.registerCsiHandler({ prefix: '?', final }, passOver);
  for (const final of ['J', 'H', 'f', 'd']) parser.registerCsiHandler({ final }, passOver);
}
