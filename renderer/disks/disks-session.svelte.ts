import type { Client } from '../app/client.ts';
import { asProblem } from '../app/as-problem.ts';
import type { LayoutFileEntry } from '../../shared/contract/disks.ts';
import type { FleetId } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { fromJson, isSet, type Layout } from '../../shared/disko/layout.ts';
import { copyNotes, copyToAnotherMachine } from '../../shared/disko/operations.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { LayoutEditor } from './layout-editor.svelte.ts';
import { newDocument, openDocument } from './layout-document.ts';
import { layoutDisks } from './before.ts';
import { MachineDisks } from './machine-disks.svelte.ts';

/** Where the layout on the page comes from. */
export type LayoutOrigin =
  | { readonly kind: 'file'; readonly fleetId: FleetId; readonly file: string; readonly hash: string }
  | { readonly kind: 'text' }
  | { readonly kind: 'recipe'; readonly title: string }
  /** `notes`: what a person has to do before it fits the other machine. */
  | { readonly kind: 'copy'; readonly title: string; readonly notes: readonly string[] };

/** The work on one layout. It outlives the page, so that looking at another page loses nothing. */
export class DisksSession {
  /** The machine that the layout is meant for, once it was looked at. */
  readonly machine = new MachineDisks();
  #editor = $state.raw<LayoutEditor | null>(null);
  #origin = $state.raw<LayoutOrigin>({ kind: 'text' });
  /** The text as it is on disk, or as the work began. */
  #savedText = $state.raw('');
  #problem = $state.raw<Problem | null>(null);
  #isBusy = $state(false);
  #files = $state.raw<readonly LayoutFileEntry[] | null>(null);
  #isListComplete = $state(true);

  get editor(): LayoutEditor | null {
    return this.#editor;
  }
  get origin(): LayoutOrigin {
    return this.#origin;
  }
  get savedText(): string {
    return this.#savedText;
  }
  get problem(): Problem | null {
    return this.#problem;
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** Files of the fleet with layouts; null until they were looked for. */
  get files(): readonly LayoutFileEntry[] | null {
    return this.#files;
  }
  get isListComplete(): boolean {
    return this.#isListComplete;
  }
  get isChanged(): boolean {
    return this.#editor !== null && this.#editor.text !== this.#savedText;
  }
  get title(): string {
    const origin = this.#origin;
    return origin.kind === 'file' ? origin.file : origin.kind === 'text' ? 'Pasted text' : origin.title;
  }

  async list(client: Client, fleetId: FleetId): Promise<void> {
    await this.#doing(async () => {
      const { files, isComplete } = await client.disks.list({ fleetId });
      this.#files = files;
      this.#isListComplete = isComplete;
    });
  }

  async openFile(client: Client, fleetId: FleetId, file: string): Promise<void> {
    await this.#doing(async () => {
      const { text, hash } = await client.files.read({ fleetId, file });
      if (text === null) this.#problem = notText(file);
      else this.#begin({ kind: 'file', fleetId, file, hash }, new LayoutEditor(openDocument(text)));
    });
    const editor = this.#editor;
    const reading = editor?.document.reading;
    if (editor && reading && !reading.ok && reading.reason === 'outside') await this.#evaluate(client, editor);
  }

  /** What only nix can compute is shown, but not changed. */
  async #evaluate(client: Client, editor: LayoutEditor): Promise<void> {
    const origin = this.#origin;
    if (origin.kind !== 'file') return;
    await this.#doing(async () => {
      const { given } = editor.document;
      const { layout } = await client.disks.evaluate({ fleetId: origin.fleetId, file: origin.file, given });
      const value = fromJson(layout);
      if (isSet(value)) editor.showEvaluated(value);
    });
  }

  openText(text: string): void {
    this.#begin({ kind: 'text' }, new LayoutEditor(openDocument(text)));
  }

  openRecipe(title: string, layout: Layout, firmware: Firmware, sizes: Readonly<Record<string, number>>): void {
    this.#begin({ kind: 'recipe', title }, new LayoutEditor(newDocument(layout), { firmware, sizes }));
    this.#savedText = '';
  }

  #begin(origin: LayoutOrigin, editor: LayoutEditor): void {
    this.#origin = origin;
    this.#editor = editor;
    this.machine.forget();
    this.#savedText = editor.text;
    this.#problem = null;
  }

  /** The layout for another machine, as a new work; what it came from stays as it is on the disk. */
  openCopy(): void {
    const editor = this.#editor;
    if (editor === null) return;
    const { settledLayout: layout, firmware } = editor;
    const options = firmware === null ? {} : { firmware };
    const title = `Copy of ${this.title}`;
    this.#begin(
      { kind: 'copy', title, notes: copyNotes(layout) },
      new LayoutEditor(newDocument(copyToAnotherMachine(layout)), options),
    );
    this.#savedText = '';
  }

  /** Writes the text into the file it came from. True when it is there. */
  async save(client: Client): Promise<boolean> {
    const origin = this.#origin;
    if (origin.kind !== 'file') return false;
    return this.#write(client, origin.fleetId, origin.file, origin.hash);
  }

  /**
   * Writes the text into another file of a fleet, which is worked on from then on. True when it is there.
   * @param hash of what is in the file now; null: it must not be there yet
   */
  async saveAs(client: Client, fleetId: FleetId, file: string, hash: string | null): Promise<boolean> {
    return this.#write(client, fleetId, file, hash);
  }

  #write(client: Client, fleetId: FleetId, file: string, before: string | null): Promise<boolean> {
    const text = this.#editor?.text ?? '';
    return this.#doing(async () => {
      const { hash } = await client.files.save({ fleetId, file, text, hash: before });
      this.#origin = { kind: 'file', fleetId, file, hash };
      this.#savedText = text;
    });
  }

  /** Draws the disks as large as the machine's are. */
  takeSizes(): void {
    const editor = this.#editor;
    if (editor === null) return;
    for (const { name, device } of layoutDisks(editor.settledLayout)) {
      const probed = this.machine.find(device);
      if (probed !== null) editor.setDiskBytes(name, probed.sizeBytes);
    }
  }

  /** Back to the choice of a layout. */
  close(): void {
    this.#editor = null;
    this.#problem = null;
    this.#files = null;
  }

  async #doing(work: () => Promise<void>): Promise<boolean> {
    this.#isBusy = true;
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.#problem = asProblem(error);
      return false;
    } finally {
      this.#isBusy = false;
    }
  }
}

function notText(file: string): Problem {
  return {
    code: 'disks-not-text',
    title: `${file} is no text, or too large for one`,
    evidence: '',
    advice: ['Choose the file that sets disko.devices.'],
  };
}

/** The one session of this window. */
export const session = new DisksSession();
