import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { painter, type Painter } from './output/text.ts';

/** Where a command reads and writes; tests bring their own. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

/** True where a person can be asked and sees the question. */
export function canAsk(terminal: Terminal): boolean {
  return terminal.stdin.isTTY === true && terminal.stderr.isTTY === true;
}

/** Colours as https://no-color.org has it. */
export function painterOf(terminal: Terminal, stream: 'stdout' | 'stderr'): Painter {
  const { env } = terminal;
  return painter(terminal[stream].isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}

/** Reads one line. Ctrl-C means what it means elsewhere; Ctrl-D is an empty answer. */
async function readLine(lines: Interface, question: string, signal?: AbortSignal): Promise<string> {
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await lines.question(question, { signal });
  } catch (error) {
    const isEndOfInput = error instanceof Error && error.name === 'AbortError' && !signal?.aborted;
    if (isEndOfInput) return '';
    throw error;
  } finally {
    lines.close();
  }
}

/** Writes, and waits while whoever reads is slower: what is not read yet never piles up here. */
export async function writeAtPace(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

/** Asks on the terminal; questions go to stderr, so that stdout holds results alone. */
export function ask(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  return readLine(createInterface({ input: terminal.stdin, output: terminal.stderr }), question, signal);
}

/** Asks for something that must not be seen while it is typed. */
export async function askSecret(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The terminal shows nothing of what is typed from here on, and so the question comes after.
  const lines = createInterface({ input: terminal.stdin, output: nowhere, terminal: true });
  terminal.stderr.write(question);
  try {
    return await readLine(lines, '', signal);
  } finally {
    terminal.stderr.write('\n');
  }
}

/** One line that is written over while something goes on; nothing where stderr is no terminal. */
export class ProgressLine implements Disposable {
  readonly #terminal: Terminal;
  readonly #isShown: boolean;

  constructor(terminal: Terminal, isQuiet = false) {
    this.#terminal = terminal;
    this.#isShown = !isQuiet && terminal.stderr.isTTY === true;
  }

  say(text: string): void {
    const columns = this.#terminal.stderr.columns || 80;
    if (this.#isShown) this.#terminal.stderr.write(`\r\u001b[K${text.slice(0, columns - 1)}`);
  }

  [Symbol.dispose](): void {
    if (this.#isShown) this.#terminal.stderr.write('\r\u001b[K');
  }
}
