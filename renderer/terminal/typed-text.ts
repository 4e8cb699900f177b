/** The longest text of one call, in UTF-16 units. */
const pieceLength = 16 * 1024;

/** What is typed, on its way in order: one call at a time, and what is typed meanwhile goes with the next. */
export class TypedText {
  readonly #send: (text: string) => Promise<void>;
  #waiting = '';
  #isSending = false;

  /** @param send where it fails, what waits is dropped: nobody is there to read it */
  constructor(send: (text: string) => Promise<void>) {
    this.#send = send;
  }

  type(text: string): void {
    this.#waiting += text;
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting !== '') {
      const piece = firstPiece(this.#waiting);
      this.#waiting = this.#waiting.slice(piece.length);
      try {
        await this.#send(piece);
      } catch {
        this.#waiting = '';
      }
    }
    this.#isSending = false;
  }
}

/** No character is cut in two. */
function firstPiece(text: string): string {
  const isCut = /[\uD800-\uDBFF]/.test(text.charAt(pieceLength - 1));
  return text.slice(0, isCut ? pieceLength - 1 : pieceLength);
}
