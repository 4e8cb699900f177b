import { createInterface } from 'node:readline/promises';
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

/** Asks on the terminal; questions go to stderr, so that stdout holds results alone. */
export async function ask(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}

/** Asks for something that must not be seen while it is typed. */
export async function askSecret(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  terminal.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: terminal.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('', { signal });
  } finally {
    lines.close();
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
