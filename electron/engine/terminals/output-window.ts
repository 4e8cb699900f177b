/** Waiting for its reader, or read and not drawn: with more than this the program has to wait. In UTF-16 units. */
const fullLength = 128 * 1024;
/** From here on down it goes on. */
const emptyLength = 64 * 1024;
/** The shortest time between two texts: 60 a second. */
const intervalMs = 17;

/** What writes, and can be made to wait. */
interface Source {
  pause(): void;
  resume(): void;
}

/**
 * The output of a terminal on its way to whoever draws it. Memory is bounded whatever the program writes and however
 * slowly it is drawn: the source is paused while too much is under way.
 */
export class OutputWindow {
  readonly #source: Source;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #text = '';
  /** Read, and not drawn yet. */
  #undrawn = 0;
  #isPaused = false;
  #isOver = false;
  #wake: (() => void) | null = null;

  constructor(source: Source) {
    this.#source = source;
  }

  /** Bytes as they come; a character that is cut in two waits for its end. */
  push(bytes: Uint8Array): void {
    this.#add(this.#decoder.decode(bytes, { stream: true }));
  }

  /** No more comes; what came is still read. */
  end(): void {
    this.#isOver = true;
    this.#add(this.#decoder.decode());
  }

  /** So much was drawn. */
  drawn(length: number): void {
    this.#undrawn = Math.max(0, this.#undrawn - length);
    this.#settle();
  }

  /** Reads until the end, or until the signal aborts. One reader. */
  async *read(signal: AbortSignal): AsyncGenerator<string, void, void> {
    const wake = (): void => this.#wake?.();
    signal.addEventListener('abort', wake);
    let lastReadAt = -Infinity;
    try {
      while (!signal.aborted) {
        if (this.#text === '') {
          if (this.#isOver) return;
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = null;
          continue;
        }
        const early = intervalMs - (performance.now() - lastReadAt);
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        lastReadAt = performance.now();
        const text = this.#text;
        this.#text = '';
        this.#undrawn += text.length;
        yield text;
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #add(text: string): void {
    this.#text += text;
    this.#settle();
    this.#wake?.();
  }

  #settle(): void {
    const length = this.#text.length + this.#undrawn;
    if (!this.#isPaused && length > fullLength) {
      this.#isPaused = true;
      this.#source.pause();
    } else if (this.#isPaused && length <= emptyLength) {
      this.#isPaused = false;
      this.#source.resume();
    }
  }
}
