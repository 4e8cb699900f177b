/** A line of output without its line ending. `leftOut`: characters dropped because the line was too long. */
export type LineSink = (line: string, leftOut: number) => void;

/**
 * Cuts a stream of text chunks into lines (LF or CRLF, wherever the chunks end). A line longer than `maxLength` is kept
 * up to there, the rest of it is dropped and counted, so that memory stays bounded whatever a builder prints.
 */
export class LineSplitter {
  readonly #sink: LineSink;
  readonly #maxLength: number;
  #pieces: string[] = [];
  #length = 0;
  #leftOut = 0;

  constructor(sink: LineSink, maxLength = 4 * 1024 * 1024) {
    this.#sink = sink;
    this.#maxLength = maxLength;
  }

  push(chunk: string): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf('\n', from);
      if (end < 0) break;
      if (this.#length === 0) this.#emit(chunk.slice(from, end));
      else {
        this.#keep(chunk.slice(from, end));
        this.#emitKept();
      }
      from = end + 1;
    }
    if (from < chunk.length) this.#keep(from === 0 ? chunk : chunk.slice(from));
  }

  /** The stream is over: a last line without a line ending counts too. */
  end(): void {
    if (this.#length > 0 || this.#leftOut > 0) this.#emitKept();
  }

  #keep(piece: string): void {
    const room = this.#maxLength - this.#length;
    if (piece.length > room) {
      this.#leftOut += piece.length - room;
      piece = piece.slice(0, room);
    }
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #emitKept(): void {
    const line = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join('');
    const leftOut = this.#leftOut;
    this.#pieces = [];
    this.#length = 0;
    this.#leftOut = 0;
    if (leftOut > 0) this.#sink(line, leftOut);
    else this.#emit(line);
  }

  #emit(line: string): void {
    const length = line.length > 0 && line.charCodeAt(line.length - 1) === 13 ? line.length - 1 : line.length;
    if (length > this.#maxLength) this.#sink(line.slice(0, this.#maxLength), length - this.#maxLength);
    else this.#sink(length === line.length ? line : line.slice(0, length), 0);
  }
}
