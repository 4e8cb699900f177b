import type { Command, HostOutcome, JobEvent, Prompt, Stage } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';

type WithoutEnvelope<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
/** An event as an executor emits it; the runner adds `seq` and `at`. */
export type NewJobEvent = WithoutEnvelope<JobEvent>;

/** A program to run on a pseudo-terminal. `argv` is a vector: no shell sees it. */
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
  /** Columns of the terminal; nix is given a fixed width so that its lines do not wrap. Default 120. */
  columns?: number;
  /** Every chunk of output, decoded; also written to the host's log unless `isLogged` is false. */
  onOutput?: (text: string) => void;
  /** False where the bytes are for a parser (internal-json) and readable lines are logged with {@link JobContext.log}. */
  isLogged?: boolean;
}

export interface TerminalResult {
  /** Exit status; null when a signal ended it. */
  exitCode: number | null;
  signal: number | null;
}

/** What a runner gives to the code that does a job. Everything here ends when the job ends. */
export interface JobContext {
  readonly jobFolder: string;
  /** Aborts when a person cancels. Children on terminals are ended (whole process group) by the runner. */
  readonly signal: AbortSignal;
  emit(event: NewJobEvent): void;
  /** Appends readable text to a host's log. */
  log(host: HostName | null, text: string): void;
  run(request: TerminalRequest): Promise<TerminalResult>;
  /** Shows a question on every door and waits for the answer; throws when the job is cancelled. */
  ask(prompt: Omit<Prompt, 'id'>): Promise<string>;
}

/** How a job ended, per host and as a whole; the runner turns it into outcome events and the finished event. */
export interface JobResult {
  state: 'succeeded' | 'failed' | 'partial' | 'cancelled';
  outcomes: ReadonlyMap<HostName, HostOutcome>;
  problem: Problem | null;
}

/** Does one kind of job. `spec` was parsed with the kind's own schema when the job was queued. */
export type JobExecutor<Spec> = (context: JobContext, spec: Spec) => Promise<JobResult>;
