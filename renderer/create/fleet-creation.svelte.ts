import type { CreateEvent } from '../../shared/contract/create.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import type { NewFleet } from '../../shared/fleet/template/options.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

type Created = Extract<CreateEvent, { type: 'created' }>;

/** The making of one fleet: what is being done, what came of it, why it did not work. */
export class FleetCreation {
  readonly #client: Client;
  #step = $state<string | null>(null);
  #created = $state.raw<Created | null>(null);
  #problem = $state.raw<Problem | null>(null);
  #abort: AbortController | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  /** What is being done; null while nothing is. */
  get step(): string | null {
    return this.#step;
  }
  get created(): Created | null {
    return this.#created;
  }
  get problem(): Problem | null {
    return this.#problem;
  }

  /** @returns what was made; null where it was not, and then `problem` says why */
  async start(folder: string, fleet: NewFleet): Promise<Created | null> {
    const abort = new AbortController();
    this.#abort = abort;
    this.#problem = null;
    this.#step = 'Beginning';
    try {
      const request = { folder, fleet: { ...fleet, sshKeys: [...fleet.sshKeys] } };
      for await (const event of await this.#client.create.fleet(request, { signal: abort.signal })) {
        if (event.type === 'progress') this.#step = event.text;
        else this.#created = event;
      }
    } catch (error) {
      if (!abort.signal.aborted) this.#problem = asProblem(error);
    } finally {
      this.#step = null;
    }
    return this.#created;
  }

  cancel(): void {
    this.#abort?.abort();
  }
}
