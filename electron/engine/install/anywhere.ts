import { basename } from 'node:path';
import type { Target } from '../../../shared/contract/host.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import {
  beforeAnywhere,
  readAnywhereLine,
  readAnywhereTail,
  type AnywhereProgress,
} from '../../../shared/install/anywhere-progress.ts';
import { LineCutter } from '../deploy/switch-output.ts';
import { ProblemError } from '../errors.ts';
import { JobCancelled, type JobContext } from '../jobs/context.ts';
import { builtEnvironment, builtFlake } from '../nix-host/built-before.ts';
import { plainText } from '../nix/terminal-text.ts';
import { aliveCountMax, aliveIntervalSeconds, connectTimeoutSeconds } from '../ssh/config.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { explainAnywhere } from './explain-anywhere.ts';
import type { AnywhereProgram } from './program.ts';

/** As its flag `--phases` calls them. */
export type AnywherePhaseName = 'kexec' | 'disko' | 'install' | 'reboot';

export interface AnywhereRequest {
  readonly program: AnywhereProgram;
  readonly host: HostName;
  readonly stage: Stage;
  readonly phases: readonly AnywherePhaseName[];
  readonly target: Target;
  readonly identityFile: string;
  readonly diskoScript: string;
  readonly system: string;
  /** Built on the machine from this `REF#HOST`, in place of the two store paths; null: they are on this computer. */
  readonly remoteFlake: string | null;
  /** More flags of this phase. */
  readonly flags?: readonly string[];
  /** Of an environment in which it finds a nix that another machine runs; null: nix is here. */
  readonly nix: Readonly<Record<string, string>> | null;
  /** $HOME of the program: it makes files in ~/.ssh, where the user's own are. */
  readonly home: string;
  /** Typed where sudo asks on the machine. */
  readonly sudoPassword?: string | undefined;
  /** It is ended when it says nothing for so long. */
  readonly silenceMs: number;
  readonly limitMs: number;
  /** From when it has begun to restart the machine; absent: `limitMs` goes on. */
  readonly rebootLimitMs?: number;
  readonly onProgress?: (progress: AnywhereProgress) => void;
  /** Ends it from outside, because what it waits for has been found otherwise. */
  readonly enough?: AbortSignal;
}

/**
 * It is a shell script that goes on after an interrupt where the program that it waits for did not die of it: with the
 * next login, three seconds later. A termination ends it, and it has only a folder to clean up.
 */
const grace = { afterInterruptMs: 500, afterTerminateMs: 3000 };
/** Handing over a key takes one attempt; the program itself would try for ever. */
const mostKeyAttempts = 3;
/** Enough for every reason that is explained; a run prints less. */
const mostKept = 512 * 1024;

/**
 * The command, also to be shown to a person. It takes store paths that are on this computer alone; where they are on the
 * machine that runs nix it asks nix for them by attributes, and is given what was built (nix-host/built-before.ts).
 */
export function anywhereArgv(
  request: Pick<
    AnywhereRequest,
    | 'program'
    | 'host'
    | 'phases'
    | 'target'
    | 'identityFile'
    | 'diskoScript'
    | 'system'
    | 'remoteFlake'
    | 'flags'
    | 'nix'
  >,
): [string, ...string[]] {
  const { program, phases, target, identityFile, diskoScript, system, remoteFlake, flags = [] } = request;
  // Proven to be harmless as arguments, whatever the fleet says.
  const { host, user, port } = sshTarget(target);
  const [first, ...rest] = program.argv;
  const options = [
    // The install's own key lets it in, or nothing does: it would wait at a question for a password that nobody reads.
    'BatchMode=yes',
    `ConnectTimeout=${connectTimeoutSeconds}`,
    `ServerAliveInterval=${aliveIntervalSeconds}`,
    `ServerAliveCountMax=${aliveCountMax}`,
  ];
  return [
    first,
    ...rest,
    '--phases',
    phases.join(','),
    ...(remoteFlake !== null
      ? ['--flake', remoteFlake, '--build-on', 'remote']
      : request.nix !== null
        ? ['--flake', `${builtFlake}#${request.host}`, '--build-on', 'local', '--no-use-machine-substituters']
        : ['--store-paths', diskoScript, system]),
    ...flags,
    '-i',
    identityFile,
    ...(port === null ? [] : ['--ssh-port', String(port)]),
    ...options.flatMap((option) => ['--ssh-option', option]),
    '--target-host',
    `${user ?? 'root'}@${host}`,
  ];
}

