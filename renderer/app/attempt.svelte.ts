import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from './as-problem.ts';

/** Something that a button begins: once at a time, and with the reason where it did not work. */
export class Attempt {
  #isUnderWay = $state(false);
  #problem = $state.raw<Problem | null>(null);

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }
  /** Why the last one failed; null while the next one is under way. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** Why the button cannot be pressed now. */
  get refusal(): string | null {
    return this.#isUnderWay ? 'It is being done.' : null;
  }

  /** Never rejects: what the action throws becomes the problem. */
  async make(action: () => Promise<unknown>): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#problem = null;
    try {
      await action();
    } catch (error) {
      this.#problem = asProblem(error);
    } finally {
      this.#isUnderWay = false;
    }
  }
}
