import type { Finding } from '../../shared/contract/finding.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import { findingsInOrder } from './finding-groups.ts';

/** What is wrong with the open fleet, as the last check found it. */
export class CheckManager {
  readonly #client: Client;
  #path: string | null = null;
  #evaluatedAt: number | null = null;
  #findings = $state.raw<readonly Finding[] | null>(null);
  #progress = $state.raw<{ text: string; done: number; total: number } | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #checkedAt = $state<number | null>(null);
  #abort: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** null: not checked yet. While the first check runs, what it has found so far. */
  get findings(): readonly Finding[] | null {
    return this.#findings;
  }
  /** null: no check is under way. */
  get progress(): { text: string; done: number; total: number } | null {
    return this.#progress;
  }
  /** Why the last check did not come to its end. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** When the last whole check ended, in ms since the epoch. */
  get checkedAt(): number | null {
    return this.#checkedAt;
  }

  /**
   * Forgets what was found in another fleet, and checks again what was checked before it was evaluated anew.
   * @param evaluatedAt when the fleet was, in ms since the epoch; null: none is open
   */
  follow(path: string | null, evaluatedAt: number | null): void {
    const isAnew = evaluatedAt !== this.#evaluatedAt;
    this.#evaluatedAt = evaluatedAt;
    if (path === this.#path) {
      if (isAnew && this.#checkedAt !== null && this.#abort === null) void this.run();
      return;
    }
    this.cancel();
    this.#path = path;
    this.#findings = null;
    this.#problem = null;
    this.#checkedAt = null;
  }

  /** Checks the fleet. What was found before stays until the new findings are complete. @returns whether it came to its end */
  async run(): Promise<boolean> {
    const path = this.#path;
    if (path === null) return false;
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    this.#problem = null;
    this.#progress = { text: 'Reading files', done: 0, total: 0 };
    const found: Finding[] = [];
    const isFirst = this.#checkedAt === null;
    try {
      for await (const event of await this.#client.fleet.check({ path }, { signal: abort.signal })) {
        if (abort.signal.aborted) return false;
        if (event.type === 'progress') this.#progress = event;
        else {
          found.push(...event.findings);
          if (isFirst) this.#findings = findingsInOrder(found);
        }
      }
      if (abort.signal.aborted) return false;
      this.#findings = findingsInOrder(found);
      this.#checkedAt = Date.now();
      return true;
    } catch (error) {
      if (!abort.signal.aborted) this.#problem = asProblem(error);
      return false;
    } finally {
      if (this.#abort === abort) {
        this.#abort = null;
        this.#progress = null;
      }
    }
  }

  cancel(): void {
    this.#abort?.abort();
    this.#abort = null;
    this.#progress = null;
  }
}
