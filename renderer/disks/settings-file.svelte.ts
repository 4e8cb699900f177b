import type { Client } from '../app/client.ts';
import type { FleetId } from '../../shared/contract/ids.ts';
import { companionFileName } from '../../shared/disko/companion/file.ts';
import type { NixosSetting } from '../../shared/disko/companion/setting.ts';
import type { LayoutEditor } from './layout-editor.svelte.ts';
import { settingsFor, settingsIn, type SettingsQuestion } from './settings-beside.ts';

/** A file of a fleet as it is now. */
export interface PresentFile {
  readonly text: string;
  readonly hash: string;
}

/** The file with NixOS settings beside the layout that is worked on. */
export class SettingsFile {
  #present = $state.raw<PresentFile | null>(null);
  #before: readonly NixosSetting[] = [];
  readonly #newHostId = newHostId();

  /** null: there is none. */
  get present(): PresentFile | null {
    return this.#present;
  }

  /** Reads what stands beside a file; one that cannot be read counts as none, and saving then says why. */
  async read(client: Client, fleetId: FleetId, layoutFile: string): Promise<PresentFile | null> {
    const file = companionFileName(layoutFile);
    const found = await client.files.read({ fleetId, file }).catch(() => null);
    return found === null || found.text === null ? null : { text: found.text, hash: found.hash };
  }

  /** What the layout wants now is what the file was written for: later changes of the layout are told from a person's. */
  settle(editor: LayoutEditor, present: PresentFile | null): void {
    this.#present = present;
    editor.settings = settingsIn(present?.text ?? null);
    this.#before = settingsFor(this.question(editor, ''));
  }

  /** What is to be worked out for a layout's file; `present` for another file than the one that it came from. */
  question(editor: LayoutEditor, layoutFile: string, present: PresentFile | null = this.#present): SettingsQuestion {
    return {
      layout: editor.settledLayout,
      firmware: editor.firmware,
      layoutFile,
      layoutText: editor.text,
      present: present?.text ?? null,
      before: this.#before,
      newHostId: this.#newHostId,
    };
  }
}

/** A number for `networking.hostId` that no other machine has. */
function newHostId(): string {
  return [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
