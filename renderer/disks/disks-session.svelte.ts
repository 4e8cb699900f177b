import type { Client } from '../app/client.ts';
import { asProblem } from '../app/as-problem.ts';
import type { LayoutFileEntry } from '../../shared/contract/disks.ts';
import type { FleetId, HostName } from '../../shared/contract/ids.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { fromJson, isSet, type Layout } from '../../shared/disko/layout.ts';
import { copyNotes, copyToAnotherMachine } from '../../shared/disko/operations.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { LayoutEditor } from './layout-editor.svelte.ts';
import { newDocument, openDocument } from './layout-document.ts';
import { layoutDisks } from './before.ts';
import { MachineDisks } from './machine-disks.svelte.ts';
import type { SettingsPlan } from './settings-beside.ts';
import { SettingsFile, type PresentFile } from './settings-file.svelte.ts';

const PASTED = 'Pasted text';
/** As of files of a fleet. */
const MAX_OWN_FILE_BYTES = 8 * 1024 * 1024;

/** Where the layout on the page comes from. */
export type LayoutOrigin =
  | { readonly kind: 'file'; readonly fleetId: FleetId; readonly file: string; readonly hash: string }
  | { readonly kind: 'text'; readonly title: string }
  | { readonly kind: 'recipe'; readonly title: string }
  /** What the whole configuration of a host comes to. */
  | { readonly kind: 'host'; readonly title: string; readonly host: HostName }
  /** `notes`: what a person has to do before it fits the other machine. */
  | { readonly kind: 'copy'; readonly title: string; readonly notes: readonly string[] };

/** A file of a fleet that a layout is written to; `hash` of what is there now, null: nothing. */
export interface LayoutPlace {
  readonly fleetId: FleetId;
  readonly file: string;
  readonly hash: string | null;
}

/** The file with NixOS settings that is written with a layout, and what is in it now. */
export interface SettingsToWrite {
  readonly plan: SettingsPlan;
  readonly present: PresentFile | null;
}

/** The work on one layout. It outlives the page, so that looking at another page loses nothing. */
export class DisksSession {
  /** The machine that the layout is meant for, once it was looked at. */
  readonly machine = new MachineDisks();
  /** What stands in the file with NixOS settings beside the layout. */
  readonly settings = new SettingsFile();
  #editor = $state.raw<LayoutEditor | null>(null);
  #origin = $state.raw<LayoutOrigin>({ kind: 'text', title: PASTED });
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
    return origin.kind === 'file' ? origin.file : origin.title;
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
      if (text === null) {
        this.#problem = notText(file);
        return;
      }
      const beside = await this.settings.read(client, fleetId, file);
      const editor = new LayoutEditor(openDocument(text));
      this.#begin({ kind: 'file', fleetId, file, hash }, editor);
      this.settings.settle(editor, beside);
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

  /**
   * The layout that a host's whole configuration comes to, as a text of its own. It is not opened where `signal` ends it
   * first.
   */
  async openHost(client: Client, fleetId: FleetId, host: HostName, signal: AbortSignal): Promise<void> {
    await this.#doing(async () => {
      const answer = await client.disks.evaluateHost({ fleetId, host }, { signal }).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      const layout = answer === null ? null : fromJson(answer.layout);
      if (signal.aborted || layout === null || !isSet(layout)) return;
      this.#begin({ kind: 'host', title: `Layout of ${host}`, host }, new LayoutEditor(newDocument(layout)));
      this.#savedText = '';
    });
  }

  openText(text: string, title = PASTED): void {
    this.#begin({ kind: 'text', title }, new LayoutEditor(openDocument(text)));
  }

  /** A file of this computer that is in no fleet; it is read, and what becomes of it is saved elsewhere or copied. */
  async openOwnFile(file: File): Promise<void> {
    await this.#doing(async () => {
      const text = file.size > MAX_OWN_FILE_BYTES ? null : decoded(await file.arrayBuffer());
      if (text === null) this.#problem = notText(file.name);
      else this.openText(text, file.name);
    });
  }

  /** The machine that was looked at for it stays known, and the drawing is as large as its disks. */
  openRecipe(title: string, layout: Layout, firmware: Firmware, sizes: Readonly<Record<string, number>>): void {
    this.#begin({ kind: 'recipe', title }, new LayoutEditor(newDocument(layout), { firmware, sizes }), false);
    this.#savedText = '';
    this.takeSizes();
  }

  #begin(origin: LayoutOrigin, editor: LayoutEditor, isOtherMachine = true): void {
    this.#origin = origin;
    this.#editor = editor;
    if (isOtherMachine) this.machine.forget();
    this.settings.settle(editor, null);
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

  /**
   * Writes the text into the file it came from, and what NixOS needs into the file beside it. True when both are there.
   */
  async save(client: Client, beside: SettingsToWrite | null): Promise<boolean> {
    const origin = this.#origin;
    if (origin.kind !== 'file') return false;
    return this.#write(client, origin, beside);
  }

  /**
   * Writes the text into another file of a fleet, which is worked on from then on. True when it is there.
   * @param place `hash` of what is in the file now; null: it must not be there yet
   */
  async saveAs(client: Client, place: LayoutPlace, beside: SettingsToWrite | null): Promise<boolean> {
    return this.#write(client, place, beside);
  }

  #write(
    client: Client,
    { fleetId, file, hash: before }: LayoutPlace,
    beside: SettingsToWrite | null,
  ): Promise<boolean> {
    const editor = this.#editor;
    const text = beside?.plan.layoutText ?? editor?.text ?? '';
    return this.#doing(async () => {
      // First what the layout imports: it harms nobody where the layout is then refused.
      let present = this.settings.present;
      if (beside !== null) {
        const { plan, present: found } = beside;
        const { hash } = await client.files.save({
          fleetId,
          file: plan.file,
          text: plan.text,
          hash: found?.hash ?? null,
        });
        present = { text: plan.text, hash };
      }
      const { hash } = await client.files.save({ fleetId, file, text, hash: before });
      this.#origin = { kind: 'file', fleetId, file, hash };
      this.#savedText = text;
      if (editor === null) return;
      if (editor.text !== text) editor.type(text);
      if (beside !== null || before === null) this.settings.settle(editor, beside === null ? null : present);
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

/** null for bytes that are no text: written back, they would be others. */
function decoded(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
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
