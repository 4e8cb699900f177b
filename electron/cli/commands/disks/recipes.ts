import { join } from 'node:path';
import { companionFileName, formatCompanion, importCompanion } from '../../../../shared/disko/companion/file.ts';
import { companionSettings } from '../../../../shared/disko/companion/settings.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { toJson } from '../../../../shared/disko/layout.ts';
import { buildRecipe, RecipeError, recipes, type RecipeDisk } from '../../../../shared/disko/recipes.ts';
import type { Firmware } from '../../../../shared/disko/rules/finding.ts';
import { writeNewFiles } from '../../../engine/fleet/create/write-files.ts';
import { wrongUsage } from '../../errors.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import { table } from '../../output/table.ts';
import { printable } from '../../output/text.ts';
import type { Printer } from '../../printer.ts';
import { newHostId } from './settings.ts';

export function listRecipes(printer: Printer): ExitCode {
  const rows = recipes.map(({ name, title, description, minimumDisks, maximumDisks }) => ({
    name,
    title,
    description,
    minimumDisks,
    maximumDisks,
  }));
  if (printer.isJson) printer.printJson(rows);
  else {
    const disks = (low: number, high: number): string => (low === high ? String(low) : `${low}-${high}`);
    const cells = rows.map((row) => [row.name, disks(row.minimumDisks, row.maximumDisks), row.description]);
    printer.print(table(['NAME', 'DISKS', 'WHAT IT IS'], cells, printer.paint));
  }
  return exitCodes.done;
}

export interface RecipeOptions {
  readonly disk: readonly RecipeDisk[];
  readonly firmware: Firmware;
  readonly swap?: string;
  readonly hibernation?: boolean;
  readonly hostId?: string;
  readonly out?: string;
}

const LAYOUT_FILE = 'disko.nix';

export async function makeRecipe(printer: Printer, name: string, options: RecipeOptions): Promise<ExitCode> {
  const { disk: disks, firmware, swap = null, hibernation = false, hostId = newHostId(), out } = options;
  try {
    const layout = buildRecipe(name, { disks, firmware, swap, hibernation });
    const settings = companionSettings(layout, { firmware, hostId });
    const beside = companionFileName(LAYOUT_FILE);
    const files = {
      [LAYOUT_FILE]: importCompanion(formatLayout(layout), beside),
      [beside]: formatCompanion(settings, LAYOUT_FILE),
    };
    if (out !== undefined) await writeNewFiles(out, files);
    if (printer.isJson) printer.printJson({ layout: toJson(layout), files });
    else if (out === undefined) printer.print(formatLayout(layout));
    else for (const file of Object.keys(files)) printer.print(`Wrote ${printable(join(out, file))}\n`);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    throw wrongUsage('The recipe cannot be made', error.message, 'nixstead disks recipes shows them all.');
  }
}
