import { Command } from 'commander';
import type { Firmware } from '../../../../shared/disko/rules/finding.ts';
import type { ActAlone } from '../../printer.ts';
import { checkFile } from './check.ts';
import { exportFile } from './export.ts';
import { argumentOption, diskOption, firmwareOption, hostIdOption, hostOption, jsonOption } from './options.ts';
import { importFile, roundTrip, summarizeFile, type ReadOptions } from './read.ts';
import { listRecipes, makeRecipe, type RecipeOptions } from './recipes.ts';
import { settingsOf, type SettingsOptions } from './settings.ts';

interface Json {
  readonly json?: boolean;
}

/** `disks ...`: layouts without an engine or a window. */
export function disksCommand(act: ActAlone): Command {
  const disks = new Command('disks').description('disko layouts: read, check, write');
  /** A command that reads a layout: a file's, or a host's. */
  const reading = (name: string, description: string): Command =>
    disks.command(name).description(description).argument('<PATH>').addOption(argumentOption()).addOption(hostOption());

  reading('import', 'the layout of a file as a model')
    .addOption(jsonOption())
    .action((path: string, options: ReadOptions & Json) =>
      act(options, (printer) => importFile(printer, path, options)),
    );
  disks
    .command('export')
    .description('a layout as a disko file, on stdout; what was imported is put back into its text')
    .argument('<LAYOUT.json>')
    .option('--fresh', 'write the layout anew, without the text that it was imported from')
    .action((file: string, options: { fresh?: boolean }) =>
      act({}, (printer) => exportFile(printer, file, options.fresh === true)),
    );
  reading('roundtrip', 'import and export again, on stdout; an unchanged file comes back byte for byte')
    .option('--fresh', 'write the layout anew instead of splicing it into the text')
    .action((path: string, options: ReadOptions & { fresh?: boolean }) =>
      act({}, (printer) => roundTrip(printer, path, options, options.fresh === true)),
    );
  reading('check', 'what disko, NixOS, the firmware or the tools will hold against a layout')
    .addOption(firmwareOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nFails where a finding is an error. docs/disk-findings.md explains every code.')
    .action((path: string, options: ReadOptions & Json & { firmware?: Firmware }) =>
      act(options, (printer) => checkFile(printer, path, options, options.firmware ?? null)),
    );
  reading('summary', 'a layout in plain sentences')
    .addOption(jsonOption())
    .action((path: string, options: ReadOptions & Json) =>
      act(options, (printer) => summarizeFile(printer, path, options)),
    );
  disks
    .command('settings')
    .description('the NixOS settings that a layout needs and disko cannot express, merged into the file beside it')
    .argument('<FILE>')
    .addOption(argumentOption())
    .addOption(firmwareOption())
    .addOption(hostIdOption())
    .option('--write', 'write the file beside the layout, and have the layout import it')
    .addOption(jsonOption())
    .action((file: string, options: SettingsOptions & Json) =>
      act(options, (printer) => settingsOf(printer, file, options)),
    );
  disks
    .command('recipes')
    .description('the recipes')
    .addOption(jsonOption())
    .action((options: Json) => act(options, (printer) => Promise.resolve(listRecipes(printer))));
  disks
    .command('recipe')
    .description('the layout of a recipe')
    .argument('<NAME>')
    .addOption(diskOption())
    .addOption(firmwareOption().default('uefi'))
    .option('--swap <SIZE>', 'a swap partition of this size')
    .option('--hibernation', 'the machine is to wake from this swap')
    .addOption(hostIdOption())
    .option('--out <FOLDER>', 'write the layout and the NixOS settings that it needs into this folder')
    .addOption(jsonOption())
    .action((name: string, options: RecipeOptions & Json) =>
      act(options, (printer) => makeRecipe(printer, name, options)),
    );
  return disks;
}
