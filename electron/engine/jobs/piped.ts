import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { TerminalResult } from './context.ts';
import { endFamily, type Grace } from './process-tree.ts';
import { findProgram, requireFolder } from './terminal.ts';

interface PipedOptions {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onBytes: (bytes: Uint8Array) => void;
}

/** A program without a terminal, for one that would redraw its lines on it; leader of its own session and group. */
export class Piped {
  readonly #pid: number | undefined;
  /** Resolves when the program ended and all of its output was delivered. Never rejects. */
  readonly ended: Promise<TerminalResult>;
  #ending: Promise<void> | null = null;

  /** @throws ProblemError `program-missing`, `folder-missing` */
  constructor({ argv, cwd, env, onBytes }: PipedOptions) {
    const [name, ...rest] = argv;
    const program = findProgram(name, cwd, env['PATH'] ?? '');
    requireFolder(cwd);
    const child = spawn(program, rest, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#pid = child.pid;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', onBytes);
    const { promise, resolve } = Promise.withResolvers<TerminalResult>();
    this.ended = promise;
    child.on('error', () => resolve({ exitCode: 127, signal: null }));
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal: signal === null ? null : constants.signals[signal] });
    });
  }

  /** Ends the program and everything that came from it. */
  async end(grace: Grace): Promise<void> {
    if (this.#pid !== undefined) this.#ending ??= endFamily(this.#pid, grace);
    await this.#ending;
  }
}
