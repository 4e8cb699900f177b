import type { FleetId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import { mergeTexts } from '../ui/code/merge-texts.ts';

/** A file that is looked at or written: what is on the disk, and what was typed since. */
export class FileDocument {
  readonly fleetId: FleetId;
  readonly file: string;
  readonly #client: Pick<Client, 'files'>;
  /** What the typed text was made from. */
  #base = $state.raw<{ text: string | null; hash: string } | null>(null);
  #text = $state<string | null>(null);
  /** What is on the disk now; undefined: not heard of, null: gone. */
  #diskHash = $state<string | null | undefined>(undefined);
  #problem = $state.raw<Problem | null>(null);
  #mergeCount = $state(0);
  #isMergeNews = $state(false);
  #isSaving = $state(false);

  constructor(client: Pick<Client, 'files'>, fleetId: FleetId, file: string) {
    this.#client = client;
    this.fleetId = fleetId;
    this.file = file;
  }

  /** False until it was read. */
  get isRead(): boolean {
    return this.#base !== null;
  }
  /** False for what is no text, or too much of it. */
  get isText(): boolean {
    return this.#base?.text !== null;
  }
  get text(): string {
    return this.#text ?? this.#base?.text ?? '';
  }
  get isDirty(): boolean {
    return this.#text !== null && this.#text !== this.#base?.text;
  }
  get isSaving(): boolean {
    return this.#isSaving;
  }
  /** How often something else's changes were merged into the typed text. */
  get mergeCount(): number {
    return this.#mergeCount;
  }
  /** True from a merge until it is put aside, or what came of it is saved. */
  get isMergeNews(): boolean {
    return this.#isMergeNews;
  }
  /** Why it could not be read or saved. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** `changed`, `gone`: by somebody else while there is unsaved text here. */
  get conflict(): 'changed' | 'gone' | null {
    if (this.#base === null || this.#diskHash === undefined || this.#diskHash === this.#base.hash) return null;
    if (this.#diskHash === null) return 'gone';
    return this.isDirty ? 'changed' : null;
  }

  /** Reads the file. What was typed stays unless `isTakingOver`. */
  async read(isTakingOver = false): Promise<void> {
    try {
      const read = await this.#client.files.read({ fleetId: this.fleetId, file: this.file });
      this.#take(read);
      if (isTakingOver || read.text === this.#text) this.#text = null;
    } catch (error) {
      this.#problem = asProblem(error);
    }
  }

  type(text: string): void {
    this.#text = text;
  }

  /** The typed text is given up for what was read. */
  revert(): void {
    this.#text = null;
  }

  /**
   * What is on the disk, as the engine saw it. Without unsaved text the new one is simply shown; else it is merged with
   * what was typed, where both did not change the same lines.
   */
  async hear(hash: string | null): Promise<void> {
    this.#diskHash = hash;
    if (hash === null || this.#base === null || hash === this.#base.hash || this.#isSaving) return;
    if (this.isDirty) await this.#merge();
    else await this.read();
  }

  putMergeAside(): void {
    this.#isMergeNews = false;
  }

  #take(read: { text: string | null; hash: string }): void {
    this.#base = read;
    this.#diskHash = read.hash;
    this.#problem = null;
  }

  /** Reads what is on the disk and merges it with what was typed; where that cannot be done, a person is asked. */
  async #merge(): Promise<void> {
    let theirs: { text: string | null; hash: string };
    try {
      theirs = await this.#client.files.read({ fleetId: this.fleetId, file: this.file });
    } catch {
      this.#diskHash = null;
      return;
    }
    this.#diskHash = theirs.hash;
    const [base, mine] = [this.#base?.text ?? null, this.#text];
    if (base === null || mine === null || theirs.text === null || theirs.hash === this.#base?.hash) return;
    const merged = mergeTexts(base, mine, theirs.text);
    if (merged === null) return;
    this.#take(theirs);
    this.#text = merged === theirs.text ? null : merged;
    this.#mergeCount++;
    this.#isMergeNews = this.#text !== null;
  }

  /** Saves what was typed. @returns whether it is on the disk now */
  async save(): Promise<boolean> {
    const base = this.#base;
    const text = this.#text;
    if (base === null || text === null || !this.isDirty || this.#isSaving) return false;
    this.#isSaving = true;
    try {
      const hash = this.#diskHash === null ? null : base.hash;
      const saved = await this.#client.files.save({ fleetId: this.fleetId, file: this.file, text, hash });
      this.#base = { text, hash: saved.hash };
      this.#diskHash = saved.hash;
      // What was typed while it was saved is still to be saved.
      if (this.#text === text) this.#text = null;
      this.#problem = null;
      this.#isMergeNews = false;
      return true;
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code === 'file-changed') await this.#merge();
      else this.#problem = problem;
      return false;
    } finally {
      this.#isSaving = false;
    }
  }

  /** The typed text is meant for what is there now: the next save writes over it. */
  async keepMine(): Promise<boolean> {
    if (this.#diskHash !== null) await this.read();
    return this.save();
  }
}
