import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

/** What a finished program left: exit code (128 + n after signal n is not used: null means ended by a signal). */
export interface CommandResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Text for the program's standard input; without it, the input is empty. */
  stdin?: string;
  /** After this many milliseconds the program and its children are killed and the promise is rejected. */
  timeoutMs?: number;
}

/** Starts a program in a process group of its own; `kill` of the result reaches the whole group. */
export function startGroup(argv: readonly string[], options: SpawnOptions): ChildProcess {
  const [program, ...rest] = argv;
  if (program === undefined) throw new Error('Nothing to run');
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`;
  const child = spawn(program, rest, { ...options, env: { ...process.env, PATH }, detached: true });
  child.kill = (signal) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return false;
    try {
      return process.kill(-child.pid, signal);
    } catch {
      return false;
    }
  };
  return child;
}

/** Runs a program to its end and returns what it wrote. A failing exit code is a result, not an error. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = startGroup(argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.on('error', () => {}); // A program may end without reading its input.
  child.stdin?.end(options.stdin ?? '');
  child.on('error', reject);
  child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          reject(new Error(`${argv.join(' ')} took longer than ${options.timeoutMs} ms\n${stderr.slice(-2000)}`));
          child.kill('SIGKILL');
        }, options.timeoutMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** As {@link runCommand}, for the lab's own steps: returns stdout and throws where the program fails. */
export async function mustRun(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`${argv.join(' ')} ended with ${result.exitCode}\n${result.stderr.trim()}`);
}
