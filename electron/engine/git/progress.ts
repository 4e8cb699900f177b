import type { JobActivity } from '../../../shared/contract/job.ts';
import { plainText } from '../nix/terminal-text.ts';

/** `remote: Counting objects: 45% (9/20), …`, `Rebasing (1/3)`: what git says on the way (progress.c, rebase). */
const percent = /^(?:remote: )?([A-Z][A-Za-z -]+):\s+\d+% \((\d+)\/(\d+)\)/;
const rebasing = /^(Rebasing) \((\d+)\/(\d+)\)/;

/** Reads git's output as it comes: whole lines go to `onLine`, progress to `onProgress`. */
export class GitOutput {
  readonly #onLine: (line: string) => void;
  readonly #onProgress: (activity: JobActivity) => void;
  #rest = '';
  #text = '';

  constructor(onLine: (line: string) => void, onProgress: (activity: JobActivity) => void) {
    this.#onLine = onLine;
    this.#onProgress = onProgress;
  }

  /** Everything but progress, a line each. */
  get text(): string {
    return this.#text;
  }

  push(chunk: string): void {
    const pieces = (this.#rest + chunk).split(/\r\n|[\r\n]/);
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.#take(piece);
  }

  /** No more comes. */
  end(): void {
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
  }

  #take(raw: string): void {
    // The other side’s words come as they are, colours and all.
    const line = plainText(raw).trimEnd();
    if (line === '') return;
    const found = percent.exec(line) ?? rebasing.exec(line);
    if (found) {
      const [, text = '', done, total] = found;
      this.#onProgress({ text, done: Number(done), total: Number(total) });
      if (!/, done\.$/.test(line)) return;
    } else this.#text += `${line}\n`;
    this.#onLine(line);
  }
}

/** An address can have a password in it, which goes into no log: `https://user:…@host`. */
export function withoutPasswords(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s'"]*@/gi, (_, scheme: string) => `${scheme}…@`);
}
