import {
  companionFileName,
  formatCompanion,
  importCompanion,
  mergeCompanion,
  readCompanion,
  type KeptSetting,
} from '../../shared/disko/companion/file.ts';
import type { NixosSetting } from '../../shared/disko/companion/setting.ts';
import { companionSettings } from '../../shared/disko/companion/settings.ts';
import { isSame, valueAt, type Layout, type LayoutSet } from '../../shared/disko/layout.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { EditError } from '../../shared/nix/edit.ts';

/** What the settings beside a layout are worked out from. */
export interface SettingsQuestion {
  readonly layout: Layout;
  readonly firmware: Firmware | null;
  /** Path of the layout's file in the fleet. */
  readonly layoutFile: string;
  readonly layoutText: string;
  /** Text of the file beside it as it is now; null: there is none. */
  readonly present: string | null;
  /** What the layout wanted when `present` was written, as far as that is known. */
  readonly before: readonly NixosSetting[];
  /** For `networking.hostId` where no number is written yet. */
  readonly newHostId: string;
}

/** The file beside a layout as it is to be, and the layout's text with the import of it. */
export interface SettingsPlan {
  readonly file: string;
  readonly text: string;
  readonly layoutText: string;
  /** False where the layout's file cannot import it: who imports the layout has to. */
  readonly isImported: boolean;
  readonly kept: readonly KeptSetting[];
}

/** One setting that the layout needs: whether the file beside it says so. */
export interface SettingRow {
  readonly setting: NixosSetting;
  readonly state: 'written' | 'missing' | 'otherwise';
}

/** The options that a file beside a layout sets; null where there is none or its text cannot be read. */
export function settingsIn(text: string | null): LayoutSet | null {
  const reading = text === null ? null : readCompanion(text);
  return reading?.ok ? reading.settings : null;
}

/** What NixOS has to be told besides the layout. The number of the machine stays the one that is written. */
export function settingsFor({ layout, firmware, present, newHostId }: SettingsQuestion): NixosSetting[] {
  const written = valueAt(settingsIn(present) ?? {}, ['networking', 'hostId']);
  return companionSettings(layout, { firmware, hostId: typeof written === 'string' ? written : newHostId });
}

export function settingRows(question: SettingsQuestion): SettingRow[] {
  const present = settingsIn(question.present) ?? {};
  return settingsFor(question).map((setting) => {
    const value = valueAt(present, setting.path);
    // What is forced is written as an expression, so its value is not compared.
    const isWritten = value !== undefined && (setting.isForced === true || isSame(value, setting.value));
    return { setting, state: isWritten ? 'written' : value === undefined ? 'missing' : 'otherwise' };
  });
}

/**
 * Works out both texts and writes nothing. What a person has changed in the file beside the layout stays.
 * @returns null where the layout needs nothing of NixOS and there is no file
 * @throws EditError where the file beside it is no NixOS module that can be edited
 */
export function planSettings(question: SettingsQuestion): SettingsPlan | null {
  const { layoutFile, layoutText, present, before } = question;
  const wanted = settingsFor(question);
  if (present === null && wanted.length === 0) return null;
  const file = companionFileName(layoutFile);
  const name = (path: string): string => path.split('/').at(-1) ?? path;
  const merge =
    present === null
      ? { text: formatCompanion(wanted, name(layoutFile)), kept: [] }
      : mergeCompanion(present, before, wanted);
  try {
    return { file, ...merge, layoutText: importCompanion(layoutText, name(file)), isImported: true };
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    return { file, ...merge, layoutText, isImported: false };
  }
}
