import { captureProgram } from '../../nix/capture.ts';
import type { Argv } from '../privilege.ts';
import type { Tried } from './tried.ts';

const mostOutputBytes = 1024 * 1024;

/** Runs a command on this computer to its end. */
export async function runHere(
  argv: readonly [string, ...string[]],
  cwd: string,
  timeLimitMs: number,
  signal: AbortSignal,
): Promise<Tried> {
  let stderr = '';
  const words: Argv = [...argv];
  try {
    const { exit, stdout, endedBy } = await captureProgram({
      argv: words,
      cwd,
      env: process.env,
      signal,
      timeLimitMs,
      outputLimitBytes: mostOutputBytes,
      onStderr: (text) => {
        stderr = (stderr + text).slice(-2000);
      },
    });
    if (endedBy === 'time-limit') return { isGood: false, detail: `not over within ${timeLimitMs / 1000} s` };
    const said = stdout.trim().split('\n').at(-1) || stderr.trim().split('\n').at(-1);
    return {
      isGood: exit.code === 0,
      detail: (said || `exit ${exit.code ?? 'by a signal'}`).slice(0, 300),
      exitCode: exit.code,
    };
  } catch (error) {
    return { isGood: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
