import { randomBytes } from 'node:crypto';
import { guessFirmware } from '../../../../shared/disko/companion/boot-loader.ts';
import { planCompanion, writeCompanion } from '../../../engine/disks/companion-file.ts';
import type { Firmware } from '../../../../shared/disko/rules/finding.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import { printable } from '../../output/text.ts';
import type { Printer } from '../../printer.ts';
import { readGiven, type ReadOptions } from './read.ts';

export interface SettingsOptions extends ReadOptions {
  readonly firmware?: Firmware;
  readonly hostId?: string;
  readonly write?: boolean;
}

/** A number for `networking.hostId` that no other machine has. */
export function newHostId(): string {
  return randomBytes(4).toString('hex');
}

/** The NixOS settings that a layout needs, merged into the file beside it; printed, or with `write` written. */
export async function settingsOf(printer: Printer, path: string, options: SettingsOptions): Promise<ExitCode> {
  const file = await readGiven(path, options);
  const firmware = options.firmware ?? guessFirmware(file.layout);
  const hostId = options.hostId ?? newHostId();
  const plan = await planCompanion(file.path, file.layout, { firmware, hostId });
  if (options.write) await writeCompanion(plan);
  if (printer.isJson) printer.printJson({ file: plan.file, text: plan.text, kept: plan.kept, layout: plan.layout });
  else if (!options.write) printer.print(plan.text);
  else {
    printer.print(`Wrote ${printable(plan.file)}\n`);
    if (plan.layout) printer.print(`${printable(plan.layout.file)} imports it.\n`);
    else printer.print('Import it where the layout is imported.\n');
  }
  for (const { path: option } of printer.isJson ? [] : plan.kept) {
    printer.print(`# ${printable(option.join('.'))} is left as it is; the layout would want it otherwise.\n`);
  }
  return exitCodes.done;
}
