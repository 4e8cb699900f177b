import type { JobId } from '../../shared/contract/ids.ts';
import type { JobDetail, JobEvent, Prompt, Step, Watchdog } from '../../shared/contract/job.ts';
import { refusalOf } from '../../shared/jobs/refusal.ts';
import { foldJobEvent } from '../../shared/jobs/view.ts';
import { exitCodes, type ExitCode } from './exit.ts';
import { HeldProblems, type HeldProblem } from './held-problems.ts';
import { onInterrupt } from './interrupt.ts';
import { outcomeText, stepText } from './output/job.ts';
import { showProblem } from './output/problem.ts';
import { printable } from './output/text.ts';
import type { Session } from './session.ts';
import { ask, askSecret, canAsk } from './terminal.ts';

export interface FollowOptions {
  /** Answers yes for a host key that nobody has seen before; a changed key stops the deploy in any case. */
  readonly trustsNewHostKeys: boolean;
  /** False where the caller says itself how the job ended. */
  readonly showsResult?: boolean;
}

/** A step as scripts read it; `at` is when it was said, in milliseconds since the epoch. */
function stepLine(step: Step, at: number) {
  const { host, stage, state, done, total, unit } = step;
  return { type: 'step', host, stage, state, done, total, unit, at };
}

/**
 * How the job ended, as scripts read it: `succeeded`, `partial`, `cancelled` or `failed`, which stands for every other end.
 * `problem` is there where the job as a whole has one; that its process died is `job-interrupted`.
 */
export function resultLine({ summary, outcomes, problem }: JobDetail) {
  const isWellKnown = ['succeeded', 'partial', 'cancelled'].includes(summary.state);
  const state = isWellKnown ? summary.state : 'failed';
  return { type: 'result', job: summary.id, state, hosts: outcomes, ...(problem === null ? {} : { problem }) };
}

/** Follows a job on a terminal, or as JSON Lines, and answers what it asks. */
class Follower {
  readonly #session: Session;
  readonly #options: FollowOptions;
  readonly #shown = new Map<string, string>();
  readonly #problems = new HeldProblems();
  #job: JobDetail;
  #notesTold = 0;

  constructor(session: Session, options: FollowOptions, job: JobDetail) {
    this.#session = session;
    this.#options = options;
    this.#job = job;
  }

  get job(): JobDetail {
    return this.#job;
  }

  /** What was there when following began, or when this reader was too slow to get every event. */
  restart(job: JobDetail): void {
    this.#job = job;
    for (const step of job.steps) {
      if (step.state !== 'waiting') this.#showStep(step, step.endedAt ?? step.startedAt ?? job.summary.queuedAt);
    }
    this.#tellNotes();
    this.#tellWaiting();
  }

  take(summary: JobDetail['summary'], events: readonly JobEvent[]): void {
    for (const event of events) {
      this.#job = foldJobEvent(this.#job, event);
      if (event.type === 'step') {
        this.#tellProblems(this.#problems.release(event.step.host));
        this.#showStep(event.step, event.at);
      }
      if (event.type === 'watchdog') this.#showWatchdog(event.host, event.watchdog, event.at);
      if (event.type === 'activity') this.#tellActivity(event.activity.text);
      if ((event.type === 'health' || event.type === 'changes' || event.type === 'waves') && this.#session.isJson)
        this.#session.printJson(event);
      if (event.type === 'note') this.#tellNotes();
      if (event.type === 'problem') this.#takeProblem(event);
    }
    this.#job = { ...this.#job, summary };
    this.#tellWaiting();
  }

  #takeProblem({ host, problem }: Extract<JobEvent, { type: 'problem' }>): void {
    if (host !== null && this.#options.showsResult !== false) return this.#problems.hold({ host, problem });
    this.#session.tell(showProblem(problem, this.#session.paintError, { host }));
  }

  #tellProblems(problems: readonly HeldProblem[]): void {
    for (const { host, problem } of problems) {
      this.#session.tell(showProblem(problem, this.#session.paintError, { host }));
    }
  }

  /** Nobody follows it any more, and no result is shown. */
  leave(): void {
    this.#tellProblems(this.#problems.release());
  }

  /** How the job ended, with every error that was not told before. */
  showResult(job: JobDetail): void {
    this.#tellProblems(this.#problems.releaseBeside(job.outcomes));
    this.#session.print(outcomeText(job, this.#session.paint, this.#problems.told));
  }

  #tellNotes(): void {
    for (const { text, at } of this.#job.notes.slice(this.#notesTold)) {
      if (this.#session.isJson) this.#session.printJson({ type: 'note', text, at });
      else this.#session.tell(`${printable(text)}\n`);
    }
    this.#notesTold = this.#job.notes.length;
  }

