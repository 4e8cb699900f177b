import { randomUUID } from 'node:crypto';
import type { Prompt } from '../../../shared/contract/job.ts';
import { JobCancelled, type NewJobEvent } from './context.ts';

/**
 * Questions to a person, one at a time: the second is shown when the first was answered. An answer goes from memory to
 * memory and is never written.
 */
export class Prompts {
  readonly #emit: (event: NewJobEvent) => void;
  readonly #signal: AbortSignal;
  #shown: { id: string; answer: (text: string) => void } | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(emit: (event: NewJobEvent) => void, signal: AbortSignal) {
    this.#emit = emit;
    this.#signal = signal;
  }

  /** @throws JobCancelled when the job is cancelled before the answer comes */
  ask(question: Omit<Prompt, 'id'>): Promise<string> {
    const answer = this.#last.then(() => this.#show({ id: randomUUID(), ...question }));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** False where this question is not open (any more). */
  answer(promptId: string, text: string): boolean {
    if (this.#shown?.id !== promptId) return false;
    this.#shown.answer(text);
    return true;
  }

  async #show(prompt: Prompt): Promise<string> {
    if (this.#signal.aborted) throw new JobCancelled();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const cancel = (): void => reject(new JobCancelled());
    this.#signal.addEventListener('abort', cancel, { once: true });
    this.#shown = { id: prompt.id, answer: resolve };
    this.#emit({ type: 'prompt', prompt });
    try {
      return await promise;
    } finally {
      this.#shown = null;
      this.#signal.removeEventListener('abort', cancel);
      this.#emit({ type: 'answered', promptId: prompt.id });
    }
  }
}
