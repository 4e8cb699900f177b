import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { JOB_MARK } from '../jobs/process-tree.ts';
import { sshError, sshProblems } from '../ssh/problems.ts';
import type { ExecOptions, ExecResult } from '../ssh/session.ts';
import type { HostLink, HostSession } from './host-session.ts';

const place = 'this computer';
/** What is kept of each stream; the rest reaches `onOutput` alone. */
const maxKeptCharacters = 1024 * 1024;

/** Commands on this computer, as the user who runs the app. */
export class LocalSession implements HostSession {
  readonly place = place;
  readonly isOpen = true;
  readonly isRoot = process.getuid?.() === 0;

  exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    const { signal, timeoutMs, stdin = '', onOutput } = options;
    signal?.throwIfAborted();
    const [program, ...words] = argv;
    // What is activated outlives its job, so it does not carry the job's mark.
    const { [JOB_MARK]: _mark, ...env } = process.env;
    return new Promise((resolve, reject) => {
      const child = spawn(program, words, { cwd: '/', env, stdio: ['pipe', 'pipe', 'pipe'] });
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          if (texts[name].length < maxKeptCharacters) texts[name] += text;
          onOutput?.(text, name);
        });
      }
      const end = (reason: unknown): void => {
        child.kill('SIGTERM');
        reject(reason instanceof Error ? reason : new Error(String(reason)));
      };
      const onAbort = (): void => end(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const late = (): void =>
        end(sshError(sshProblems.commandTimedOut(place, argv.join(' '), Math.round((timeoutMs ?? 0) / 1000))));
      const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs);
      const release = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      child.on('error', (error) => {
        release();
        resolve({ exitCode: 127, signal: null, stdout: texts.stdout, stderr: `${texts.stderr}${error.message}` });
      });
      child.on('close', (exitCode, signalName) => {
        release();
        resolve({ exitCode, signal: signalName === null ? null : String(constants.signals[signalName]), ...texts });
      });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
    });
  }

  [Symbol.dispose](): void {}
}

/** The way to a host that is this computer: always open. */
export class LocalLink implements HostLink {
  readonly target = null;
  readonly place = place;
  readonly current = new LocalSession();

  async open(signal: AbortSignal): Promise<HostSession> {
    signal.throwIfAborted();
    return this.current;
  }

  reopen(signal: AbortSignal): Promise<HostSession> {
    return this.open(signal);
  }

  [Symbol.dispose](): void {}
}

/** What root's commands begin with here. */
export function localPrivilege(command: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? [] : command;
}