  #showStep(step: Step, at: number): void {
    if (this.#session.isJson) return this.#session.printJson(stepLine(step, at));
    // On a terminal a line per change of state; the numbers in between are for the window and for scripts.
    const key = `${step.host} ${step.stage}`;
    if (this.#shown.get(key) === step.state || step.state === 'waiting') return;
    this.#shown.set(key, step.state);
    this.#session.print(`${stepText(step, this.#session.paint)}\n`);
  }

  #showWatchdog(host: string, { state, seconds, deadlineAt, reason }: Watchdog, at: number): void {
    if (this.#session.isJson) {
      return this.#session.printJson({ type: 'watchdog', host, state, seconds, deadlineAt, reason, at });
    }
    const words = {
      armed: `goes back by itself in ${seconds} s unless it is confirmed`,
      kept: 'confirmed',
      reverting: `goes back: ${reason}`,
      reverted: 'went back',
      gone: 'restarted meanwhile, and is not guarded any more',
    } as const;
    this.#session.tell(this.#session.paintError('dim', `${printable(host)}: ${printable(words[state])}\n`));
  }

  #tellActivity(text: string): void {
    if (this.#shown.get('activity') === text) return;
    this.#shown.set('activity', text);
    this.#session.tell(this.#session.paintError('dim', `${printable(text)}\n`));
  }

  #tellWaiting(): void {
    const { waitingFor } = this.#job.summary;
    const text =
      waitingFor === null
        ? ''
        : `Waiting for ${waitingFor.title} (${waitingFor.jobId}), which has ${waitingFor.host}\n`;
    if (text === '' || this.#shown.get('waiting') === text) return;
    this.#shown.set('waiting', text);
    this.#session.tell(printable(text, true));
  }

  /** Answers a question of the job. null: nobody here can. */
  async answerTo(prompt: Prompt, signal: AbortSignal): Promise<string | null> {
    const { terminal } = this.#session;
    this.#tellProblems(this.#problems.release(prompt.host ?? undefined));
    const isNewKey = prompt.kind === 'host-key' && prompt.knownFingerprint === null;
    const about = `${prompt.host === null ? '' : `${printable(prompt.host)}: `}${printable(prompt.text, true)}`;
    const key = prompt.fingerprint === null ? '' : `\n  now   ${printable(prompt.fingerprint)}`;
    const known = prompt.knownFingerprint === null ? '' : `\n  known ${printable(prompt.knownFingerprint)}`;
    terminal.stderr.write(`${about}${key}${known}\n`);
    if (isNewKey && this.#options.trustsNewHostKeys) {
      terminal.stderr.write('Trusted, since --yes was given.\n');
      return 'yes';
    }
    if (!canAsk(terminal)) return null;
    if (prompt.kind === 'text') return ask(terminal, 'Answer: ', signal);
    if (prompt.kind === 'password') return askSecret(terminal, 'Password: ', signal);
    return /^y(es)?$/i.test((await ask(terminal, 'Answer [y/N] ', signal)).trim()) ? 'yes' : 'no';
  }
}

/** The question of a job that is open here. It ends when it was answered elsewhere, or the job is over: it holds the terminal. */
class OpenQuestion implements Disposable {
  #id: string | null = null;
  #over = new AbortController();

  /** What ends a question that is new here; null: none is. */
  turnTo(prompt: Prompt | null): AbortSignal | null {
    const id = prompt?.id ?? null;
    if (id === this.#id) return null;
    this.#over.abort();
    this.#over = new AbortController();
    this.#id = id;
    return id === null ? null : this.#over.signal;
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/**
 * Follows a job to its end and says how it ended. The first Ctrl-C cancels the job, the second leaves it to itself. The job is a process of its own: where this program is ended it goes
 * on, and `jobs show` finds it again.
 */
export async function followJob(session: Session, id: JobId, options: FollowOptions): Promise<ExitCode> {
  const { client } = session;
  const left = new AbortController();
  let interrupts = 0;
  const interrupted = (): void => {
    if (++interrupts > 1) return left.abort();
    session.terminal.stderr.write(
      `\nCancelling; press Ctrl-C again to leave the job to itself (nixstead jobs show ${id})\n`,
    );
    client.job.cancel({ id }).catch(() => undefined);
  };
  using _interrupt = onInterrupt(interrupted);
  using question = new OpenQuestion();
  session.tell(session.paintError('dim', `Job ${id}\n`));
  const follower = new Follower(session, options, await client.job.show({ id }));
  try {
    for await (const event of await client.job.watch({ id }, { signal: left.signal })) {
      if (event.type === 'snapshot') follower.restart(event.job);
      else follower.take(event.summary, event.events);
      const prompt = follower.job.summary.pendingPrompt;
      const over = question.turnTo(prompt);
      if (prompt && over) void answer(session, follower, id, prompt, AbortSignal.any([left.signal, over]));
    }
  } catch (error) {
    if (!left.signal.aborted) throw error;
  }
  if (left.signal.aborted) {
    follower.leave();
    return exitCodes.failed;
  }
  const job = await client.job.show({ id });
  if (session.isJson) session.printJson(resultLine(job));
  else if (options.showsResult !== false) follower.showResult(job);
  return job.summary.state === 'succeeded' ? exitCodes.done : exitCodes.failed;
}

/** Answers in the background, since the job may end, or be answered elsewhere, while a person thinks. */
async function answer(
  session: Session,
  follower: Follower,
  id: JobId,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<void> {
  try {
    const text = await follower.answerTo(prompt, signal);
    if (text === null) session.terminal.stderr.write('Nobody can be asked here, so the answer is no.\n');
    await session.client.job.answer({ id, promptId: prompt.id, answer: text ?? refusalOf(prompt) });
  } catch {
    // Answered elsewhere, or the job is over: its events say so.
  }
}
