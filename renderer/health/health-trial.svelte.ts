import type { HostHealth, WrittenCheck } from '../../shared/contract/health.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

interface Question {
  readonly fleetId: FleetId;
  readonly hosts: readonly HostName[];
  /** In place of those of nixstead.toml. */
  readonly checks?: readonly WrittenCheck[];
}

/** Checks that are tried once on hosts: what each of them said, as they answer. */
export class HealthTrial implements Disposable {
  readonly #client: Client;
  #answers = $state.raw<readonly HostHealth[]>([]);
  #total = $state(0);
  #problem = $state.raw<Problem | null>(null);
  #run = $state.raw<AbortController | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  get answers(): readonly HostHealth[] {
    return this.#answers;
  }
  /** How many hosts were asked. */
  get total(): number {
    return this.#total;
  }
  /** Why nothing could be tried. */
  get problem(): Problem | null {
    return this.#problem;
  }
  get isUnderWay(): boolean {
    return this.#run !== null;
  }

  async start({ fleetId, hosts, checks }: Question): Promise<void> {
    this.clear();
    const run = new AbortController();
    this.#run = run;
    this.#total = hosts.length;
    const question = { fleetId, hosts: [...hosts], ...(checks === undefined ? {} : { checks: [...checks] }) };
    try {
      for await (const answer of await this.#client.deploy.health(question, { signal: run.signal })) {
        if (run.signal.aborted) return;
        this.#answers = [...this.#answers, answer];
      }
    } catch (error) {
      if (!run.signal.aborted) this.#problem = asProblem(error);
    } finally {
      if (this.#run === run) this.#run = null;
    }
  }

  /** Leaves what was not answered yet. */
  stop(): void {
    this.#run?.abort();
    this.#run = null;
  }

  clear(): void {
    this.stop();
    this.#answers = [];
    this.#total = 0;
    this.#problem = null;
  }

  [Symbol.dispose](): void {
    this.stop();
  }
}
