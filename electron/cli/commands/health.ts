import { Option, type Command } from 'commander';
import type { HealthResult, HostHealth } from '../../../shared/contract/health.ts';
import type { FleetId } from '../../../shared/contract/ids.ts';
import { wantsSudoPassword } from '../../../shared/contract/sudo.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { openForCommand } from '../open.ts';
import { showProblem } from '../output/problem.ts';
import { table } from '../output/table.ts';
import { printable, type Style } from '../output/text.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { askSudoPassword } from '../sudo-password.ts';

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

const words: Record<HealthResult['state'], readonly [Style, string]> = {
  waiting: ['dim', '· not tried'],
  passed: ['green', '✓ passed'],
  failed: ['red', '✗ failed'],
  'broken-before': ['yellow', '! failed before too'],
};

/** Tries a host again with the password that its sudo asks for, as long as it asks and somebody types one. */
async function withPassword(session: Session, fleetId: FleetId, answer: HostHealth): Promise<HostHealth> {
  for (let last = answer; ;) {
    const typed = last.problem === null ? null : await askSudoPassword(session, last.problem);
    if (typed === null) return last;
    const request = { fleetId, hosts: [last.host], sudoPasswords: { [last.host]: typed } };
    for await (const next of await session.client.deploy.health(request)) last = next;
  }
}

/** `health DIR --on EXPR`: tries the checks that nixstead.toml has for these hosts, once. */
async function showHealth(session: Session, folder: string, on: string): Promise<ExitCode> {
  const view = await openForCommand(session, folder);
  const { hosts } = await selectHosts(session, view, on);
  if (hosts.length === 0) throw wrongUsage('The selection matches no host', on);
  const answers: HostHealth[] = [];
  const take = (answer: HostHealth): void => {
    answers.push(answer);
    if (session.isJson) session.printJson(answer);
  };
  try {
    const { id: fleetId } = view.fleet;
    const asking: HostHealth[] = [];
    for await (const answer of await session.client.deploy.health({ fleetId, hosts: hosts.map(({ name }) => name) })) {
      if (answer.problem !== null && wantsSudoPassword(answer.problem)) asking.push(answer);
      else take(answer);
    }
    for (const answer of asking) take(await withPassword(session, fleetId, answer));
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
  if (!session.isJson) print(session, answers);
  const isWell = answers.every(
    ({ problem, results }) => problem === null && results.every(({ state }) => state === 'passed'),
  );
  return isWell ? exitCodes.done : exitCodes.failed;
}

function print(session: Session, answers: readonly HostHealth[]): void {
  const rows = answers
    .toSorted((a, b) => a.host.localeCompare(b.host))
    .flatMap(({ host, results }) =>
      results.map(({ name, state, detail }) => {
        const [style, word] = words[state];
        return [printable(host), session.paint(style, word), printable(name), printable(detail)];
      }),
    );
  if (rows.length > 0) session.print(table(['HOST', 'STATE', 'CHECK', ''], rows, session.paint));
  for (const { host, problem } of answers) {
    if (problem) session.tell(`\n${showProblem(problem, session.paintError, { host })}`);
  }
  const without = answers.filter(({ problem, results }) => problem === null && results.length === 0);
  if (without.length > 0) {
    const names = without.map(({ host }) => printable(host)).join(', ');
    session.tell(session.paintError('dim', `No checks in nixstead.toml for: ${names}\n`));
  }
}

/** Adds `health`. */
export function addHealth(program: Command, act: InSession, selectionHelp: string): void {
  program
    .command('health')
    .description('try the health checks of nixstead.toml, once')
    .argument('<DIR>', 'the folder with flake.nix')
    .addOption(new Option('--on <EXPR>', 'the hosts').makeOptionMandatory())
    .addOption(new Option('--json', 'print a line of JSON for each host'))
    .addHelpText('after', selectionHelp)
    .action((folder: string, options: { on: string; json?: boolean }) =>
      act(options, (session) => showHealth(session, folder, options.on)),
    );
}
