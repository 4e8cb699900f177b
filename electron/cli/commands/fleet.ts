import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { Host, HostStatus, PendingBoot } from '../../../shared/contract/host.ts';
import { askStatuses } from '../ask-statuses.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { openForCommand } from '../open.ts';
import { showProblem } from '../output/problem.ts';
import { table } from '../output/table.ts';
import { targetText } from '../output/target.ts';
import { printable, shortened, type Painter, type Style } from '../output/text.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { hostDetails, readTraits } from './fleet-details.ts';

/** What a fleet declares of its hosts, one a line. All of it comes from the flake, so none of it is printed as it is. */
export function hostTable(hosts: readonly Host[], paint: Painter): string {
  const rows = hosts.map((host) => [
    shortened(printable(host.name), 40),
    shortened(printable(host.system ?? '—'), 40),
    printable(targetText(host)),
    shortened(printable(host.tags.join(' ')), 80) || '—',
    host.sources.join(' '),
    host.problem === null ? '' : paint('red', `✗ ${printable(host.problem.title.split(':')[0] ?? '')}`),
  ]);
  return table(['NAME', 'SYSTEM', 'TARGET', 'TAGS', 'SOURCES', ''], rows, paint);
}

function header({ fleet }: FleetView, session: Session): string {
  const { git, remote } = fleet;
  const revision = remote?.revision ? `, revision ${remote.revision.slice(0, 12)}` : '';
  const branch = remote ? `read only${revision}` : git === null ? 'not in git' : (git.branch ?? 'detached head');
  const changes = git === null || git.changedFiles === 0 ? '' : `, ${git.changedFiles} files changed`;
  const description = fleet.description === null ? '' : ` – ${shortened(printable(fleet.description), 200)}`;
  const about = `${fleet.path}  ${branch}${changes}${fleet.fromCache ? ', unchanged since the last evaluation' : ''}`;
  return `${session.paint('bold', printable(fleet.name))}${description}\n${session.paint('dim', printable(about))}\n\n`;
}

interface ShowOptions {
  readonly refresh?: boolean;
  readonly details?: boolean;
}

/** `fleet show DIR`: what the fleet declares. JSON has the details where they are not declined. */
export async function showFleet(session: Session, folder: string, options: ShowOptions): Promise<ExitCode> {
  const view = await openForCommand(session, folder, options.refresh);
  if (session.isJson) {
    const traits = options.details === false ? null : await readTraits(session, view);
    const hosts = traits ? view.hosts.map((host) => ({ ...host, traits: traits.get(host.name) ?? null })) : view.hosts;
    session.printJson({ fleet: view.fleet, hosts });
    return exitCodes.done;
  }
  session.print(header(view, session));
  if (options.details) {
    const traits = await readTraits(session, view);
    for (const host of view.hosts) session.print(`${hostDetails(host, traits.get(host.name), session)}\n`);
  } else if (view.hosts.length > 0) session.print(hostTable(view.hosts, session.paint));
  for (const problem of view.fleet.problems)
    session.tell(`\n${showProblem(problem, session.paintError, { severity: 'warning' })}`);
  for (const { name, problem } of view.hosts) {
    if (problem !== null) session.tell(`\n${showProblem(problem, session.paintError, { host: name })}`);
  }
  return exitCodes.done;
}

/** `fleet hosts DIR --on EXPR`: the hosts of a selection, one name a line. */
export async function showHosts(session: Session, folder: string, options: { on: string }): Promise<ExitCode> {
  const view = await openForCommand(session, folder);
  const { hosts, explanation } = await selectHosts(session, view, options.on);
  if (session.isJson) {
    const { sentence, unknown } = explanation;
    session.printJson({ selection: { text: options.on, sentence, unknown }, hosts });
    return exitCodes.done;
  }
  for (const host of hosts) session.print(`${printable(host.name)}\n`);
  session.tell(session.paintError('dim', `${explanation.sentence}: ${hosts.length} of ${view.hosts.length}\n`));
  return exitCodes.done;
}

const reachabilityWords: Record<HostStatus['reachability'], readonly [Style, string]> = {
  unknown: ['dim', '? unknown'],
  checking: ['dim', '… asking'],
  online: ['green', '● online'],
  offline: ['red', '○ offline'],
  denied: ['red', '✗ denied'],
  'key-changed': ['red', '✗ key changed'],
  'no-nix': ['yellow', '! no nix'],
};

const pendingBootWords: Readonly<Record<PendingBoot, string>> = {
  waiting: 'its next boot tries the new system once',
  up: 'runs its new system on trial: a restart goes back until it is confirmed (jobs list)',
  'went-back': 'did not come up with its new system, and booted the one from before',
};

/** As after a test; a trial of the next boot is told in its own words. */
function runsAnother({ currentSystem, profileSystem, pendingBoot }: HostStatus): boolean {
  const areKnown = currentSystem !== null && profileSystem !== null;
  return areKnown && pendingBoot === undefined && currentSystem !== profileSystem;
}

function statusRow(status: HostStatus, session: Session): string[] {
  const [style, words] = reachabilityWords[status.reachability];
  const failed = status.failedUnits.length;
  const notes = [
    ...(status.pendingBoot === undefined ? [] : [pendingBootWords[status.pendingBoot]]),
    ...(runsAnother(status) ? ['runs another system than it boots'] : []),
    ...(status.areKeysGone ? ['its keys are gone since it was restarted: deploy with --goal keys'] : []),
    ...(status.needsReboot ? ['reboot due'] : []),
    ...(failed === 0 ? [] : [`failed: ${status.failedUnits.join(' ')}`]),
    ...(status.problem === null ? [] : [status.problem.title]),
  ];
  return [
    shortened(printable(status.name), 40),
    session.paint(style, words),
    status.generation === null ? '—' : String(status.generation),
    printable(status.nixosVersion ?? '—'),
    printable(notes.join('; ')),
  ];
}

/** `fleet status DIR [--on EXPR]`: what the hosts say of themselves now. */
export async function showStatus(session: Session, folder: string, options: { on?: string }): Promise<ExitCode> {
  const view = await openForCommand(session, folder);
  const { hosts } = options.on === undefined ? view : await selectHosts(session, view, options.on);
  const names = hosts.map((host) => host.name);
  const statuses = await askStatuses(session, view.fleet.id, names);
  const chosen = names.flatMap((name) => statuses.get(name) ?? []);
  if (session.isJson) session.printJson(chosen);
  else {
    const rows = chosen.map((status) => statusRow(status, session));
    session.print(table(['NAME', 'STATE', 'GENERATION', 'NIXOS', ''], rows, session.paint));
  }
  return exitCodes.done;
}
