import type { Command, Decision, HostOutcome, JobEvent, Prompt, Stage } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { WorkLimits } from '../../../shared/contract/limits.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { Grace } from './process-tree.ts';

type WithoutEnvelope<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
/** An event as an executor emits it; the runner adds `seq` and `at`. */
export type NewJobEvent = WithoutEnvelope<JobEvent>;

/**
 * What an executor emits itself; the others are the runner's. A `build` event names only the derivations that changed.
 * An `outcome` is emitted as soon as its host is done, so that it is known even if the job is interrupted later.
 */
export type ExecutorEvent = Exclude<NewJobEvent, { type: 'started' | 'prompt' | 'answered' | 'finished' }>;

/** Thrown out of the context's waits after a person cancelled; an executor lets it pass or returns its result. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
  constructor() {
    super('The job was cancelled');
  }
}

/** A program to run, on a pseudo-terminal unless it is told otherwise. `argv` is a vector: no shell reads it. */
export interface TerminalRequest {
  /** Whose log the bytes belong to; null is the job's own log. */
  host: HostName | null;
  stage: Stage;
  argv: readonly [string, ...string[]];
  cwd?: string;
  /** Added to the runner's environment; a secret may stand here, it is not written down. */
  env?: Readonly<Record<string, string>>;
  /** The command as shown and kept; default: argv as is, where 'here'. */
  shown?: Pick<Command, 'where' | 'argv' | 'env'>;
  /**
   * What it has of a terminal. A program that would redraw its lines there is given pipes: with `none` nobody can type
   * into it, with `questions` it may ask at /dev/tty, which shows nothing of what is typed. Default: `all`.
   */
  terminal?: 'all' | 'questions' | 'none';
  /** Columns of the terminal; nix is given a fixed width so that its lines do not wrap. Default 120. */
  columns?: number;
  /** True where the terminal takes the width and height of the window that shows it. Default: its size is fixed. */
  followsWindow?: boolean;
  /**
   * Every chunk of output, decoded; also written to the host's log unless `isLogged` is false. `reply` types into the
   * terminal, for a program that asks there; what is typed is not written down unless the program echoes it.
   */
  onOutput?: (text: string, reply: (text: string) => void) => void;
  /** False where the bytes are for a parser (internal-json) and readable lines are logged with {@link JobContext.log}. */
  isLogged?: boolean;
  /** Ends the program and all that came from it when it aborts, without cancelling the job: a wait that took too long. */
  signal?: AbortSignal;
  /** How long it may take to clean up when it is ended; default: that of the runner. */
  grace?: Grace;
  /** True for a question that finds out, after a person cancelled, what a host is in. Others throw then. */
  isAfterCancel?: boolean;
}

export interface TerminalResult {
  /** Exit status; null when a signal ended it. */
  exitCode: number | null;
  signal: number | null;
}

/** What a runner gives to the code that does a job. Everything here ends when the job ends. */
export interface JobContext {
  readonly jobFolder: string;
  /**
   * Aborts when a person cancels. Children on terminals are ended by the runner (whole process group: SIGINT, then
   * SIGTERM, then SIGKILL). The executor then has 30 s to find out what the hosts are in and to return.
   */
  readonly signal: AbortSignal;
  /** Progress of a running step may be emitted as often as it comes: the runner writes 10 a second per host and stage. */
  emit(event: ExecutorEvent): void;
  /** Appends readable text to a host's log. */
  log(host: HostName | null, text: string): void;
  /**
   * Runs a program on a terminal of its own and tells of it as a command event when it starts and when it ends.
   * @throws ProblemError `program-missing`, and JobCancelled after a person cancelled
   */
  run(request: TerminalRequest): Promise<TerminalResult>;
  /** Shows a question on every door and waits for the answer. @throws JobCancelled when a person cancels instead */
  ask(prompt: Omit<Prompt, 'id'>): Promise<string>;
  /** Hears what a person decides about a host, from now until the result is disposed; without it nothing can be decided. */
  onDecision(host: HostName, take: (decision: Decision) => void): Disposable;
  /** Hears what a person wants of limits, from now until the result is disposed; without it there are none. */
  onLimits(take: (limits: Partial<WorkLimits>) => void): Disposable;
}

/** How a job ended, per host and as a whole; the runner tells it, except for outcomes that were emitted already. */
export interface JobResult {
  state: 'succeeded' | 'failed' | 'partial' | 'cancelled';
  outcomes: ReadonlyMap<HostName, HostOutcome>;
  problem: Problem | null;
}

/** Does one kind of job. `spec` was parsed with the kind's own schema when the job was queued. */
export type JobExecutor<Spec> = (context: JobContext, spec: Spec) => Promise<JobResult>;
