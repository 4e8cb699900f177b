import { setTimeout as wait } from 'node:timers/promises';
import { wasStarted } from '../activation-script.ts';
import type { Reached } from '../deploy-work.ts';
import { deployError, deployProblems } from '../problems.ts';
import { isConnectionProblem } from '../target-link.ts';
import { keepArgv, sentinelArgv } from '../watchdog-script.ts';
import type { GuardedActivation } from './engine.ts';

/** A program that is through has changed the host or not: the target notices within a tenth of a second. */
const lastLookMs = 1500;
const letGoMs = 10_000;
const pauseMs = 1000;

/**
 * What guards a host around a program that activates by itself: the target watches for the first change and arms its
 * watchdog then. Where the connection is lost before that, it is made again.
 */
export class Sentinel implements Disposable {
  readonly #hostName: string;
  readonly #activation: GuardedActivation;
  readonly #reached: Reached;
  readonly #stop = new AbortController();
  readonly #watching = Promise.withResolvers<void>();
  readonly #armed = Promise.withResolvers<void>();
  #wasArmed = false;
  #said = '';

  constructor(hostName: string, activation: GuardedActivation, reached: Reached) {
    this.#hostName = hostName;
    this.#activation = activation;
    this.#reached = reached;
  }

  /** Resolves when the target watches. @throws ProblemError `deploy-not-started`, `ssh-*` */
  async start(): Promise<void> {
    void this.#watch();
    await this.#watching.promise;
  }

  get wasArmed(): boolean {
    return this.#wasArmed;
  }

  /** The program is through: gives the target a moment to notice what it did. */
  async lastLook(): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.#armed.promise, wait(lastLookMs, undefined, { signal: over.signal })]);
    over.abort();
  }

  /** Nothing was changed: the target need not watch any more. */
  async letGo(): Promise<void> {
    const { link, privilege } = this.#reached;
    this[Symbol.dispose]();
    try {
      const signal = AbortSignal.timeout(letGoMs);
      const session = await link.open(signal);
      await session.exec(keepArgv(this.#activation.record, privilege), { signal });
    } catch {
      // Out of reach it ends with its connection.
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { link, privilege } = this.#reached;
    const { signal } = this.#stop;
    const argv = sentinelArgv(this.#activation.record, privilege);
    while (!signal.aborted && !this.#wasArmed) {
      try {
        const session = await link.open(signal);
        await session.exec(argv, { signal, onOutput: (text) => this.#hear(text) });
        if (!this.#wasArmed) this.#watching.reject(this.#notStarted());
      } catch (error) {
        if (signal.aborted) return;
        // Once it watches, a lost connection is made again.
        this.#watching.reject(error);
        if (!isConnectionProblem(error)) return;
      }
      await wait(pauseMs);
    }
  }

  #hear(text: string): void {
    const { record } = this.#activation;
    this.#said = `${this.#said}${text}`.slice(-4000);
    if (this.#said.includes(`${record.nonce} watching`)) this.#watching.resolve();
    if (this.#wasArmed || !wasStarted(this.#said, record.nonce)) return;
    this.#wasArmed = true;
    this.#activation.armed();
    this.#armed.resolve();
  }

  #notStarted(): Error {
    return deployError(deployProblems.notStarted(this.#hostName, this.#said.trim() || 'The watch ended'));
  }
}
