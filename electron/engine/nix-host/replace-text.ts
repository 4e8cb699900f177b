/**
 * Replaces texts in a stream, also where one lies over two pieces. What may be the beginning of one is held back until
 * more comes or the stream ends. None of the texts begins with another one.
 */
export class TextReplacer {
  readonly #pairs: readonly (readonly [from: string, to: string])[];
  readonly #longest: number;
  #held = '';

  constructor(pairs: ReadonlyMap<string, string>) {
    this.#pairs = [...pairs];
    this.#longest = Math.max(0, ...this.#pairs.map(([from]) => from.length - 1));
  }

  push(piece: string): string {
    const text = this.#replace(this.#held + piece);
    const at = this.#beginning(text);
    this.#held = text.slice(at);
    return text.slice(0, at);
  }

  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  #replace(text: string): string {
    return this.#pairs.reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }

  /** Where the end of the text may be the beginning of one that is replaced. */
  #beginning(text: string): number {
    for (let at = Math.max(0, text.length - this.#longest); at < text.length; at += 1) {
      const end = text.slice(at);
      if (this.#pairs.some(([from]) => from.startsWith(end))) return at;
    }
    return text.length;
  }
}
