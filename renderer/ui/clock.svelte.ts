import { createSubscriber } from 'svelte/reactivity';

/** The present, as reactive milliseconds since the epoch; ticks only while something on the page reads it. */
class Clock {
  readonly #subscribe: () => void;
  constructor(intervalMs: number) {
    this.#subscribe = createSubscriber((update) => {
      const timer = setInterval(update, intervalMs);
      return () => clearInterval(timer);
    });
  }
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const secondClock = new Clock(1000);
/** For "5 min ago": a whole page of these need not be made anew each second. */
export const slowClock = new Clock(10_000);
