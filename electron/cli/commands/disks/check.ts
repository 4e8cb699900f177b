import type { Finding, Firmware } from '../../../../shared/disko/rules/finding.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { companionBeside } from '../../../engine/disks/companion-file.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import { printable } from '../../output/text.ts';
import type { Printer } from '../../printer.ts';
import { readGiven, type ReadOptions } from './read.ts';

function findingText(finding: Finding, printer: Printer): string {
  const style = { error: 'red', warning: 'yellow', hint: 'dim' } as const;
  const fix = finding.fix ? `\n    → ${printable(finding.fix.title)}` : '';
  return `${printer.paint(style[finding.severity], finding.severity)} ${printable(finding.message)} ${printer.paint('dim', `[${finding.code}]`)}${fix}\n`;
}

export async function checkFile(
  printer: Printer,
  path: string,
  options: ReadOptions,
  firmware: Firmware | null,
): Promise<ExitCode> {
  const { layout, assumed } = await readGiven(path, options);
  const settings = (await companionBeside(path))?.settings;
  const findings = checkLayout(layout, {
    firmware,
    isAssumed: assumed.length > 0,
    ...(settings === undefined ? {} : { settings }),
  });
  if (printer.isJson) printer.printJson(findings);
  else if (findings.length === 0) printer.print('Nothing found.\n');
  else for (const finding of findings) printer.print(findingText(finding, printer));
  return findings.some((item) => item.severity === 'error') ? exitCodes.failed : exitCodes.done;
}
