import type { Command, Decision, Prompt } from '../../../shared/contract/job.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { WorkLimits } from '../../../shared/contract/limits.ts';
import {
  JobCancelled,
  type ExecutorEvent,
  type JobContext,
  type NewJobEvent,
  type TerminalRequest,
  type TerminalResult,
} from './context.ts';
import type { JobFolder } from './job-folder.ts';
import type { LogWriter } from './log-writer.ts';
import { Piped } from './piped.ts';
import type { Grace } from './process-tree.ts';
import { Prompts } from './prompts.ts';
import { questionsAlone } from './questions-alone.ts';
import { Terminal } from './terminal.ts';
import { terminalEnvironment } from './terminal-environment.ts';

const DEFAULT_COLUMNS = 120;
const DEFAULT_ROWS = 30;

interface Parts {
  folder: JobFolder;
  log: LogWriter;
  emit: (event: NewJobEvent) => void;
  signal: AbortSignal;
  grace: Grace;
}

/** What an executor works with, on real programs and files. */
export class RunnerContext implements JobContext {
  readonly jobFolder: string;
  readonly signal: AbortSignal;
  readonly prompts: Prompts;
  readonly #parts: Parts;
  readonly #terminals = new Map<Terminal | Piped, TerminalRequest>();
  readonly #deciders = new Map<HostName, (decision: Decision) => void>();
  #limiter: ((limits: Partial<WorkLimits>) => void) | null = null;
  #window = { columns: DEFAULT_COLUMNS, rows: DEFAULT_ROWS };

  constructor(parts: Parts) {
    this.#parts = parts;
    this.jobFolder = parts.folder.path;
    this.signal = parts.signal;
    this.prompts = new Prompts(parts.emit, parts.signal);
    parts.signal.addEventListener('abort', () => void this.#endTerminals((request) => !request.isAfterCancel), {
      once: true,
    });
  }

  emit(event: ExecutorEvent): void {
    this.#parts.emit(event);
  }

  log(host: HostName | null, text: string): void {
    this.#parts.log.write(host, text);
  }

  ask(prompt: Omit<Prompt, 'id'>): Promise<string> {
    return this.prompts.ask(prompt);
  }

  onDecision(host: HostName, take: (decision: Decision) => void): Disposable {
    this.#deciders.set(host, take);
    return { [Symbol.dispose]: () => void this.#deciders.delete(host) };
  }

  /** A person decided; false where there is nothing to decide about this host (any more). */
  decide(host: HostName, decision: Decision): boolean {
    const take = this.#deciders.get(host);
    take?.(decision);
    return take !== undefined;
  }

  onLimits(take: (limits: Partial<WorkLimits>) => void): Disposable {
    this.#limiter = take;
    return { [Symbol.dispose]: () => void (this.#limiter = null) };
  }

  /** A person wants other limits; false where there is nothing to limit (yet, or any more). */
  limit(limits: Partial<WorkLimits>): boolean {
    this.#limiter?.(limits);
    return this.#limiter !== null;
  }

  async run(request: TerminalRequest): Promise<TerminalResult> {
    if (this.signal.aborted && !request.isAfterCancel) throw new JobCancelled();
    const command = shownCommand(request);
    const terminal = this.#open(request);
    this.#parts.emit({ type: 'command', command, exitCode: null });
    this.#terminals.set(terminal, request);
    const grace = request.grace ?? this.#parts.grace;
    const end = (): void => void terminal.end(grace);
    request.signal?.addEventListener('abort', end, { once: true });
    if (request.signal?.aborted) end();
    const result = await terminal.ended;
    request.signal?.removeEventListener('abort', end);
    // The program is gone, but children of it may not be.
    if (this.signal.aborted || request.signal?.aborted) await terminal.end(grace);
    this.#terminals.delete(terminal);
    this.#parts.emit({ type: 'command', command, exitCode: result.exitCode ?? SIGNAL_BASE + (result.signal ?? 0) });
    if (this.signal.aborted && !request.isAfterCancel) throw new JobCancelled();
    return result;
  }

  /** The window's terminal has a new size. */
  resize(columns: number, rows: number): void {
    this.#window = { columns, rows };
    for (const [terminal, request] of this.#terminals) {
      if (request.followsWindow && terminal instanceof Terminal) terminal.resize(columns, rows);
    }
  }

  /** Ends whatever is still on a terminal. */
  async endAll(): Promise<void> {
    await this.#endTerminals(() => true);
  }

  #open(request: TerminalRequest): Terminal | Piped {
    const decoder = request.onOutput === undefined ? null : new TextDecoder('utf-8', { ignoreBOM: true });
    let type: (text: string) => void = () => undefined;
    const what = {
      argv: request.argv,
      cwd: request.cwd ?? this.jobFolder,
      env: terminalEnvironment(request.env ?? {}),
      onBytes: (bytes: Uint8Array): void => {
        if (request.isLogged !== false) this.#parts.log.write(request.host, bytes);
        if (decoder !== null) request.onOutput?.(decoder.decode(bytes, { stream: true }), (text) => type(text));
      },
    };
    const dumb = { ...what, env: { ...what.env, TERM: 'dumb' } };
    if (request.terminal === 'none') return new Piped(dumb);
    const terminal = new Terminal({
      ...(request.terminal === 'questions' ? { ...dumb, argv: questionsAlone(dumb) } : what),
      columns: request.followsWindow ? this.#window.columns : (request.columns ?? DEFAULT_COLUMNS),
      rows: request.followsWindow ? this.#window.rows : DEFAULT_ROWS,
    });
    type = (text) => terminal.type(text);
    return terminal;
  }

  async #endTerminals(which: (request: TerminalRequest) => boolean): Promise<void> {
    const chosen = [...this.#terminals].filter(([, request]) => which(request));
    await Promise.all(chosen.map(([terminal, { grace }]) => terminal.end(grace ?? this.#parts.grace)));
  }
}

/** Exit codes of programs that a signal ended are told as shells do. */
const SIGNAL_BASE = 128;

function shownCommand(request: TerminalRequest): Command {
  const shown = request.shown ?? { where: 'here', argv: [...request.argv], env: {} };
  return { host: request.host, stage: request.stage, ...shown };
}
