import type { Client } from '../app/client.ts';

type PathEntry = Awaited<ReturnType<Client['fleet']['completePath']>>[number];

const QUIET_MS = 80;

/** Folders that fit what stands in the path box; asked for after a short quiet, the newest question wins. */
export class PathCompletion {
  readonly #client: Client;
  #entries = $state.raw<readonly PathEntry[]>([]);
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  get entries(): readonly PathEntry[] {
    return this.#entries;
  }

  ask(prefix: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#askNow(prefix), QUIET_MS);
  }

  async #askNow(prefix: string): Promise<void> {
    const question = ++this.#question;
    // A completion that fails is no completion; opening the path will say what is wrong with it.
    const entries = await this.#client.fleet.completePath({ prefix }).catch(() => []);
    if (question === this.#question) this.#entries = entries;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#question += 1;
    this.#entries = [];
  }
}
