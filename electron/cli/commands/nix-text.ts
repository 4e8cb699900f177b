import { Command, Option } from 'commander';
import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { z } from 'zod';
import { positionAt } from '../../../shared/nix/line.ts';
import { parseNix } from '../../../shared/nix/parser.ts';
import { formatValue, NixValueError, type NixValue } from '../../../shared/nix/value.ts';
import { CommandFailed, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { printable } from '../output/text.ts';
import type { ActAlone, Printer } from '../printer.ts';

/** Whole numbers beyond 2^53 keep all their digits; Nix has 64 bits for them. */
function keepWholeNumbers(_key: string, value: unknown, ...rest: readonly unknown[]): unknown {
  const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  const context = isLarge ? reviverContext.safeParse(rest[0]) : null;
  return context?.success && /^-?[0-9]{1,19}$/.test(context.data.source) ? BigInt(context.data.source) : value;
}

/** What JSON.parse tells its reviver besides the value: the text that it stands for. */
const reviverContext = z.object({ source: z.string() });

/** JSON as Nix data; nothing in it is an expression. */
function plainData(value: unknown): NixValue {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(plainData);
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plainData(item)]));
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

async function formatStdin(printer: Printer): Promise<ExitCode> {
  const source = await readAll(printer.terminal.stdin);
  let data: unknown;
  try {
    data = JSON.parse(source, keepWholeNumbers);
  } catch (error) {
    throw wrongUsage('Standard input is not JSON', error instanceof Error ? error.message : '', 'Give one JSON value.');
  }
  try {
    printer.print(`${formatValue(plainData(data))}\n`);
    return exitCodes.done;
  } catch (error) {
    if (!(error instanceof NixValueError)) throw error;
    const advice = ['Take the value out, or encode it.'];
    throw new CommandFailed(
      { code: 'not-a-nix-value', title: 'Nix cannot hold this value', evidence: error.message, advice },
      exitCodes.failed,
    );
  }
}

async function checkFiles(printer: Printer, files: readonly string[]): Promise<ExitCode> {
  const found = [];
  for (const file of files) {
    const source = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw wrongUsage(`${file} cannot be read`, error.message, 'Check the path.');
    });
    for (const { start, message } of parseNix(source).problems)
      found.push({ file, ...positionAt(source, start), message });
  }
  if (printer.isJson) printer.printJson(found);
  else
    for (const item of found)
      printer.print(printable(`${item.file}:${item.line}:${item.column}: ${item.message}`) + '\n');
  return found.length === 0 ? exitCodes.done : exitCodes.failed;
}

/** `nix ...`: Nix text without nix. */
export function nixCommand(act: ActAlone): Command {
  const nix = new Command('nix').description('Nix text: values and syntax');
  nix
    .command('format-value')
    .description('JSON on standard input as Nix text')
    .action(() => act({}, formatStdin));
  nix
    .command('check')
    .description('syntax errors of files, with line and column')
    .argument('<FILE...>')
    .addOption(new Option('--json', 'print JSON').default(true))
    .action((files: string[]) => act({ json: true }, (printer) => checkFiles(printer, files)));
  return nix;
}
