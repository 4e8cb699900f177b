import { colouredText, shortened } from './terminal-text.ts';

/** A line of a log never gets longer than this; the rest is counted. */
const longestLine = 16 * 1024;
const lineEnd = '\r\n';

/** Turns events into the lines that `nix build -L` would have shown, for the log that people read. */
export class ReadableLog {
  #text = '';

  /** A message, `building '…'...`, or a plain line; may have several lines. `leftOut`: characters lost at its end. */
  add(text: string, leftOut = 0): void {
    const lines = text.split('\n');
    for (const [index, line] of lines.entries())
      this.#append(colouredText(line), index < lines.length - 1 ? 0 : leftOut);
  }

  /** A line of a build's own log; `prefix` says of which, see derivation-name.ts. */
  addBuildLine(prefix: string, line: string): void {
    this.#append(`${prefix}${colouredText(line)}\u001b[0m`);
  }

  /** What came in since the last time; lines end with CR LF, as a terminal wants them. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #append(line: string, leftOut = 0): void {
    this.#text += shortened(line, longestLine, leftOut) + lineEnd;
  }
}
