import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobEvent } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import type { JobResult, NewJobEvent } from './context.ts';
import type { ControlReply, ControlRequest, OvertakingJob } from './control-messages.ts';
import { ControlServer } from './control-server.ts';
import {
  cancelledWhileChecking,
  jobCrashed,
  logNotWritten,
  overtaken,
  nothingToDecide,
  nothingToLimit,
  promptIsOver,
  unknownKind,
} from './errors.ts';
import { EventAppender } from './event-file.ts';
import { EventWriter } from './event-writer.ts';
import { JobFolder, type JobFile } from './job-folder.ts';
import type { JobKinds } from './kind.ts';
import { LogWriter } from './log-writer.ts';
import { waitForPredecessors } from './predecessors.ts';
import { identify } from './process-identity.ts';
import { DEFAULT_GRACE, JOB_MARK } from './process-tree.ts';
import { RunnerContext } from './runner-context.ts';
import { withinAfterCancel } from './time-limit.ts';
import { removeSocket } from './socket-path.ts';

/** How long an executor may ask the hosts what they are in after a person cancelled. */
const AFTER_CANCEL_MS = 30_000;

type Finish = Omit<Extract<JobEvent, { type: 'finished' }>, 'seq' | 'at' | 'type'>;

/**
 * One job in a process of its own, which outlives whoever started it.
 * Command line: `runner JOB-FOLDER [KINDS-MODULE]`; the module exports `kinds`, and the product's own are the default.
 */
async function main(path: string, kindsModule: string | undefined): Promise<void> {
  const folder = new JobFolder(path);
  const job = folder.readJob();
  if (job === null) throw new Error(`no job in ${path}`);
  const cancellation = new AbortController();
  const requests = new Requests(cancellation);
  await using control = await ControlServer.listen((request) => requests.handle(request));
  const claim = { version: 1, runner: identify(process.pid), socket: control.socket, token: control.token } as const;
  if (!folder.claim(claim)) return;
  process.on('exit', () => removeSocket(control.socket));
  process.env[JOB_MARK] = job.id;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => cancellation.abort());
  await new JobRun(folder, job, requests, cancellation.signal).run(kindsModule);
}

/** What comes in over the socket; before the job has started only a cancellation means something. */
class Requests {
  context: RunnerContext | null = null;
  /** The job that did its work in its place. */
  overtakenBy: OvertakingJob | null = null;
  readonly #cancellation: AbortController;

  constructor(cancellation: AbortController) {
    this.#cancellation = cancellation;
  }

  handle(request: ControlRequest): ControlReply {
    if (request.action === 'overtake') this.overtakenBy = request.by;
    if (request.action === 'cancel' || request.action === 'overtake') this.#cancellation.abort();
    if (request.action === 'resize') this.context?.resize(request.columns, request.rows);
    if (request.action === 'answer' && !this.context?.prompts.answer(request.promptId, request.answer)) {
      return { ok: false, problem: promptIsOver() };
    }
    if (request.action === 'decide' && !this.context?.decide(request.host, request.decision)) {
      return { ok: false, problem: nothingToDecide(request.host) };
    }
    if (request.action === 'limit' && !this.context?.limit(request.limits)) {
      return { ok: false, problem: nothingToLimit() };
    }
    return { ok: true };
  }
}

class JobRun {
  readonly #folder: JobFolder;
  readonly #job: JobFile;
  readonly #requests: Requests;
  readonly #signal: AbortSignal;
  /** Hosts whose outcome stands in the events already. */
  readonly #told = new Set<HostName>();

  constructor(folder: JobFolder, job: JobFile, requests: Requests, signal: AbortSignal) {
    this.#folder = folder;
    this.#job = job;
    this.#requests = requests;
    this.#signal = signal;
  }

  async run(kindsModule: string | undefined): Promise<void> {
    using appender = new EventAppender(this.#folder.events);
    const events = new EventWriter(appender);
    let isOpen = true;
    const emit = (event: NewJobEvent): void => {
      if (event.type === 'outcome') this.#told.add(event.host);
      if (isOpen) events.emit(event);
      if (event.type === 'finished') isOpen = false;
    };
    // Whatever goes wrong outside of the executor's own promise still closes the job truthfully.
    process.on('uncaughtException', (error) => {
      emit({ type: 'finished', state: 'failed', problem: problemOf(error) });
      console.error(error);
      process.exit(1);
    });
    using log = new LogWriter(this.#folder, (error) => emit({ type: 'note', text: logNotWritten(error) }));
    const context = new RunnerContext({
      folder: this.#folder,
      log,
      emit,
      signal: this.#signal,
      grace: DEFAULT_GRACE,
    });
    this.#requests.context = context;
    const finish = await this.#finish(context, emit, kindsModule);
    await context.endAll();
    const { overtakenBy } = this.#requests;
    const problem = overtakenBy !== null && finish.state === 'cancelled' ? overtaken(overtakenBy) : finish.problem;
    if (problem !== null && problem !== finish.problem) emit({ type: 'note', text: `${problem.title}.` });
    emit({ type: 'finished', ...finish, problem });
  }

  async #finish(
    context: RunnerContext,
    emit: (event: NewJobEvent) => void,
    kindsModule: string | undefined,
  ): Promise<Finish> {
    try {
      await waitForPredecessors(dirname(this.#folder.path), this.#job.after, this.#signal);
      emit({ type: 'started', pid: process.pid });
      const kind = (await loadKinds(kindsModule))[this.#job.kind];
      if (kind === undefined) throw unknownKind(this.#job.kind);
      const result = await withinAfterCancel(kind.execute(context, this.#job.spec), this.#signal, AFTER_CANCEL_MS);
      if (result === 'timed-out') return { state: 'cancelled', problem: cancelledWhileChecking(AFTER_CANCEL_MS) };
      for (const [host, outcome] of result.outcomes) {
        if (!this.#told.has(host)) emit({ type: 'outcome', host, outcome });
      }
      return this.#truthful(result);
    } catch (error) {
      if (this.#signal.aborted) return { state: 'cancelled', problem: null };
      return { state: 'failed', problem: problemOf(error) };
    }
  }

  /** What failed because it was cut off was cancelled; what had succeeded before, succeeded. */
  #truthful(result: JobResult): Finish {
    const state = this.#signal.aborted && result.state !== 'succeeded' ? 'cancelled' : result.state;
    return { state, problem: result.problem };
  }
}

const moduleWithKinds = z.object({ kinds: z.custom<JobKinds>((value) => typeof value === 'object' && value !== null) });

async function loadKinds(kindsModule: string | undefined): Promise<JobKinds> {
  if (kindsModule === undefined) return (await import('./kinds.ts')).kinds;
  const loaded: unknown = await import(pathToFileURL(kindsModule).href);
  return moduleWithKinds.parse(loaded).kinds;
}

function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : jobCrashed(error);
}

const [path, kindsModule] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: runner JOB-FOLDER [KINDS-MODULE]');
await main(path, kindsModule);
// Nothing that an executor left open may keep a finished job's process alive.
process.exit(0);
