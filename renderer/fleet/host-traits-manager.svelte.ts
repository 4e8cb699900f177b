import { SvelteMap } from 'svelte/reactivity';
import type { HostTraits } from '../../shared/contract/host.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem, isAbort } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** What is known of one host's configuration. `traits` null: it is being evaluated, or `problem` says why not. */
export interface KnownTraits {
  readonly traits: HostTraits | null;
  readonly problem: Problem | null;
}

/** What the configurations of the shown fleet's hosts tell, asked for a host when somebody looks at it. */
export class HostTraitsManager {
  readonly #client: Client;
  readonly #known = new SvelteMap<HostName, KnownTraits>();
  #fleetId: FleetId | null = null;
  #state: string | null = null;
  #ended = new AbortController();

  constructor(client: Client) {
    this.#client = client;
  }

  /**
   * Follows the shown fleet; what was told of another state of its files is forgotten.
   * @param state something that changes when the fleet is evaluated again
   */
  follow(fleetId: FleetId | null, state: string | null): void {
    if (fleetId === this.#fleetId && state === this.#state) return;
    this.#fleetId = fleetId;
    this.#state = state;
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#known.clear();
  }

  of(name: HostName): KnownTraits | undefined {
    return this.#known.get(name);
  }

  /** Asks about a host, once; with `isAgain` also where it is known. */
  async ask(name: HostName, isAgain = false): Promise<void> {
    const fleetId = this.#fleetId;
    if (fleetId === null || (this.#known.has(name) && !isAgain)) return;
    this.#known.set(name, { traits: null, problem: null });
    const { signal } = this.#ended;
    try {
      for await (const batch of await this.#client.fleet.traits({ id: fleetId, hosts: [name] }, { signal })) {
        if (signal.aborted) return;
        for (const traits of batch) this.#known.set(traits.name, { traits, problem: traits.problem });
      }
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#known.set(name, { traits: null, problem: asProblem(error) });
    }
  }
}
