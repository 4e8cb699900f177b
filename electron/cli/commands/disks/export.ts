import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { withoutDefaults } from '../../../../shared/disko/defaults.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { fromJson, isSet, type Layout } from '../../../../shared/disko/layout.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { ReadOnlyLayout, writeLayout } from '../../../../shared/disko/write-source.ts';
import { wrongUsage } from '../../errors.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import type { Printer } from '../../printer.ts';

/** What `import --json` prints, as far as export needs it; a bare layout is understood as well. */
const exported = z.object({
  layout: z.record(z.string(), z.unknown()),
  source: z
    .object({ text: z.string(), given: z.record(z.string(), z.unknown()).default({}) })
    .nullable()
    .default(null),
});

type Source = z.infer<typeof exported>['source'];

/** A layout from JSON, with the text that it was imported from where there is one. @throws CommandFailed */
export async function readExported(path: string): Promise<{ layout: Layout; source: Source }> {
  const refuse = (title: string, why: string) =>
    wrongUsage(title, why.slice(0, 200), 'Give a file that disks import --json wrote.');
  let data: unknown;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw wrongUsage(`${path} cannot be read`, error instanceof Error ? error.message : '', 'Check the path.');
  }
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw refuse(`${path} is not JSON`, error instanceof Error ? error.message : '');
  }
  const isModel = typeof data === 'object' && data !== null && 'layout' in data;
  const parsed = exported.safeParse(isModel ? data : { layout: data });
  if (!parsed.success) throw refuse(`${path} holds no layout`, z.prettifyError(parsed.error));
  try {
    const layout = fromJson(parsed.data.layout);
    if (isSet(layout)) return { layout, source: parsed.data.source };
  } catch (error) {
    // A number beyond all numbers, or nesting beyond the stack.
    if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
    throw refuse(`${path} holds no layout`, error.message);
  }
  throw refuse(`${path} holds no layout`, text);
}

/** The layout as a file: put back into the text that it was imported from, or written anew where there is none. */
function exportText(layout: Layout, source: Source, name: string): string {
  if (source === null) return formatLayout(withoutDefaults(layout));
  const reading = readLayout(source.text, source.given);
  if (!reading.ok) {
    throw wrongUsage(
      `The text in ${name} cannot be read (line ${reading.note.line})`,
      reading.note.message,
      'Import its file again, or write the layout anew with --fresh.',
    );
  }
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

export async function exportFile(printer: Printer, path: string, isFresh: boolean): Promise<ExitCode> {
  const { layout, source } = await readExported(path);
  printer.print(exportText(layout, isFresh ? null : source, path));
  return exitCodes.done;
}
