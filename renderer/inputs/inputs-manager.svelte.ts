import type { FleetId, JobId } from '../../shared/contract/ids.ts';
import type { FlakeInput, InputChange, InputEdit, InputsView, Proposal } from '../../shared/contract/inputs.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';

/** What a dialog of the page is open for. */
export type InputsDialog =
  | { readonly kind: 'update'; readonly inputs: readonly string[] }
  | { readonly kind: 'add' }
  | { readonly kind: 'pin' | 'unpin' | 'remove'; readonly input: FlakeInput }
  | { readonly kind: 'follow'; readonly input: FlakeInput };

/** The inputs of the open fleet's flake, and what was tried with them. */
export class InputsManager {
  readonly #client: Client;
  #fleet: { readonly id: FleetId; readonly path: string } | null = null;
  #view = $state.raw<InputsView | null>(null);
  #proposals = $state.raw<readonly Proposal[]>([]);
  #problem = $state.raw<Problem | null>(null);
  #question = 0;

  /** null: none is open. */
  dialog = $state.raw<InputsDialog | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  /** null: not read yet. */
  get view(): InputsView | null {
    return this.#view;
  }
  get problem(): Problem | null {
    return this.#problem;
  }
  /** The latest that was tried; null: nothing. */
  get latest(): Proposal | null {
    return this.#proposals[0] ?? null;
  }
  /** What waits for somebody to decide. */
  get open(): Proposal | null {
    const { latest } = this;
    return latest !== null && latest.files.length > 0 && (latest.state === 'open' || latest.state === 'outdated')
      ? latest
      : null;
  }

  /** Shows another fleet's inputs. */
  follow(fleet: { readonly id: FleetId; readonly path: string } | null): void {
    if (fleet?.id === this.#fleet?.id) return;
    this.#fleet = fleet && { id: fleet.id, path: fleet.path };
    this.#view = null;
    this.#proposals = [];
    this.#problem = null;
    this.dialog = null;
    void this.load();
  }

  /** Reads flake.nix and flake.lock again, and what was tried. What was known stays where that fails. */
  async load(): Promise<void> {
    const fleet = this.#fleet;
    const question = ++this.#question;
    if (fleet === null) return;
    try {
      const { inputs } = this.#client;
      const [view, proposals] = await Promise.all([
        inputs.list({ path: fleet.path }),
        inputs.proposals({ fleetId: fleet.id }),
      ]);
      if (question !== this.#question) return;
      this.#view = view;
      this.#proposals = proposals;
      this.#problem = null;
    } catch (error) {
      if (question === this.#question) this.#problem = asProblem(error);
    }
  }

  /** Tries newer inputs. @throws what the engine says */
  async update(inputs: readonly string[], build: boolean): Promise<JobId> {
    return this.#try({ kind: 'update', inputs: [...inputs] }, build);
  }

  /** Tries an edit of flake.nix that was shown. @throws what the engine says */
  async edit(edit: InputEdit, hash: string, build: boolean): Promise<JobId> {
    return this.#try({ kind: 'edit', edit, hash }, build);
  }

  async #try(change: InputChange, build: boolean): Promise<JobId> {
    if (this.#fleet === null) throw new Error('No fleet is open.');
    return (await this.#client.inputs.try({ fleetId: this.#fleet.id, change, build })).jobId;
  }

  /** Writes what was tried into the fleet. @throws what the engine says */
  async accept(jobId: JobId): Promise<Proposal> {
    return this.#decide(this.#client.inputs.accept({ jobId }));
  }

  async discard(jobId: JobId): Promise<Proposal> {
    return this.#decide(this.#client.inputs.discard({ jobId }));
  }

  async #decide(answer: Promise<Proposal>): Promise<Proposal> {
    try {
      return await answer;
    } finally {
      await this.load();
    }
  }
}
