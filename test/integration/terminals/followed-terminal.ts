import { once, EventEmitter } from 'node:events';
import type { TerminalEvent, TerminalId } from '../../../shared/contract/terminal.ts';

type End = Extract<TerminalEvent, { type: 'ended' }>;

/** A terminal as a page has it: what it shows, and what is waited for in it. */
export class FollowedTerminal {
  text = '';
  /** Settles when its stream ends; null where it was closed before the program ended. */
  readonly over: Promise<End | null>;
  readonly #opened = Promise.withResolvers<Extract<TerminalEvent, { type: 'opened' }>>();
  readonly #changed = new EventEmitter();
  #isOver = false;

  /** @param drawn told of each text, as a page tells it */
  constructor(
    events: AsyncIterable<TerminalEvent> | Promise<AsyncIterable<TerminalEvent>>,
    drawn: (id: TerminalId, length: number) => unknown,
  ) {
    this.over = this.#follow(events, drawn);
    // Whoever waits for the end is told.
    this.#opened.promise.catch(() => undefined);
    this.over.catch((error: unknown) => this.#opened.reject(error));
  }

  async id(): Promise<TerminalId> {
    return (await this.#opened.promise).id;
  }

  async place(): Promise<string> {
    return (await this.#opened.promise).place;
  }

  /** Waits until it shows this, and returns the match. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      if (this.#isOver) throw new Error(`The terminal has ended without ${String(pattern)}:\n${this.text}`);
      await once(this.#changed, 'change');
    }
  }

  async #follow(
    events: AsyncIterable<TerminalEvent> | Promise<AsyncIterable<TerminalEvent>>,
    drawn: (id: TerminalId, length: number) => unknown,
  ): Promise<End | null> {
    let end: End | null = null;
    try {
      for await (const event of await events) {
        if (event.type === 'opened') this.#opened.resolve(event);
        else if (event.type === 'ended') end = event;
        else {
          this.text += event.text;
          this.#changed.emit('change');
          await drawn(await this.id(), event.text.length);
        }
      }
    } finally {
      this.#isOver = true;
      this.#changed.emit('change');
    }
    return end;
  }
}
