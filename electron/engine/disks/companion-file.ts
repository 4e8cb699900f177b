import { readFile } from 'node:fs/promises';
import {
  companionFileName,
  formatCompanion,
  importCompanion,
  mergeCompanion,
  readCompanion,
  type KeptSetting,
} from '../../../shared/disko/companion/file.ts';
import { companionSettings, type CompanionAnswers } from '../../../shared/disko/companion/settings.ts';
import type { Layout, LayoutSet } from '../../../shared/disko/layout.ts';
import { EditError } from '../../../shared/nix/edit.ts';
import { ProblemError } from '../errors.ts';
import { replaceFile, writeNewFiles } from '../fleet/create/write-files.ts';
import { basename, dirname } from 'node:path';

/** The file beside a layout with the NixOS settings that disko cannot express. */
export interface Companion {
  readonly file: string;
  readonly text: string;
  readonly settings: LayoutSet;
}

/** What is to be written. */
export interface CompanionPlan {
  readonly file: string;
  readonly text: string;
  readonly isNew: boolean;
  /** What a person has there and the layout would want otherwise. */
  readonly kept: readonly KeptSetting[];
  /** The layout's file with an import of the companion; null where it has one, or is no module that could. */
  readonly layout: { readonly file: string; readonly text: string } | null;
}

/** The companion of a layout's file; null where there is none or its text cannot be read. */
export async function companionBeside(layoutFile: string): Promise<Companion | null> {
  const file = companionFileName(layoutFile);
  const text = await textOf(file);
  const reading = text === null ? null : readCompanion(text);
  return text !== null && reading?.ok ? { file, text, settings: reading.settings } : null;
}

/**
 * Works out the companion of a layout and writes nothing.
 * @param before the answers and the layout that the present text was made for, where they are known
 * @throws ProblemError `disks-settings-unreadable` where the file beside it is no NixOS module that can be edited
 */
export async function planCompanion(
  layoutFile: string,
  layout: Layout,
  answers: CompanionAnswers,
  before: { readonly layout: Layout; readonly answers: CompanionAnswers } | null = null,
): Promise<CompanionPlan> {
  const file = companionFileName(layoutFile);
  const name = basename(layoutFile);
  const wanted = companionSettings(layout, answers);
  const present = await textOf(file);
  const old = before === null ? [] : companionSettings(before.layout, before.answers);
  const merge =
    present === null ? { text: formatCompanion(wanted, name), kept: [] } : merged(file, present, old, wanted);
  return { file, ...merge, isNew: present === null, layout: await withImport(layoutFile, basename(file)) };
}

export async function writeCompanion(plan: CompanionPlan): Promise<void> {
  if (plan.isNew) await writeNewFiles(dirname(plan.file), { [basename(plan.file)]: plan.text });
  else await replaceFile(plan.file, plan.text);
  if (plan.layout) await replaceFile(plan.layout.file, plan.layout.text);
}

function merged(file: string, ...[text, before, after]: Parameters<typeof mergeCompanion>) {
  try {
    return mergeCompanion(text, before, after);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    throw new ProblemError({
      code: 'disks-settings-unreadable',
      title: `${file} is no NixOS module that can be edited: ${error.message}`,
      evidence: text.slice(0, 500),
      advice: ['Mend it, or move it out of the way; nothing was written.'],
    });
  }
}

async function withImport(layoutFile: string, companion: string): Promise<CompanionPlan['layout']> {
  const text = await textOf(layoutFile);
  if (text === null) return null;
  try {
    const changed = importCompanion(text, companion);
    return changed === text ? null : { file: layoutFile, text: changed };
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}

async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new ProblemError({
      code: 'file-unreadable',
      title: `${file} cannot be read`,
      evidence: error instanceof Error ? error.message : '',
      advice: ['Check whether you may read the file.'],
    });
  }
}
