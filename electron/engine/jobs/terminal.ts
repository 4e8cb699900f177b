import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawn, type IPty } from 'node-pty';
import { ProblemError } from '../errors.ts';
import type { TerminalResult } from './context.ts';
import { endFamily, type Grace } from './process-tree.ts';

/** How long a killed program's end may take to be told. */
const UNKILLABLE_MS = 2000;

interface TerminalOptions {
  argv: readonly [string, ...string[]];
  cwd: string;
  env: Readonly<Record<string, string>>;
  columns: number;
  rows: number;
  onBytes: (bytes: Uint8Array) => void;
}

/** A program on a pseudo-terminal of its own, leader of its own session and process group. */
export class Terminal {
  readonly #pty: IPty;
  /** Resolves when the program ended and all of its output was delivered. Never rejects. */
  readonly ended: Promise<TerminalResult>;
  #hasEnded = false;
  #ending: Promise<void> | null = null;

  /** @throws ProblemError `program-missing`, `folder-missing` */
  constructor(options: TerminalOptions) {
    const [name, ...rest] = options.argv;
    const program = findProgram(name, options.cwd, options.env['PATH'] ?? '');
    requireFolder(options.cwd);
    this.#pty = spawn(program, rest, {
      name: 'xterm-256color',
      cwd: options.cwd,
      env: { ...options.env },
      cols: options.columns,
      rows: options.rows,
      // Bytes stay as they are: a log may hold anything.
      encoding: null,
    });
    // The types say string; without an encoding it is a Buffer.
    this.#pty.onData((data: string | Uint8Array) =>
      options.onBytes(typeof data === 'string' ? Buffer.from(data) : data),
    );
    const { promise, resolve: end } = Promise.withResolvers<TerminalResult>();
    this.ended = promise;
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#hasEnded = true;
      end(signal ? { exitCode: null, signal } : { exitCode, signal: null });
    });
  }

  resize(columns: number, rows: number): void {
    if (!this.#hasEnded) this.#pty.resize(columns, rows);
  }

  type(text: string): void {
    if (!this.#hasEnded) this.#pty.write(text);
  }

  /** Reads no more of its output, so that the program waits with what it writes next. */
  pause(): void {
    if (!this.#hasEnded) this.#pty.pause();
  }

  resume(): void {
    if (!this.#hasEnded) this.#pty.resume();
  }

  /**
   * Ends the program and everything that came from it; resolves when nothing of it is left, or when no signal ends it
   * (a process that waits for a dead disk).
   */
  async end(grace: Grace): Promise<void> {
    this.#ending ??= endFamily(this.#pty.pid, grace);
    await this.#ending;
    await Promise.race([this.ended, delay(UNKILLABLE_MS)]);
  }
}

/**
 * The program's absolute path. node-pty itself would report a missing one as output and exit code 1.
 * @throws ProblemError `program-missing`
 */
export function findProgram(name: string, cwd: string, path: string): string {
  if (process.platform === 'win32') return name;
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, name));
  const found = candidates.find(isProgram);
  if (found !== undefined) return found;
  throw new ProblemError({
    code: 'program-missing',
    title: `The program ${name} was not found`,
    evidence: name.includes('/') ? candidates.join('\n') : `PATH=${path}`,
    advice: [`Install ${name}, or start Nixstead from a shell where it can be found.`],
  });
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** @throws ProblemError `folder-missing` */
export function requireFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new ProblemError({
    code: 'folder-missing',
    title: `The folder ${folder} is not there any more`,
    evidence: folder,
    advice: ['Open the fleet again from where it is now.'],
  });
}
