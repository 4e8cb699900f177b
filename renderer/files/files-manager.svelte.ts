import { SvelteMap } from 'svelte/reactivity';
import type { FleetId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import { FileDocument } from './file-document.svelte.ts';

/** The files of the open fleet, and those of them that hold unsaved text. */
export class FilesManager {
  readonly #client: Client;
  #fleetId: FleetId | null = null;
  #files = $state.raw<readonly string[] | null>(null);
  #isComplete = $state(true);
  #problem = $state.raw<Problem | null>(null);
  readonly #documents = new SvelteMap<string, FileDocument>();
  #question = 0;

  readonly #dirty = $derived([...this.#documents.values()].filter((each) => each.isDirty).map(({ file }) => file));

  constructor(client: Client) {
    this.#client = client;
  }

  /** null: not listed yet. */
  get files(): readonly string[] | null {
    return this.#files;
  }
  get isComplete(): boolean {
    return this.#isComplete;
  }
  get problem(): Problem | null {
    return this.#problem;
  }
  /** Files with unsaved text. */
  get dirty(): readonly string[] {
    return this.#dirty;
  }

  /** Shows another fleet's files. */
  follow(fleetId: FleetId | null): void {
    if (fleetId === this.#fleetId) return;
    this.#fleetId = fleetId;
    this.#files = null;
    this.#problem = null;
    this.#documents.clear();
  }

  async list(): Promise<void> {
    const fleetId = this.#fleetId;
    const question = ++this.#question;
    if (fleetId === null) return;
    try {
      const { files, isComplete } = await this.#client.files.list({ fleetId });
      if (question !== this.#question) return;
      this.#files = files;
      this.#isComplete = isComplete;
      this.#problem = null;
    } catch (error) {
      if (question === this.#question) this.#problem = asProblem(error);
    }
  }

  /** The document of a file; the same as long as the fleet is open, so that unsaved text outlives other pages. */
  open(file: string): FileDocument | null {
    if (this.#fleetId === null) return null;
    const known = this.#documents.get(file);
    if (known !== undefined) return known;
    const document = new FileDocument(this.#client, this.#fleetId, file);
    this.#documents.set(file, document);
    return document;
  }
}
