import type { Discarded, GitFile, GitState } from '../../shared/contract/git.ts';
import type { FleetId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** The work tree around the open fleet. */
export class GitManager {
  readonly #client: Client;
  #fleetId: FleetId | null = null;
  #state = $state.raw<GitState | null>(null);
  #isKnown = $state(false);
  #problem = $state.raw<Problem | null>(null);
  #discarded = $state.raw<readonly Discarded[]>([]);
  #question = 0;

  readonly #byFile = $derived(new Map((this.#state?.files ?? []).map((entry) => [entry.file, entry])));
  readonly #unseen = $derived((this.#state?.files ?? []).filter((entry) => entry.isUnseen).map(({ file }) => file));

  constructor(client: Client) {
    this.#client = client;
  }

  /** null: not in git, or not asked yet (see `isKnown`). */
  get state(): GitState | null {
    return this.#state;
  }
  get isKnown(): boolean {
    return this.#isKnown;
  }
  get problem(): Problem | null {
    return this.#problem;
  }
  /** New files that git does not know, so that the flake cannot see them. */
  get unseen(): readonly string[] {
    return this.#unseen;
  }
  /** What was discarded last, as long as it can be brought back. */
  get discarded(): readonly Discarded[] {
    return this.#discarded;
  }
  file(file: string): GitFile | undefined {
    return this.#byFile.get(file);
  }

  /** Shows another fleet's work tree. */
  follow(fleetId: FleetId | null): void {
    if (fleetId === this.#fleetId) return;
    this.#fleetId = fleetId;
    this.#state = null;
    this.#isKnown = false;
    this.#problem = null;
    this.#discarded = [];
    void this.refresh();
  }

  /** Asks git again. What was known stays when git does not answer. */
  async refresh(): Promise<void> {
    const fleetId = this.#fleetId;
    const question = ++this.#question;
    if (fleetId === null) return;
    try {
      const state = await this.#client.git.state({ fleetId });
      if (question !== this.#question) return;
      this.#state = state;
      this.#isKnown = true;
      this.#problem = null;
    } catch (error) {
      if (question === this.#question) this.#problem = asProblem(error);
    }
  }

  /** Does something with git, then asks for the new state also when it failed. @throws what the engine says */
  async #change<Result>(act: (fleetId: FleetId) => Promise<Result>): Promise<Result> {
    if (this.#fleetId === null) throw new Error('No fleet is open.');
    try {
      return await act(this.#fleetId);
    } finally {
      await this.refresh();
    }
  }

  track(files: readonly string[]): Promise<void> {
    return this.#change((fleetId) => this.#client.git.track({ fleetId, files: [...files] }));
  }

  setStaged(files: readonly string[], isStaged: boolean): Promise<void> {
    const { git } = this.#client;
    return this.#change((fleetId) => (isStaged ? git.stage : git.unstage)({ fleetId, files: [...files] }));
  }

  commit(message: string): Promise<{ revision: string }> {
    this.#discarded = [];
    return this.#change((fleetId) => this.#client.git.commit({ fleetId, message }));
  }

  async discard(files: readonly string[]): Promise<void> {
    this.#discarded = await this.#change((fleetId) => this.#client.git.discard({ fleetId, files: [...files] }));
  }

  /** Brings back what was discarded last. */
  async undoDiscard(): Promise<void> {
    const files = this.#discarded;
    if (files.length === 0) return;
    await this.#change((fleetId) => this.#client.git.restore({ fleetId, files: [...files] }));
    this.#discarded = [];
  }

  forgetDiscarded(): void {
    this.#discarded = [];
  }
}
