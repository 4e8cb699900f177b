import { spawn } from 'node:child_process';
import { ProblemError } from '../errors.ts';

/** What git printed. `stdout` is bytes: paths need not be UTF-8. */
export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  /** The folder that git works in. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are an answer and not an error; default: 0 alone. */
  readonly expectedExitCodes?: readonly number[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What every call is told: whole names of files, and no program beside git that watches the folder. */
export const plainly = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false'] as const;
/**
 * Git as we ask it: never a question on the terminal, no lock that could disturb the user's own git, English messages,
 * and no hook that the opened folder's own configuration could have run on a mere look.
 */
const quietly = [...plainly, '-c', 'core.hooksPath=/dev/null'];
const environment = {
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_PAGER: 'cat',
  LC_ALL: 'C.UTF-8',
};
/** Variables with which a caller's own git (a hook, a rebase) would redirect ours to another repository. */
export const foreignVariables = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX'];

/** The environment of every call. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...environment };
  for (const name of foreignVariables) delete env[name];
  return env;
}

/** There is no git on this computer. */
export function gitMissing(cause: Error): ProblemError {
  return new ProblemError(
    {
      code: 'git-missing',
      title: 'The program git was not found',
      evidence: cause.message,
      advice: ['Install git, for example with: nix profile install nixpkgs#git'],
    },
    { cause },
  );
}

/** Git refused, in its own words. */
export function gitFailed(argv: readonly string[], result: GitResult): ProblemError {
  const evidence = result.stderr.trim() || `git ended with exit status ${result.exitCode}`;
  const isForeignOwner = evidence.includes('dubious ownership');
  return new ProblemError({
    code: isForeignOwner ? 'git-foreign-owner' : 'git-failed',
    title: isForeignOwner
      ? 'Git does not trust this folder: another user owns it'
      : `git ${argv.find((argument) => !argument.startsWith('-')) ?? ''} failed`,
    evidence,
    advice: isForeignOwner
      ? ['Give the folder to your user, or tell git to trust it with the command that its message names.']
      : ['Run the same command in a terminal to see more.'],
  });
}

/**
 * Runs git. Paths go behind `--` and come back with `-z`, as every caller must see to.
 * @throws ProblemError `git-missing`, `git-foreign-owner`, `git-failed`; an AbortError when `signal` aborts
 */
export async function git(argv: readonly [string, ...string[]], options: GitOptions): Promise<GitResult> {
  const result = await new Promise<GitResult>((resolve, reject) => {
    const child = spawn('git', [...quietly, ...argv], {
      cwd: options.cwd,
      env: { ...gitEnvironment(), ...options.env },
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.on('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? gitMissing(error) : error));
    child.on('close', (code) => resolve({ exitCode: code ?? -1, stdout: Buffer.concat(output), stderr: errors }));
  });
  if (!(options.expectedExitCodes ?? [0]).includes(result.exitCode)) throw gitFailed(argv, result);
  return result;
}
