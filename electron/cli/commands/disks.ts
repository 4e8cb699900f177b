import { Command, InvalidArgumentError, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { formatLayout, withoutDefaults } from '../../../shared/disko/format.ts';
import { fromJson, isSet, toJson, type Layout } from '../../../shared/disko/layout.ts';
import { buildRecipe, RecipeError, recipes, type RecipeDisk } from '../../../shared/disko/recipes.ts';
import type { Finding, Firmware } from '../../../shared/disko/rules/finding.ts';
import { checkLayout } from '../../../shared/disko/rules/index.ts';
import { summarize } from '../../../shared/disko/summary.ts';
import { readLayout } from '../../../shared/disko/read-source.ts';
import { ReadOnlyLayout, writeLayout } from '../../../shared/disko/write-source.ts';
import { readLayoutFile, type LayoutFile } from '../../engine/disks/read-layout-file.ts';
import { wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { table } from '../output/table.ts';
import { printable } from '../output/text.ts';
import type { Printer } from '../printer.ts';

type Given = Readonly<Record<string, unknown>>;
/** Runs a command that needs no engine and keeps its exit code. */
export type ActAlone = (options: { json?: boolean }, action: (printer: Printer) => Promise<ExitCode>) => Promise<void>;

/** `NAME=VALUE`; the value is JSON where it is JSON, else text. */
function argumentOption(text: string, previous: Given): Given {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('NAME=VALUE is wanted.');
  const value = text.slice(at + 1);
  let data: unknown = value;
  try {
    data = JSON.parse(value);
  } catch {
    // Not JSON: the text itself.
  }
  return { ...previous, [text.slice(0, at)]: data };
}

function diskOption(text: string, previous: readonly RecipeDisk[]): readonly RecipeDisk[] {
  const at = text.indexOf('=');
  const disk = { name: text.slice(0, at), device: text.slice(at + 1) };
  if (at < 1 || !disk.device.startsWith('/')) throw new InvalidArgumentError('NAME=/dev/disk/by-id/... is wanted.');
  return [...previous, disk];
}

function modelOf(file: LayoutFile) {
  return {
    layout: toJson(file.layout),
    way: file.way,
    devicesPath: file.devicesPath,
    arguments: file.arguments,
    kept: file.kept,
    assumed: file.assumed,
    readOnly: file.readOnly,
    // What export writes a changed layout back into, so that the rest of the file stays.
    source: file.source === null ? null : { text: file.text, given: file.source.given },
  };
}

/** What `import --json` prints, as far as export needs it; a bare layout is understood as well. */
const exported = z.object({
  layout: z.record(z.string(), z.unknown()),
  source: z
    .object({ text: z.string(), given: z.record(z.string(), z.unknown()).default({}) })
    .nullable()
    .default(null),
});

function readExported(text: string, name: string): { layout: Layout; source: z.infer<typeof exported>['source'] } {
  const refuse = (why: string) =>
    wrongUsage(`${name} holds no layout`, why.slice(0, 200), 'Give a file that disks import --json wrote.');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : '');
  }
  const isModel = typeof data === 'object' && data !== null && 'layout' in data;
  const parsed = exported.safeParse(isModel ? data : { layout: data });
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error));
  const layout = fromJson(parsed.data.layout);
  if (!isSet(layout)) throw refuse(text);
  return { layout, source: parsed.data.source };
}

async function importFile(printer: Printer, path: string, given: Given): Promise<ExitCode> {
  const file = await readLayoutFile(path, given);
  if (printer.isJson) printer.printJson(modelOf(file));
  else {
    for (const line of summarize(file.layout)) printer.print(`${printable(line)}\n`);
    const how = file.way === 'text' ? 'Read from the text alone.' : `Evaluated by nix: ${file.readOnly?.message ?? ''}`;
    printer.print(`${how}\n`);
    for (const note of file.kept)
      printer.print(`Line ${note.line}: ${printable(note.message)} Kept as it is written.\n`);
    for (const note of file.assumed) printer.print(`Line ${note.line}: ${printable(note.message)}\n`);
  }
  return exitCodes.done;
}

/** The layout as a file: put back into the text that it was imported from, or written anew where there is none. */
function exportText(layout: Layout, source: z.infer<typeof exported>['source'], name: string): string {
  const reading = source === null ? null : readLayout(source.text, source.given);
  if (!reading?.ok) return formatLayout(withoutDefaults(layout));
  try {
    return writeLayout(reading.source, reading.layout, layout);
  } catch (error) {
    if (!(error instanceof ReadOnlyLayout)) throw error;
    throw wrongUsage(
      `${name} changes a part that its text computes`,
      error.message,
      'Change it in the text, or write the layout anew with --fresh.',
    );
  }
}

async function exportFile(printer: Printer, path: string, isFresh: boolean): Promise<ExitCode> {
  const { layout, source } = readExported(await readInput(path), path);
  printer.print(exportText(layout, isFresh ? null : source, path));
  return exitCodes.done;
}

async function readInput(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw wrongUsage(`${path} cannot be read`, error instanceof Error ? error.message : '', 'Check the path.');
  }
}

async function roundTrip(printer: Printer, path: string, given: Given, isFresh: boolean): Promise<ExitCode> {
  const file = await readLayoutFile(path, given);
  const isAsWritten = file.source !== null && !isFresh;
  printer.print(
    isAsWritten ? writeLayout(file.source, file.layout, file.layout) : formatLayout(withoutDefaults(file.layout)),
  );
  return exitCodes.done;
}

