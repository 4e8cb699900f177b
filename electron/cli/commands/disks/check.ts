import type { Finding, Firmware } from '../../../../shared/disko/rules/finding.ts';
import { lineOf } from '../../../../shared/disko/line-of.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { companionBeside } from '../../../engine/disks/companion-file.ts';
import { exitCodes, type ExitCode } from '../../exit.ts';
import { printable } from '../../output/text.ts';
import type { Printer } from '../../printer.ts';
import { readGiven, type ReadOptions } from './read.ts';

/** `line`: where the text says it; absent where nix computes it. */
interface PlacedFinding extends Finding {
  readonly line?: number;
}

function findingText(finding: PlacedFinding, printer: Printer): string {
  const style = { error: 'red', warning: 'yellow', hint: 'dim' } as const;
  const fix = finding.fix ? `\n    → ${printable(finding.fix.title)}` : '';
  const place = finding.line === undefined ? '' : ` line ${finding.line}:`;
  return `${printer.paint(style[finding.severity], finding.severity)}${place} ${printable(finding.message)} ${printer.paint('dim', `[${finding.code}]`)}${fix}\n`;
}

export async function checkFile(
  printer: Printer,
  path: string,
  options: ReadOptions,
  firmware: Firmware | null,
): Promise<ExitCode> {
  const { layout, assumed, source } = await readGiven(path, options);
  const settings = (await companionBeside(path))?.settings;
  const findings = checkLayout(layout, {
    firmware,
    isAssumed: assumed.length > 0,
    ...(settings === undefined ? {} : { settings }),
  }).map((finding): PlacedFinding => {
    const line = source === null ? null : lineOf(source, finding.path);
    return line === null ? finding : { ...finding, line };
  });
  if (printer.isJson) printer.printJson(findings);
  else if (findings.length === 0) printer.print('Nothing found.\n');
  else for (const finding of findings) printer.print(findingText(finding, printer));
  return findings.some((item) => item.severity === 'error') ? exitCodes.failed : exitCodes.done;
}
