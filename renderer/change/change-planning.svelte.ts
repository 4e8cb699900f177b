import type { ChangePlan, HostChangeRequest } from '../../shared/contract/change.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** Only what takes longer than this shows that it goes on, so that nothing flickers. */
const SHOWN_AFTER_MS = 400;

/** The working out of one change of hosts: how far it is, what came of it, why it did not work. */
export class ChangePlanning implements Disposable {
  readonly #client: Client;
  #step = $state<string | null>(null);
  #isPlanning = $state(false);
  #plan = $state.raw<ChangePlan | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #abort: AbortController | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  get isPlanning(): boolean {
    return this.#isPlanning;
  }
  /** What is being done; null while nothing is, or only just began. */
  get step(): string | null {
    return this.#step;
  }
  /** The newest plan; it stays while the next one is worked out. */
  get plan(): ChangePlan | null {
    return this.#plan;
  }
  get problem(): Problem | null {
    return this.#problem;
  }

  /**
   * Works a change out; one that is under way is broken off.
   * @param quietMs how long no other change must be wanted before this one is worked out, for what is typed
   */
  start(path: string, change: HostChangeRequest, quietMs = 0): void {
    this.#stop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#isPlanning = true;
    this.#timers = [setTimeout(() => void this.#work(path, change, abort.signal), quietMs)];
  }

  async #work(path: string, change: HostChangeRequest, signal: AbortSignal): Promise<void> {
    let isShown = false;
    let text = 'Working it out';
    let plan: ChangePlan | null = null;
    let problem: Problem | null = null;
    this.#timers.push(
      setTimeout(() => {
        isShown = true;
        this.#step = text;
      }, SHOWN_AFTER_MS),
    );
    try {
      for await (const event of await this.#client.change.plan({ path, change }, { signal })) {
        if (signal.aborted) return;
        if (event.type === 'progress') {
          text = event.text;
          if (isShown) this.#step = text;
        } else plan = event.plan;
      }
    } catch (error) {
      [plan, problem] = [null, asProblem(error)];
    }
    if (signal.aborted) return;
    // Whoever sees the plan can make the change: both come at one moment.
    [this.#plan, this.#problem] = [plan, problem];
    this.#stop();
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    this.#abort?.abort();
    this.#abort = null;
    this.#isPlanning = false;
    this.#step = null;
  }

  /** Breaks off what is under way; nothing is known then. */
  clear(): void {
    this.#stop();
    this.#plan = null;
    this.#problem = null;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
