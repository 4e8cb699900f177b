import { spawn } from 'node:child_process';
import { endFamily } from '../jobs/process-tree.ts';
import type { NixExit, NixRun } from './nix-run.ts';
import { constants } from 'node:os';

export interface CaptureLimits {
  readonly signal?: AbortSignal | undefined;
  /** Default: ten minutes. */
  readonly timeLimitMs?: number;
  /** Of stdout. Default: 256 MiB. */
  readonly outputLimitBytes?: number;
}

export interface CaptureRequest extends CaptureLimits {
  readonly argv: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onStderr: (text: string) => void;
}

export interface Captured extends Pick<NixRun, 'endedBy'> {
  readonly exit: NixExit;
  readonly stdout: string;
}

/** An evaluation has nothing to clean up, and in the middle of a built-in function nix does not listen. */
const grace = { afterInterruptMs: 1000, afterTerminateMs: 500 };

/**
 * Runs a program without a terminal, in a process group of its own, and ends all of it (SIGINT, SIGTERM, SIGKILL) when
 * the signal aborts or a limit is reached. `endedBy` tells which; the promise rejects only where it cannot be started.
 */
export function captureProgram(request: CaptureRequest): Promise<Captured> {
  const { signal, timeLimitMs = 10 * 60 * 1000, outputLimitBytes = 256 * 1024 * 1024 } = request;
  return new Promise((resolve, reject) => {
    const [file, ...args] = request.argv;
    const child = spawn(file, args, {
      cwd: request.cwd,
      env: request.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let endedBy: Captured['endedBy'];
    let ending: Promise<void> | null = null;
    const end = (by: NonNullable<Captured['endedBy']>): void => {
      endedBy ??= by;
      if (child.pid !== undefined) ending ??= endFamily(child.pid, grace);
    };
    const onAbort = (): void => end('person');
    const onExit = (): void => {
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => end('time-limit'), timeLimitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    process.once('exit', onExit);
    const release = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      process.removeListener('exit', onExit);
    };

    const output: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > outputLimitBytes) end('output-limit');
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', request.onStderr);
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('close', (code, signalName) => {
      release();
      const exit: NixExit = { code, signal: signalName === null ? null : constants.signals[signalName] };
      const stdout = endedBy === 'output-limit' ? '' : Buffer.concat(output).toString('utf8');
      void Promise.resolve(ending).then(() => resolve({ exit, stdout, ...(endedBy === undefined ? {} : { endedBy }) }));
    });
    if (signal?.aborted) onAbort();
  });
}

/** Our own process ends: nothing that it started may go on unseen. */
function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // gone already
  }
}
