import { plainText } from '../../nix/terminal-text.ts';

/** More than any question. */
const longest = 1000;

/**
 * Finds the questions of a program on a terminal. What it says otherwise comes there by way of a pipe, so a line that it
 * said before a question can stand behind it, even in the same piece.
 */
export class QuestionWatch {
  readonly #question: RegExp;
  /** The unfinished line, after the last question in it. */
  #rest = '';

  /** @param question what asks; it is looked for within a line */
  constructor(question: RegExp) {
    this.#question = new RegExp(question, 'g');
  }

  /** How many questions a piece of what is on the terminal completes. */
  take(text: string): number {
    const lines = `${this.#rest}${text}`.split('\n').map(plainText);
    const last = lines.at(-1) ?? '';
    const inLast = [...last.matchAll(this.#question)].at(-1);
    this.#rest = last.slice(inLast === undefined ? 0 : inLast.index + inLast[0].length).slice(-longest);
    return lines.reduce((count, line) => count + [...line.matchAll(this.#question)].length, 0);
  }
}
