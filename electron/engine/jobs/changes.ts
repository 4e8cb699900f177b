import { watch } from 'node:fs';

/** One waiter's bell. A ring while nobody waits is remembered, so nothing is missed between a look and a wait. */
export class Bell {
  #hasRung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  /** Resolves when it rings (or has rung since the last wait), after `timeoutMs`, or on abort. Never rejects. */
  async next(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#hasRung && !signal?.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = (): void => resolve();
      const timer = setTimeout(wake, timeoutMs);
      signal?.addEventListener('abort', wake);
      this.#wake = wake;
      await promise;
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
    }
    this.#wake = null;
    this.#hasRung = false;
  }
}

/** Rings the bells of everybody who joined. */
export class Belfry {
  readonly #bells = new Set<Bell>();

  ring(): void {
    for (const bell of this.#bells) bell.ring();
  }

  join(bell: Bell): Disposable {
    this.#bells.add(bell);
    return { [Symbol.dispose]: () => this.#bells.delete(bell) };
  }
}

/**
 * Calls back when something in a folder changes. Where the system has no more watches to give, or drops one, the timer
 * that every user of this has beside it finds the change later.
 */
export function watchFolder(folder: string, onChange: (name: string | null) => void): Disposable {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onChange(name));
    watcher.on('error', () => watcher.close());
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    return { [Symbol.dispose]: () => undefined };
  }
}
