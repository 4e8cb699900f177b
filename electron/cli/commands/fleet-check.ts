import { Option, type Command } from 'commander';
import type { Finding } from '../../../shared/contract/finding.ts';
import { FLEET_ARGUMENT } from '../arguments.ts';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { fleetArgument } from '../open.ts';
import { printable, type Style } from '../output/text.ts';
import type { Session } from '../session.ts';

const marks: Record<Finding['severity'], readonly [Style, string]> = {
  error: ['red', '✗'],
  warning: ['yellow', '!'],
  hint: ['cyan', '·'],
};
const order: readonly Finding['severity'][] = ['error', 'warning', 'hint'];

/** The worst first, then by host and place. */
function sorted(findings: readonly Finding[]): Finding[] {
  const key = ({ host, file, line }: Finding): string =>
    `${host ?? ''}\0${file ?? ''}\0${String(line ?? 0).padStart(9, '0')}`;
  return findings.toSorted(
    (a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || (key(a) < key(b) ? -1 : 1),
  );
}

function findingText(finding: Finding, { paint }: Session): string {
  const [style, mark] = marks[finding.severity];
  const place =
    finding.file === undefined ? '' : [finding.file, finding.line].filter((part) => part !== undefined).join(':');
  const about = [finding.host, place]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => printable(part ?? ''));
  const fix = finding.fix === undefined ? '' : `    → ${printable(finding.fix.title)}\n`;
  return `${paint(style, mark)} ${about.join('  ')}  ${paint('dim', finding.code)}\n    ${printable(finding.message)}\n${fix}`;
}

async function checkFleet(session: Session, folder: string): Promise<ExitCode> {
  const found: Finding[] = [];
  {
    using progress = session.progress();
    try {
      for await (const event of await session.client.fleet.check({ path: fleetArgument(folder) })) {
        if (event.type === 'findings') found.push(...event.findings);
        else progress.say(event.total === 0 ? event.text : `${event.text}: ${event.done} of ${event.total}`);
      }
    } catch (error) {
      throw new CommandFailed(problemOfCall(error), exitCodes.unreadable);
    }
  }
  const findings = sorted(found);
  if (session.isJson) session.printJson(findings);
  else if (findings.length === 0) session.print('Nothing is wrong that can be told from here.\n');
  else for (const finding of findings) session.print(findingText(finding, session));
  return findings.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.done;
}

type Act = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Adds `check` to the commands of `fleet`. */
export function addFleetCheck(fleet: Command, act: Act): void {
  fleet
    .command('check')
    .description('what is wrong with a fleet, with the place and, where there is one, a fix')
    .argument('<DIR>', FLEET_ARGUMENT)
    .addOption(new Option('--json', 'print JSON'))
    .addHelpText('after', '\nFails where a finding is an error. docs/fleet-findings.md explains every code.')
    .action((folder: string, options: { json?: boolean }) => act(options, (session) => checkFleet(session, folder)));
}
