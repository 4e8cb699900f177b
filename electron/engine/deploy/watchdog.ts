import { setTimeout as wait } from 'node:timers/promises';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Decision, Watchdog as WatchdogView } from '../../../shared/contract/job.ts';
import type { JobContext } from '../jobs/context.ts';
import type { HostLink, HostSession } from './host-session.ts';
import type { Activation } from './activation.ts';
import { deployError, deployProblems } from './problems.ts';
import type { Argv } from './privilege.ts';
import { isConnectionProblem } from './target-link.ts';
import {
  keepArgv,
  lookArgv,
  readWatchdogAnswer,
  revertArgv,
  untilRevertedArgv,
  type WatchdogAnswer,
} from './watchdog-script.ts';

interface WatchdogWork {
  readonly context: Pick<JobContext, 'emit' | 'log' | 'onDecision' | 'signal'>;
  readonly host: HostName;
  readonly link: HostLink;
  readonly privilege: readonly string[];
  readonly activation: Activation;
}

const answerLimitMs = 30_000;
/** What a person decided is tried so often while there is no connection to tell it over. */
const pauseMs = 500;

/**
 * The watchdog of one host as this side knows it: tells of it as events, disarms it, sends it back, and reads what it
 * did. The target decides; this only asks.
 */
export class Watchdog implements Disposable {
  readonly #work: WatchdogWork;
  readonly #decided = new AbortController();
  readonly #over = new AbortController();
  #deciding: Disposable | null = null;
  #view: WatchdogView | null = null;
  #byHand: Decision | null = null;
  #wasSentBack = false;

  constructor(work: WatchdogWork) {
    this.#work = work;
  }

  /** True from the moment in which the target said so; it stays true afterwards. */
  get wasArmed(): boolean {
    return this.#view !== null;
  }

  /** True where it stays or went back: it does nothing more. */
  get isDecided(): boolean {
    return this.#view !== null && this.#view.state !== 'armed';
  }

  /** When it goes back, by this computer's clock; null where there is none. */
  get deadlineAt(): number | null {
    return this.#view?.deadlineAt ?? null;
  }

  /** Why it goes back or went back. */
  get reason(): string {
    return this.#view?.reason ?? '';
  }

  /** True where it was told to go back, rather than having done so by itself. */
  get wasSentBack(): boolean {
    return this.#wasSentBack;
  }

  /** Aborts when a person has decided: health checks and waits have no point any more. */
  get decided(): AbortSignal {
    return this.#decided.signal;
  }

  /** What a person decided, if so. */
  get byHand(): Decision | null {
    return this.#byHand;
  }

  /** The target has armed it just now. */
  armed(): void {
    const seconds = this.#work.activation.watchdogSeconds;
    if (seconds === null || this.#view) return;
    this.#tell({ state: 'armed', seconds, deadlineAt: Date.now() + seconds * 1000, reason: '' });
    this.#deciding = this.#work.context.onDecision(this.#work.host, (decision) => this.#decide(decision));
  }

  /** Disarms it. The answer says whether it was in time. @throws ProblemError `ssh-*` */
  async keep(session: HostSession, signal: AbortSignal): Promise<WatchdogAnswer> {
    return this.#ask(session, keepArgv(this.#work.activation, this.#work.privilege), signal);
  }

  /** Has it go back now. @param from what runs there in place of the new system; null: that does @throws ProblemError `ssh-*` */
  async revert(
    session: HostSession,
    reason: string,
    signal: AbortSignal,
    from: string | null = null,
  ): Promise<WatchdogAnswer> {
    const { privilege } = this.#work;
    const activation = from === null ? this.#work.activation : { ...this.#work.activation, system: from };
    this.#wasSentBack = true;
    if (this.#view?.state === 'armed') this.#tell({ ...this.#view, reason });
    return this.#ask(session, revertArgv(activation, privilege, reason), signal);
  }

  /** How it stands. @throws ProblemError `ssh-*` */
  async look(session: HostSession, signal: AbortSignal): Promise<WatchdogAnswer> {
    return this.#ask(session, lookArgv(this.#work.activation, this.#work.privilege), signal);
  }

  /** As {@link look}, and waits there for some seconds while it is going back. @throws ProblemError `ssh-*` */
  async untilReverted(session: HostSession, signal: AbortSignal): Promise<WatchdogAnswer> {
    return this.#ask(session, untilRevertedArgv(this.#work.activation, this.#work.privilege), signal);
  }

  async #ask(session: HostSession, argv: Argv, signal: AbortSignal): Promise<WatchdogAnswer> {
    const { host, activation } = this.#work;
    const { stdout, stderr } = await session.exec(argv, { signal, timeoutMs: answerLimitMs });
    const answer = readWatchdogAnswer(stdout, activation.nonce);
    if (answer === null) throw deployError(deployProblems.unreadableAnswer(host, stderr || stdout));
    this.#take(answer);
    return answer;
  }

  #take({ state }: WatchdogAnswer): void {
    if (!this.#view || this.#view.state === state) return;
    const goesBack = state === 'reverting' || state === 'reverted';
    const reason = this.#view.reason || (goesBack ? `not confirmed within ${this.#view.seconds} s` : '');
    this.#tell({ ...this.#view, state, reason });
    if (state !== 'armed') this.#deciding?.[Symbol.dispose]();
  }

  #tell(view: WatchdogView): void {
    this.#view = view;
    this.#work.context.emit({ type: 'watchdog', host: this.#work.host, watchdog: view });
  }

  #decide(decision: Decision): void {
    if (this.#byHand !== null) return;
    this.#byHand = decision;
    const word = decision === 'keep' ? 'keep the new system' : 'go back now';
    this.#work.context.log(this.#work.host, `A person decided: ${word}.\n`);
    void this.#carryOut(decision);
  }

  /** Tells the target over whatever connection there is; the stage that goes on beside it makes new ones. */
  async #carryOut(decision: Decision): Promise<void> {
    const signal = this.#over.signal;
    while (!signal.aborted) {
      const session = this.#work.link.current;
      try {
        if (session) {
          if (decision === 'keep') await this.keep(session, signal);
          else await this.revert(session, 'a person decided so', signal);
          this.#decided.abort();
          return;
        }
        await wait(pauseMs, undefined, { signal });
      } catch (error) {
        if (signal.aborted) return;
        if (!isConnectionProblem(error)) {
          this.#work.context.log(this.#work.host, `The decision could not be carried out: ${String(error)}\n`);
          return;
        }
        await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
    this.#deciding?.[Symbol.dispose]();
  }
}
