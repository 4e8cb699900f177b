import type { JobId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import type { TerminalId, TerminalSize } from '../../shared/contract/terminal.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import { endWords } from './end-words.ts';
import { TypedText } from './typed-text.ts';

/** While a window is drawn larger or smaller, the size that it stops at is told. */
const resizeQuietMs = 100;

interface SessionOptions {
  readonly client: Client;
  readonly jobId: JobId;
  readonly size: TerminalSize;
  /** Resolves when the text was drawn. */
  readonly draw: (text: string) => Promise<void>;
  readonly onEnd: () => void;
}

/**
 * One login to the machine of an install, from its beginning to its end; disposing ends it. What is typed and shown is
 * kept nowhere but on the screen.
 */
export class TerminalSession implements Disposable {
  /** `connecting` until ssh or the machine says a first word. */
  state = $state<'connecting' | 'open' | 'ended'>('connecting');
  /** Where it goes, such as `root@192.168.1.5`; null: not known yet. */
  place = $state<string | null>(null);
  /** How the login ended; null where it has not, or where there is a problem instead. */
  end = $state<string | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly #with: SessionOptions;
  readonly #closed = new AbortController();
  readonly #typed: TypedText;
  #id: TerminalId | null = null;
  #size: TerminalSize;
  #resizing: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions) {
    this.#with = options;
    this.#size = options.size;
    this.#typed = new TypedText(async (text) => {
      if (this.#id !== null) await options.client.terminal.write({ id: this.#id, text });
    });
    void this.#follow();
  }

  type(text: string): void {
    if (this.state !== 'ended') this.#typed.type(text);
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.#tellSize(), resizeQuietMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#resizing);
    this.#closed.abort();
  }

  async #follow(): Promise<void> {
    const { client, jobId, size, draw } = this.#with;
    const { signal } = this.#closed;
    try {
      for await (const event of await client.terminal.open({ jobId, ...size }, { signal })) {
        if (event.type === 'opened') {
          this.#id = event.id;
          this.place = event.place;
          if (this.#size !== size) this.#tellSize();
        } else if (event.type === 'output') {
          this.state = 'open';
          void draw(event.text).then(() => this.#tellDrawn(event.text.length));
        } else {
          this.end = endWords(event);
        }
      }
    } catch (error) {
      if (!signal.aborted) this.problem = asProblem(error);
    }
    this.state = 'ended';
    if (!signal.aborted) this.#with.onEnd();
  }

  #tellDrawn(length: number): void {
    // Of a terminal that has ended, nobody wants to know.
    if (this.#id !== null) this.#with.client.terminal.drawn({ id: this.#id, length }).catch(() => undefined);
  }

  #tellSize(): void {
    // One that keeps its old size is no harm.
    if (this.#id !== null) this.#with.client.terminal.resize({ id: this.#id, ...this.#size }).catch(() => undefined);
  }
}
