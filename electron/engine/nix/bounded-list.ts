/**
 * Keeps the first and the last items of a stream of unknown length: a cause stands early, the consequence late, and
 * what lies between may be dropped.
 */
export class BoundedList<T> {
  readonly #headSize: number;
  readonly #tailSize: number;
  readonly #head: T[] = [];
  #tail: T[] = [];
  #total = 0;

  constructor(headSize: number, tailSize: number) {
    this.#headSize = headSize;
    this.#tailSize = tailSize;
  }

  push(item: T): void {
    this.#total += 1;
    if (this.#head.length < this.#headSize) {
      this.#head.push(item);
      return;
    }
    this.#tail.push(item);
    // Cut in bulk: shifting on each push would cost the whole length every time.
    if (this.#tail.length > this.#tailSize * 2) this.#tail = this.#tail.slice(-this.#tailSize);
  }

  /** What was kept, in order. */
  get items(): readonly T[] {
    return this.#tailSize === 0 ? this.#head.slice() : [...this.#head, ...this.#tail.slice(-this.#tailSize)];
  }

  /** How many are missing between the first and the last ones. */
  get omitted(): number {
    return this.#total - this.#head.length - Math.min(this.#tail.length, this.#tailSize);
  }

  get total(): number {
    return this.#total;
  }
}
