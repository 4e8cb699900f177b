import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from './as-problem.ts';

/** The answer to the newest of many questions; an answer to an older one is dropped. */
export class LatestAnswer<Answer> {
  #answer = $state.raw<Answer | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #isAsking = $state(false);
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The last answer; it stays while the next one is under way. */
  get answer(): Answer | null {
    return this.#answer;
  }
  /** Why the newest question has no answer. */
  get problem(): Problem | null {
    return this.#problem;
  }
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** @param quietMs how long no newer question must come before this one is asked, for what is typed */
  ask(question: () => Promise<Answer>, quietMs = 0): void {
    clearTimeout(this.#timer);
    const number = ++this.#question;
    this.#isAsking = true;
    this.#timer = setTimeout(() => void this.#askNow(question, number), quietMs);
  }

  async #askNow(question: () => Promise<Answer>, number: number): Promise<void> {
    try {
      const answer = await question();
      if (number !== this.#question) return;
      this.#answer = answer;
      this.#problem = null;
    } catch (error) {
      if (number !== this.#question) return;
      this.#answer = null;
      this.#problem = asProblem(error);
    }
    this.#isAsking = false;
  }

  /** Nothing is asked any more, and nothing known. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#question += 1;
    this.#answer = null;
    this.#problem = null;
    this.#isAsking = false;
  }
}
