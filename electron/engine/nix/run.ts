import type { HostName } from '../../../shared/contract/ids.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import { configEnvironment, noPrograms, type GitConfigEntry } from '../git/config-environment.ts';
import type { JobContext } from '../jobs/context.ts';
import { captureProgram, type CaptureLimits } from './capture.ts';
import { findNix, type NixProgram } from './nix-program.ts';
import type { NixExit, NixRun } from './nix-run.ts';
import { createProgressFeed, type ProgressFeed, type ProgressUpdate } from './progress-feed.ts';
import type { ProgressView } from './progress-view.ts';
import { nixSshOptions } from './ssh-options.ts';

/** What to run. Everything that starts nix goes through this file. */
export interface NixCommand {
  /** After `nix`: `['build', …]`. An argument vector; no shell sees it. */
  readonly args: readonly [subcommand: string, ...rest: string[]];
  /** Words for ssh, which nix starts itself; see ssh-options.ts. */
  readonly sshOptions?: readonly string[];
  readonly cwd?: string;
  /** For git, where nix starts it, beside what it is always told. */
  readonly gitConfig?: readonly GitConfigEntry[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface NixListeners {
  readonly onUpdate?: (update: ProgressUpdate) => void;
  /** Readable log text, as `nix -L` would show it. */
  readonly onLog?: (text: string) => void;
  /** Between updates, at least. */
  readonly minIntervalMs?: number;
}

/** Nix is told what we need, whatever its configuration says, and to speak in a form that we understand. */
export function nixArgv(
  nix: NixProgram,
  args: NixCommand['args'],
  words: NixProgram['words'] = nix.words,
): [string, ...string[]] {
  const [subcommand, ...rest] = args;
  return [
    ...words,
    '--extra-experimental-features',
    'nix-command flakes',
    subcommand,
    '--log-format',
    'internal-json',
    '-v',
    ...rest,
  ];
}

/**
 * Nobody can answer git on a terminal that nobody sees, the opened folder's configuration has it run no program, and
 * options for ssh go through the environment.
 */
export function nixEnvironment(command: Pick<NixCommand, 'sshOptions' | 'gitConfig' | 'env'>): Record<string, string> {
  return {
    GIT_TERMINAL_PROMPT: '0',
    ...configEnvironment([...noPrograms, ...(command.gitConfig ?? [])]),
    ...(command.sshOptions === undefined ? {} : { NIX_SSHOPTS: nixSshOptions(command.sshOptions) }),
    ...command.env,
  };
}

export interface NixInJob extends NixCommand, NixListeners {
  readonly host: HostName | null;
  readonly stage: Stage;
  /** Called with the feed before nix starts, for callers that know more about the nodes (their inputs). */
  readonly onFeed?: (feed: ProgressFeed) => void;
}

export interface NixResult {
  readonly exit: NixExit;
  readonly progress: ProgressView;
}

/**
 * Runs nix as a part of a job, on a terminal of its own: ssh's questions reach the person, and cancelling ends it. Its
 * output is understood instead of logged; what a person can read goes into the host's log.
 * @throws ProblemError `nix-missing`, `nix-unusable`; JobCancelled
 */
export async function runNixInJob(context: JobContext, request: NixInJob): Promise<NixResult> {
  const nix = await findNix();
  const { host, stage, cwd } = request;
  const log = (text: string): void => {
    context.log(host, text);
    request.onLog?.(text);
  };
  using feed = createProgressFeed({ ...request, onLog: log });
  request.onFeed?.(feed);
  const env = nixEnvironment(request);
  const argv = nixArgv(nix, request.args);
  const result = await context.run({
    host,
    stage,
    argv,
    ...(cwd === undefined ? {} : { cwd }),
    env,
    shown: { where: 'here', argv: nixArgv(nix, request.args, nix.shown), env: shownEnvironment(request) },
    columns: 500,
    isLogged: false,
    onOutput: (text) => feed.push(text),
  });
  const exit: NixExit = { code: result.exitCode, signal: result.signal };
  return { exit, progress: feed.finish(exit.code === 0) };
}

export interface NixCapture extends NixCommand, NixListeners, CaptureLimits {}

export interface CapturedNix extends NixResult, Pick<NixRun, 'endedBy'> {
  readonly stdout: string;
}

/**
 * Runs nix outside of a job and takes what it prints, within limits of time and size.
 * @throws ProblemError `nix-missing`, `nix-unusable`; the signal's reason when it aborts
 */
export async function captureNix(request: NixCapture): Promise<CapturedNix> {
  const nix = await findNix();
  using feed = createProgressFeed(request);
  const captured = await captureProgram({
    ...request,
    argv: nixArgv(nix, request.args),
    env: { ...process.env, ...nixEnvironment(request) },
    onStderr: (text) => feed.push(text),
  });
  request.signal?.throwIfAborted();
  const { stdout, exit, endedBy } = captured;
  return { stdout, exit, progress: feed.finish(exit.code === 0), ...(endedBy === undefined ? {} : { endedBy }) };
}

/** Of the environment a person is shown what belongs to the command, and no secret. */
function shownEnvironment(command: NixCommand): Record<string, string> {
  return command.sshOptions === undefined ? {} : { NIX_SSHOPTS: nixSshOptions(command.sshOptions) };
}
