import { once } from 'node:events';
import { commandLine, type Lab } from '../../lab/index.ts';

/** The product's command line at a terminal of the controller, where a person reads and types. */
export class AtTerminal {
  readonly #process;
  readonly #closed: Promise<unknown>;
  readonly #watchers = new Set<() => void>();
  #shown = '';
  #read = 0;

  constructor(lab: Lab, argv: readonly string[]) {
    const words = ['node', commandLine, ...argv].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    const script = ['script', '--quiet', '--flush', '--return', '--command', words, '/dev/null'];
    this.#process = lab.controller.spawn(script, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text;
      for (const look of this.#watchers) look();
    });
    this.#closed = once(this.#process, 'close');
    void this.#closed.then(() => this.#watchers.forEach((look) => look()));
  }

  /** Resolves when it shows a text that was not waited for yet; rejects when it ends without. */
  until(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const at = this.#shown.indexOf(text, this.#read);
        const isOver = this.#process.exitCode !== null || this.#process.signalCode !== null;
        if (at < 0 && !isOver) return;
        this.#watchers.delete(look);
        if (at < 0) return reject(new Error(`it never showed “${text}”:\n${this.#shown}`));
        this.#read = at + text.length;
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Types a line. */
  type(text: string): void {
    this.#process.stdin?.write(`${text}\r`);
  }

  async over(): Promise<{ exitCode: number | null; shown: string }> {
    await this.#closed;
    return { exitCode: this.#process.exitCode, shown: this.#shown };
  }
}
