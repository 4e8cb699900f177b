import type { Generation, GenerationRoom } from '../../shared/contract/generation.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { oldGenerations, whyAllKept, type OldGenerations } from '../../shared/fleet/generations.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** So many hosts are asked at once. */
const MOST_AT_ONCE = 6;

/** What would go on one host. `room` and `numbers` null: not known yet. */
export interface HostToClean {
  readonly host: HostName;
  readonly numbers: readonly number[] | null;
  readonly room: GenerationRoom | null;
  readonly problem: Problem | null;
  /** Why nothing of it goes for now; null where it can. */
  readonly keptFor: string | null;
}

/** What several hosts could let go, asked of each. */
export class OldGenerationsOfHosts implements Disposable {
  readonly #client: Client;
  readonly #fleetId: FleetId;
  readonly #hosts: readonly HostName[];
  readonly #closed = new AbortController();
  #found = $state.raw<ReadonlyMap<HostName, readonly Generation[] | Problem>>(new Map());
  #rooms = $state.raw<ReadonlyMap<string, GenerationRoom | Problem>>(new Map());
  #round: AbortController | null = null;

  constructor(client: Client, fleetId: FleetId, hosts: readonly HostName[]) {
    this.#client = client;
    this.#fleetId = fleetId;
    this.#hosts = hosts;
  }

  /** Asks every host for its generations. */
  async ask(): Promise<void> {
    const { signal } = this.#closed;
    await inTurns(this.#hosts, signal, async (host) => {
      const found = await this.#client.deploy
        .generations({ fleetId: this.#fleetId, host }, { signal })
        .catch(asProblem);
      this.#found = new Map(this.#found).set(host, found);
    });
  }

  /** What each host would let go, as far as it is known. */
  plan(old: OldGenerations | null, now: number): HostToClean[] {
    return this.#hosts.map((host) => {
      const found = this.#found.get(host);
      const open = { host, numbers: null, room: null, problem: null, keptFor: null };
      if (found === undefined || old === null) return open;
      if (isProblem(found)) return { ...open, problem: found };
      const numbers = oldGenerations(found, old, now).map(({ number }) => number);
      const keptFor = whyAllKept(found)?.reason ?? null;
      const room = numbers.length === 0 ? { onlyBytes: 0, garbageBytes: 0 } : this.#rooms.get(keyOf(host, numbers));
      if (room === undefined) return { ...open, numbers, keptFor };
      return isProblem(room) ? { ...open, numbers, problem: room } : { ...open, numbers, room, keptFor };
    });
  }

  /** Asks how much room these would make; what was asked before it is left. */
  async askRooms(plan: readonly HostToClean[]): Promise<void> {
    this.#round?.abort();
    const round = new AbortController();
    this.#round = round;
    const signal = AbortSignal.any([round.signal, this.#closed.signal]);
    const open = plan.filter(({ numbers, room, problem }) => numbers !== null && room === null && problem === null);
    await inTurns(open, signal, async ({ host, numbers }) => {
      const wanted = [...(numbers ?? [])];
      const question = { fleetId: this.#fleetId, host, numbers: wanted };
      const room = await this.#client.deploy.generationRoom(question, { signal }).catch(asProblem);
      if (!signal.aborted) this.#rooms = new Map(this.#rooms).set(keyOf(host, wanted), room);
    });
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
  }
}

const keyOf = (host: HostName, numbers: readonly number[]): string => `${host} ${numbers.join()}`;

function isProblem(value: object): value is Problem {
  return 'code' in value;
}

async function inTurns<Item>(
  items: readonly Item[],
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined && !signal.aborted; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, worker));
}
