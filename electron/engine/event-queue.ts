/**
 * Turns calls into an async iteration: `push` from a callback, `for await` on the other side. Waits for nobody; a
 * producer that could outrun its reader has to merge before it pushes.
 */
export class EventQueue<Event> {
  #events: Event[] = [];
  #isOver = false;
  #failure: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;

  push(event: Event): void {
    this.#events.push(event);
    this.#wake?.();
  }

  /** No more events come; those pushed before are still read. */
  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** Ends with an error, thrown after the events pushed before. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.end();
  }

  /** Reads until the end. One reader at a time. `signal` ends the iteration early, without an error. */
  async *read(signal?: AbortSignal): AsyncGenerator<Event, void, void> {
    const wake = (): void => this.#wake?.();
    signal?.addEventListener('abort', wake);
    try {
      while (!signal?.aborted) {
        const events = this.#events;
        this.#events = [];
        yield* events;
        if (this.#events.length > 0) continue;
        if (this.#failure) throw this.#failure.error;
        if (this.#isOver || signal?.aborted) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }
}
