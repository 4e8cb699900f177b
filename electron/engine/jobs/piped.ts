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

/**
 * Runs a program and ends its whole group when standard input ends, which it does when the runner dies in whatever way:
 * nobody would guard what the program goes on to do. The program itself reads nothing. Interrupts are left to it.
 */
const supervised = `
exec 3<&0 </dev/null
trap : INT TERM
(
  trap '' INT TERM
  read -r _ <&3
  kill -s TERM -- "-$$"
  sleep 3
  kill -s KILL -- "-$$"
) >/dev/null 2>&1 &
watcher=$!
"$@" 3<&-
code=$?
kill -s KILL "$watcher" 2>/dev/null
exit "$code"
`;

/** A program without a terminal, for one that would redraw its lines on it; in a session and group of its own. */
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
    const [file, words] =
      process.platform === 'win32' ? [program, rest] : ['/bin/sh', ['-c', supervised, 'sh', program, ...rest]];
    const child = spawn(file, words, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.#pid = child.pid;
    child.stdin.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr]) stream.on('data', onBytes);
    const { promise, resolve } = Promise.withResolvers<TerminalResult>();
    this.ended = promise;
    child.on('error', () => resolve({ exitCode: 127, signal: null }));
    child.on('exit', () => child.stdin.destroy());
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