/**
 * Runs phases of nixos-anywhere on a terminal, and ends it where it would wait for ever.
 * @returns how far it came; `wasEnough` where it was ended because `enough` aborted
 * @throws ProblemError with the cause; JobCancelled
 */
export async function runAnywhere(
  context: JobContext,
  request: AnywhereRequest,
): Promise<{ progress: AnywhereProgress; wasEnough: boolean }> {
  const watchdog = new Watchdog(request);
  let progress = beforeAnywhere;
  let output = '';
  let tail = '';
  let answered = 0;
  const cutter = new LineCutter();
  const take = (text: string, reply: (text: string) => void): void => {
    watchdog.heard();
    output = (output + text).slice(-mostKept);
    const before = progress;
    for (const line of cutter.push(text)) progress = readAnywhereLine(progress, plainText(line));
    tail = plainText(output.slice(output.lastIndexOf('\n') + 1));
    progress = readAnywhereTail(progress, tail);
    if (progress.question === 'sudo-password' && before.question === null && request.sudoPassword !== undefined) {
      // A second question means that the first answer was wrong.
      if (answered === 0) reply(`${request.sudoPassword}\n`);
      else watchdog.end('sudo asks again');
      answered += 1;
    } else if (progress.question !== null && before.question === null) {
      watchdog.end(tail);
    }
    const isRefused = progress.phase === 'connect' && progress.isDenied;
    if (isRefused || progress.keyAttempts > mostKeyAttempts) watchdog.end('the key is not taken');
    if (progress.phase === 'reboot' && before.phase !== 'reboot' && request.rebootLimitMs !== undefined) {
      watchdog.limit(request.rebootLimitMs);
    }
    if (progress !== before) request.onProgress?.(progress);
  };
  const enough = request.enough ?? new AbortController().signal;
  const argv = anywhereArgv(request);
  let exitCode: number | null = null;
  try {
    const result = await context.run({
      host: request.host,
      stage: request.stage,
      argv,
      env: {
        ...(request.nix === null ? {} : { ...request.nix, ...builtEnvironment(request) }),
        ...{ HOME: request.home, GIT_TERMINAL_PROMPT: '0', SSH_ASKPASS_REQUIRE: 'never' },
        // Of the extra files, without what macOS keeps beside each.
        COPYFILE_DISABLE: '1',
      },
      shown: { where: 'here', argv: shownArgv(argv), env: {} },
      signal: AbortSignal.any([watchdog.signal, enough]),
      grace,
      onOutput: take,
    });
    exitCode = result.exitCode;
  } finally {
    watchdog[Symbol.dispose]();
  }
  if (context.signal.aborted) throw new JobCancelled();
  if (enough.aborted) return { progress, wasEnough: true };
  const place = describeTarget(sshTarget(request.target));
  const endedBy = watchdog.signal.aborted ? ({ endedBy: 'watchdog' } as const) : {};
  const end = explainAnywhere({ output, exitCode, place, ...endedBy });
  if (end.problem !== null) throw new ProblemError(end.problem);
  return { progress: end.progress, wasEnough: false };
}

/** Private paths mean nothing to a reader. */
function shownArgv(argv: readonly string[]): string[] {
  return argv.map((word) => (/\/installs\/[0-9a-f-]+\//.test(word) ? `<private>/${basename(word)}` : word));
}

/** Ends a program that says nothing, or takes too long. */
class Watchdog implements Disposable {
  readonly #controller = new AbortController();
  readonly #silenceMs: number;
  #limit: NodeJS.Timeout;
  #silence: NodeJS.Timeout;

  constructor({ silenceMs, limitMs }: Pick<AnywhereRequest, 'silenceMs' | 'limitMs'>) {
    this.#silenceMs = silenceMs;
    this.#limit = this.#end(limitMs);
    this.#silence = this.#start();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#silence);
    this.#silence = this.#start();
  }

  /** It is ended after so long from now, in place of what was said before. */
  limit(limitMs: number): void {
    clearTimeout(this.#limit);
    this.#limit = this.#end(limitMs);
  }

  end(reason: string): void {
    this.#controller.abort(new Error(reason));
  }

  #end(limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.end('it took too long'), limitMs);
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => this.end('it says nothing any more'), this.#silenceMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#limit);
    clearTimeout(this.#silence);
  }
}
