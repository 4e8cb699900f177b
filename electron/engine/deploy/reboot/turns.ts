import { Limit } from '../limits.ts';

/** Hosts without a tag are of one kind, for want of a better word. */
const untagged = '';

/**
 * Of each tag one host restarts at a time, in the order in which they are ready: two name servers are not away at once.
 * Where one did not come back, the others of its tags stay up.
 */
export class RebootTurns {
  readonly #places = new Map<string, Limit>();
  readonly #lost = new Map<string, string>();

  /**
   * Runs `work` when nobody of these tags restarts. `work` comes with true where the host came back.
   * @returns the host that did not come back, for whose sake `work` was not run; null where it was
   */
  async run(
    host: string,
    tags: readonly string[],
    signal: AbortSignal,
    work: () => Promise<boolean>,
  ): Promise<string | null> {
    // Always in the same order, so that no two wait for each other.
    const names = tags.length === 0 ? [untagged] : [...new Set(tags)].sort();
    const inTurn = async (index: number): Promise<string | null> => {
      const name = names[index];
      if (name !== undefined) return this.#place(name).run(signal, () => inTurn(index + 1));
      const lost = names.map((each) => this.#lost.get(each)).find((each) => each !== undefined);
      if (lost !== undefined) return lost;
      if (!(await work())) for (const each of names) this.#lost.set(each, host);
      return null;
    };
    return inTurn(0);
  }

  #place(name: string): Limit {
    const place = this.#places.get(name) ?? new Limit(1);
    this.#places.set(name, place);
    return place;
  }
}
