import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITerminalOptions } from '@xterm/xterm';
import { terminalTheme } from './terminal-theme.ts';

interface ScreenOptions extends Omit<ITerminalOptions, 'theme'> {
  hasCursor: boolean;
}

/** An xterm.js terminal that fills an element, in the colours of the window as they are at each moment. */
export class Screen implements Disposable {
  readonly terminal: Terminal;
  readonly #element: HTMLElement;
  readonly #fit = new FitAddon();
  readonly #resized = new ResizeObserver(() => this.#fit.fit());
  readonly #themed: MutationObserver;

  constructor(element: HTMLElement, { hasCursor, ...options }: ScreenOptions) {
    this.#element = element;
    this.terminal = new Terminal({
      fontFamily: getComputedStyle(element).getPropertyValue('--mono'),
      fontSize: 12,
      lineHeight: 1.25,
      minimumContrastRatio: 4.5,
      theme: terminalTheme(element, hasCursor),
      ...options,
    });
    this.terminal.loadAddon(this.#fit);
    // What is shown is foreign text: what it calls a link (OSC 8) is not opened, so it must not look like one.
    this.terminal.parser.registerOscHandler(8, () => true);
    this.#themed = new MutationObserver(() => (this.terminal.options.theme = terminalTheme(element, hasCursor)));
  }

  /** Draws from now on. */
  open(): void {
    this.terminal.open(this.#element);
    this.#fit.fit();
    this.#resized.observe(this.#element);
    this.#themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  [Symbol.dispose](): void {
    this.#resized.disconnect();
    this.#themed.disconnect();
    this.terminal.dispose();
  }
}
