import { toJson } from '../../../../shared/disko/layout.ts';
import { summarize } from '../../../../shared/disko/summary.ts';
import { writeLayout } from '../../../../shared/disko/write-source.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { withoutDefaults } from '../../../../shared/disko/defaults.ts';
import { companionBeside, type Companion } from '../../../engine/disks/companion-file.ts';
import { readHostLayout } from '../../../engine/disks/read-host-layout.ts';
import { readLayoutFile, type LayoutFile } from '../../../engine/disks/read-layout-file.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import { printable } from '../../output/text.ts';
import type { Printer } from '../../printer.ts';
import type { Given } from './options.ts';

export interface ReadOptions {
  readonly arg: Given;
  readonly host?: string;
}

/** A file's layout, or with `host` the one that a host of the fleet at the path comes to. */
export async function readGiven(path: string, { arg, host }: ReadOptions): Promise<LayoutFile> {
  if (host === undefined) return readLayoutFile(path, arg);
  const layout = await readHostLayout(path, host);
  const note = `The configuration of ${host} as a whole says it; change it in the files that it is made of.`;
  return {
    path,
    text: '',
    layout,
    way: 'evaluation',
    devicesPath: [],
    arguments: [],
    kept: [],
    assumed: [],
    source: null,
    readOnly: { message: note, line: 1, column: 1 },
  };
}

function modelOf(file: LayoutFile, companion: Companion | null) {
  return {
    layout: toJson(file.layout),
    way: file.way,
    devicesPath: file.devicesPath,
    arguments: file.arguments,
    kept: file.kept,
    assumed: file.assumed,
    readOnly: file.readOnly,
    settings: companion === null ? null : { file: companion.file, values: toJson(companion.settings) },
    // What export writes a changed layout back into, so that the rest of the file stays.
    source: file.source === null ? null : { text: file.text, given: file.source.given },
  };
}

export async function importFile(printer: Printer, path: string, options: ReadOptions): Promise<ExitCode> {
  const file = await readGiven(path, options);
  const companion = options.host === undefined ? await companionBeside(file.path) : null;
  if (printer.isJson) {
    printer.printJson(modelOf(file, companion));
    return exitCodes.done;
  }
  for (const line of summarize(file.layout)) printer.print(`${printable(line)}\n`);
  const how = file.way === 'text' ? 'Read from the text alone.' : `Evaluated by nix: ${file.readOnly?.message ?? ''}`;
  printer.print(`${printable(how)}\n`);
  for (const note of file.kept) printer.print(`Line ${note.line}: ${printable(note.message)} Kept as it is written.\n`);
  for (const note of file.assumed) printer.print(`Line ${note.line}: ${printable(note.message)}\n`);
  if (companion) printer.print(`Settings beside it: ${printable(companion.file)}\n`);
  return exitCodes.done;
}

export async function roundTrip(
  printer: Printer,
  path: string,
  options: ReadOptions,
  isFresh: boolean,
): Promise<ExitCode> {
  const file = await readGiven(path, options);
  const isAsWritten = file.source !== null && !isFresh;
  printer.print(
    isAsWritten ? writeLayout(file.source, file.layout, file.layout) : formatLayout(withoutDefaults(file.layout)),
  );
  return exitCodes.done;
}

export async function summarizeFile(printer: Printer, path: string, options: ReadOptions): Promise<ExitCode> {
  const lines = summarize((await readGiven(path, options)).layout);
  if (printer.isJson) printer.printJson(lines);
  else printer.print(lines.map((line) => `${printable(line)}\n`).join(''));
  return exitCodes.done;
}