function findingText(finding: Finding, printer: Printer): string {
  const style = { error: 'red', warning: 'yellow', hint: 'dim' } as const;
  const fix = finding.fix ? `\n    → ${printable(finding.fix.title)}` : '';
  return `${printer.paint(style[finding.severity], finding.severity)} ${printable(finding.message)} ${printer.paint('dim', `[${finding.code}]`)}${fix}\n`;
}

async function checkFile(printer: Printer, path: string, given: Given, firmware: Firmware | null): Promise<ExitCode> {
  const file = await readLayoutFile(path, given);
  const findings = checkLayout(file.layout, { firmware });
  if (printer.isJson) printer.printJson(findings.map((item) => ({ ...item, fix: item.fix ?? undefined })));
  else if (findings.length === 0) printer.print('Nothing found.\n');
  else for (const finding of findings) printer.print(findingText(finding, printer));
  return findings.some((item) => item.severity === 'error') ? exitCodes.failed : exitCodes.done;
}

function listRecipes(printer: Printer): ExitCode {
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

interface RecipeOptions {
  readonly disk: readonly RecipeDisk[];
  readonly firmware: Firmware;
  readonly swap?: string;
  readonly hibernation?: boolean;
}

function makeRecipe(printer: Printer, name: string, options: RecipeOptions): ExitCode {
  const { disk: disks, firmware, swap = null, hibernation = false } = options;
  try {
    const layout = buildRecipe(name, { disks, firmware, swap, hibernation });
    if (printer.isJson) printer.printJson({ layout: toJson(layout) });
    else printer.print(formatLayout(layout));
    return exitCodes.done;
  } catch (error) {
    if (error instanceof RecipeError)
      throw wrongUsage('The recipe cannot be made', error.message, 'nixstead disks recipes shows them all.');
    throw error;
  }
}

/** `disks ...`: layouts without a fleet, an engine or a window. */
export function disksCommand(act: ActAlone): Command {
  const disks = new Command('disks').description('disko layouts: read, check, write');
  const json = (): Option => new Option('--json', 'print JSON');
  const argument = (): Option =>
    new Option('--arg <NAME=VALUE>', 'a value for an argument of the file; JSON or text, may be repeated')
      .argParser(argumentOption)
      .default({}, 'none');
  const firmware = (): Option =>
    new Option('--firmware <KIND>', 'how the machine starts').choices(['uefi', 'bios', 'both', 'rpi']);
  type WithArguments = { arg: Given; json?: boolean };

  disks
    .command('import')
    .description('the layout of a file as a model')
    .argument('<FILE>')
    .addOption(argument())
    .addOption(json())
    .action((file: string, options: WithArguments) =>
      act(options, (printer) => importFile(printer, file, options.arg)),
    );
  disks
    .command('export')
    .description('a layout as a disko file, on stdout; what was imported is put back into its text')
    .argument('<LAYOUT.json>')
    .option('--fresh', 'write the layout anew, without the text that it was imported from')
    .action((file: string, options: { fresh?: boolean }) =>
      act({}, (printer) => exportFile(printer, file, options.fresh === true)),
    );
  disks
    .command('roundtrip')
    .description('import and export again, on stdout; an unchanged file comes back byte for byte')
    .argument('<FILE>')
    .option('--fresh', 'write the layout anew instead of splicing it into the text')
    .addOption(argument())
    .action((file: string, options: WithArguments & { fresh?: boolean }) =>
      act({}, (printer) => roundTrip(printer, file, options.arg, options.fresh === true)),
    );
  disks
    .command('check')
    .description('what disko, NixOS, the firmware or the tools will hold against a layout')
    .argument('<FILE>')
    .addOption(firmware())
    .addOption(argument())
    .addOption(json())
    .action((file: string, options: WithArguments & { firmware?: Firmware }) =>
      act(options, (printer) => checkFile(printer, file, options.arg, options.firmware ?? null)),
    );
  disks
    .command('summary')
    .description('a layout in plain sentences')
    .argument('<FILE>')
    .addOption(argument())
    .addOption(json())
    .action((file: string, options: WithArguments) =>
      act(options, async (printer) => {
        const lines = summarize((await readLayoutFile(file, options.arg)).layout);
        if (printer.isJson) printer.printJson(lines);
        else printer.print(lines.map((line) => `${printable(line)}\n`).join(''));
        return exitCodes.done;
      }),
    );
  disks
    .command('recipes')
    .description('the recipes')
    .addOption(json())
    .action((options: { json?: boolean }) => act(options, (printer) => Promise.resolve(listRecipes(printer))));
  disks
    .command('recipe')
    .description('the layout of a recipe')
    .argument('<NAME>')
    .addOption(new Option('--disk <NAME=DEVICE>', 'a disk, may be repeated').argParser(diskOption).default([], 'none'))
    .addOption(firmware().default('uefi'))
    .option('--swap <SIZE>', 'a swap partition of this size')
    .option('--hibernation', 'the machine is to wake from this swap')
    .addOption(json())
    .action((name: string, options: RecipeOptions & { json?: boolean }) =>
      act(options, (printer) => Promise.resolve(makeRecipe(printer, name, options))),
    );
  return disks;
}
