import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ProblemError } from '../../errors.ts';
import { keyProblems } from './problems.ts';
import type { DeploymentKey } from './read-keys.ts';

const timeLimitMs = 60_000;
const mostBytes = 1024 * 1024;
const run = promisify(execFile);

/** A program that ended, as execFile rejects with it. */
interface Failed {
  readonly code?: unknown;
  readonly killed?: unknown;
}

/**
 * What a key's file on the host will hold. It is handed on in memory alone.
 * @param fleetFolder where the key's command runs
 * @throws ProblemError `key-file-unreadable`, `key-command-failed`; the signal's reason
 */
export async function keyValue(
  host: string,
  { name, text, keyFile, keyCommand }: DeploymentKey,
  fleetFolder: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (text !== null) return Buffer.from(text);
  if (keyFile !== null) {
    try {
      return await readFile(keyFile, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new ProblemError(keyProblems.fileUnreadable(host, name, messageOf(error)), { cause: error });
    }
  }
  const [program = '', ...words] = keyCommand ?? [];
  try {
    const running = run(program, words, {
      cwd: fleetFolder,
      encoding: 'buffer',
      signal,
      timeout: timeLimitMs,
      maxBuffer: mostBytes,
    });
    running.child.stdin?.end();
    return (await running).stdout;
  } catch (error) {
    signal.throwIfAborted();
    // Without the error itself: its message and its properties hold the words and the output of the command.
    throw new ProblemError(keyProblems.commandFailed(host, name, evidenceOf(program, error)));
  }
}

/** How a command ended. Its words may be secret, and what it wrote can hold the value, on stderr as well. */
function evidenceOf(program: string, error: unknown): string {
  const { code, killed }: Failed = typeof error === 'object' && error !== null ? error : {};
  if (killed === true) return `${program}: not over within ${timeLimitMs / 1000} s`;
  return `${program}: ${code === 'ENOENT' ? 'not found' : `exit ${String(code)}`}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
