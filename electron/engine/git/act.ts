import { mkdtempDisposable } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endFamily } from '../jobs/process-tree.ts';
import { gitEnvironment, gitMissing, plainly, type GitOptions, type GitResult } from './core.ts';
import { actFailed } from './errors.ts';
import { failedHookOf } from './hook-trace.ts';

/** How long a program that a hook left behind may keep git's output open. */
const LEFT_BEHIND_MS = 500;
const grace = { afterInterruptMs: 3000, afterTerminateMs: 1000 };

/**
 * Runs a git command that a person asked for, as git itself would: with the repository's hooks. Aborting ends git and
 * what its hooks have started.
 * @throws ProblemError `git-hook-refused` with the hook's words, and those of errors.ts; an AbortError
 */
export async function actWithGit(argv: readonly [string, ...string[]], options: GitOptions): Promise<GitResult> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'nixstead-git-'));
  const trace = join(folder.path, 'trace');
  const result = await runToItsEnd(argv, options, trace);
  options.signal?.throwIfAborted();
  if ((options.expectedExitCodes ?? [0]).includes(result.exitCode)) return result;
  throw actFailed(argv, result, await failedHookOf(trace));
}

function runToItsEnd(argv: readonly string[], options: GitOptions, trace: string): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...plainly, ...argv], {
      cwd: options.cwd,
      env: { ...gitEnvironment(), GIT_TRACE2_EVENT: trace },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const output: Buffer[] = [];
    let stderr = '';
    let exitCode = -1;
    let ending: Promise<void> | null = null;
    const onAbort = (): void => {
      if (child.pid !== undefined) ending ??= endFamily(child.pid, grace);
    };
    const finish = (): void => {
      options.signal?.removeEventListener('abort', onAbort);
      const result = { exitCode, stdout: Buffer.concat(output), stderr };
      void Promise.resolve(ending).then(() => resolve(result));
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? gitMissing(error) : error));
    child.on('exit', (code) => {
      exitCode = code ?? -1;
      // A daemon that a hook started holds the pipes; what git has to say it has said.
      setTimeout(finish, LEFT_BEHIND_MS).unref();
    });
    child.on('close', finish);
    if (options.signal?.aborted) onAbort();
  });
}
