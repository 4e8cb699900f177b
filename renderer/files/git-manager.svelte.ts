import type { Discarded, GitBranches, GitFile, GitState, PullPlan } from '../../shared/contract/git.ts';
import type { FleetId, JobId } from '../../shared/contract/ids.ts';
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
    const fleetId = this.#fleet();
    try {
      return await act(fleetId);
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

  /** @param signal ends the commit with the hooks that it runs */
  commit(message: string, signal: AbortSignal): Promise<{ revision: string }> {
    this.#discarded = [];
    return this.#change((fleetId) => this.#client.git.commit({ fleetId, message }, { signal }));
  }

  async branches(): Promise<GitBranches> {
    return this.#client.git.branches({ fleetId: this.#fleet() });
  }

  switchBranch(branch: string): Promise<void> {
    return this.#change((fleetId) => this.#client.git.switchBranch({ fleetId, branch }));
  }

  createBranch(name: string): Promise<void> {
    return this.#change((fleetId) => this.#client.git.createBranch({ fleetId, name }));
  }

  abortOperation(): Promise<void> {
    return this.#change((fleetId) => this.#client.git.abortOperation({ fleetId }));
  }

  async planPull(how: 'merge' | 'rebase' | null): Promise<PullPlan> {
    return this.#client.git.planPull({ fleetId: this.#fleet(), how });
  }

  /** Talks to the remote, as a job. @throws what the engine says, before there is a job */
  async sync(action: 'fetch' | 'pull' | 'push', how: 'merge' | 'rebase' | null = null): Promise<JobId> {
    return (await this.#client.git.sync({ fleetId: this.#fleet(), action, how })).jobId;
  }

  #fleet(): FleetId {
    if (this.#fleetId === null) throw new Error('No fleet is open.');
    return this.#fleetId;
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
