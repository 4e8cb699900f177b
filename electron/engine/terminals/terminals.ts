import { randomBytes } from 'node:crypto';
import {
  terminalId,
  type TerminalEvent,
  type TerminalId,
  type TerminalSize,
} from '../../../shared/contract/terminal.ts';
import { ProblemError } from '../errors.ts';
import type { Login } from '../install/login.ts';
import { terminalEnvironment } from '../jobs/terminal-environment.ts';
import { Terminal } from '../jobs/terminal.ts';
import { OutputWindow } from './output-window.ts';

/** A login has nothing to clean up here. */
const grace = { afterInterruptMs: 1000, afterTerminateMs: 1000 };

interface OpenTerminal {
  readonly terminal: Terminal;
  readonly output: OutputWindow;
}

/**
 * Terminals that persons type into. What is typed and shown goes between the page and the program, through memory alone:
 * no log, event, file or database has it, and no error either.
 */
export class Terminals implements AsyncDisposable {
  readonly #folder: string;
  readonly #open = new Map<TerminalId, OpenTerminal>();

  /** @param folder where the programs are started */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Runs a login on a terminal of its own, which lives as long as this is read: it ends, with all that is on it, when the
   * program does, the signal aborts, the reader returns, or the engine ends. Of a program that ends while its reader
   * is far behind, the last lines may be lost.
   * @throws ProblemError `program-missing`, `folder-missing`
   */
  async *open(
    { argv, place }: Login,
    { columns, rows }: TerminalSize,
    signal: AbortSignal,
  ): AsyncGenerator<TerminalEvent, void, void> {
    if (signal.aborted) return;
    const id = terminalId.parse(randomBytes(16).toString('hex'));
    const output = new OutputWindow({ pause: () => terminal.pause(), resume: () => terminal.resume() });
    const terminal = new Terminal({
      argv,
      cwd: this.#folder,
      // A person answers in the terminal, not a program in a window of its own.
      env: terminalEnvironment({ SSH_ASKPASS_REQUIRE: 'never' }),
      columns,
      rows,
      onBytes: (bytes) => output.push(bytes),
    });
    this.#open.set(id, { terminal, output });
    const end = (): void => void terminal.end(grace);
    void terminal.ended.then(() => {
      output.end();
      // What came from it may still be there.
      end();
    });
    signal.addEventListener('abort', end, { once: true });
    try {
      yield { type: 'opened', id, place };
      for await (const text of output.read(signal)) yield { type: 'output', text };
      if (!signal.aborted) yield { type: 'ended', ...(await terminal.ended) };
    } finally {
      signal.removeEventListener('abort', end);
      await terminal.end(grace);
      this.#open.delete(id);
    }
  }

  /** @throws ProblemError `terminal-gone` */
  write(id: TerminalId, text: string): void {
    this.#find(id).terminal.type(text);
  }

  /** @throws ProblemError `terminal-gone` */
  resize(id: TerminalId, { columns, rows }: TerminalSize): void {
    this.#find(id).terminal.resize(columns, rows);
  }

  /** See the contract. @throws ProblemError `terminal-gone` */
  drawn(id: TerminalId, length: number): void {
    this.#find(id).output.drawn(length);
  }

  #find(id: TerminalId): OpenTerminal {
    const found = this.#open.get(id);
    if (found !== undefined) return found;
    throw new ProblemError({
      code: 'terminal-gone',
      title: 'This terminal has ended',
      evidence: `terminal ${id}`,
      advice: ['Open it again.'],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ terminal }) => terminal.end(grace)));
  }
}
