/** A copy that moves less than this leaves most of a usual line at home to others. */
const slowBytesPerSecond = 1024 * 1024;
const spanMs = 3000;

/**
 * Watches how fast a copy is, and tells each time that it was slow for three seconds: its own line, or its disk, holds it
 * up then, and it needs little of what copies share here. What fetches from a binary cache by itself moves nothing at all.
 */
export class CopyPace implements Disposable {
  readonly #timer: NodeJS.Timeout;
  #bytes = 0;
  #before = 0;

  constructor(onSlow: () => void) {
    this.#timer = setInterval(() => {
      if (this.#bytes - this.#before < (slowBytesPerSecond * spanMs) / 1000) onSlow();
      this.#before = this.#bytes;
    }, spanMs).unref();
  }

  /** @param bytes all that it has moved until now */
  moved(bytes: number): void {
    this.#bytes = bytes;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
