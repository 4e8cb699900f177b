/**
 * A signal that aborts some time after another: for work that is better finished than broken off. Disposing it stops
 * the clock.
 */
export class LateSignal implements Disposable {
  readonly signal: AbortSignal;
  readonly #source: AbortSignal;
  readonly #onAbort: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(source: AbortSignal, afterMs: number) {
    const late = new AbortController();
    this.signal = late.signal;
    this.#source = source;
    this.#onAbort = () => {
      this.#timer ??= setTimeout(() => late.abort(source.reason), afterMs);
    };
    if (source.aborted) this.#onAbort();
    else source.addEventListener('abort', this.#onAbort, { once: true });
  }

  [Symbol.dispose](): void {
    this.#source.removeEventListener('abort', this.#onAbort);
    if (this.#timer) clearTimeout(this.#timer);
  }
}
