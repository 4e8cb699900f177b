import type { DoctorFinding } from '../../../shared/contract/doctor.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { printable } from '../output/text.ts';
import type { Session } from '../session.ts';

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], error: ['red', '✗'] } as const;

function findingText(finding: DoctorFinding, session: Session): string {
  const [style, mark] = marks[finding.severity];
  const advice = finding.advice.map((sentence) => `    → ${printable(sentence)}\n`).join('');
  const command = finding.command === null ? '' : `      ${session.paint('bold', printable(finding.command))}\n`;
  const title = `${session.paint(style, mark)} ${printable(finding.title)}`;
  return `${title}\n    ${session.paint('dim', printable(finding.detail))}\n${advice}${command}`;
}

/** `doctor`: what this computer has and lacks. Fails where something that is needed is missing. */
export async function runDoctor(session: Session): Promise<ExitCode> {
  const findings = await session.client.doctor.check();
  if (session.isJson) session.printJson(findings);
  else for (const finding of findings) session.print(findingText(finding, session));
  return findings.some((finding) => finding.severity === 'error') ? exitCodes.failed : exitCodes.done;
}
