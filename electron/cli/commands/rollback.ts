import { Option, type Command } from 'commander';
import type { RollbackTarget } from '../../../shared/contract/generation.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { planText, printChanges } from './deploy.ts';
import { readId } from './jobs.ts';
import { openForCommand } from '../open.ts';
import { printable } from '../output/text.ts';
import { keysGoneWords } from '../../../shared/fleet/keys-gone-words.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { ask, canAsk } from '../terminal.ts';

const rollbackWords =
  'Going back is guarded as a deploy is. Where the kernel is another one, the older one runs after a restart alone: see --reboot.\n' +
  'With --plan-only you see first what would change on each host.\n';

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

interface RollbackOptions {
  readonly on: string;
  readonly to: string;
  readonly watchdog?: number | 'off';
  readonly reboot?: boolean;
  readonly rebootLimit?: number;
  readonly planned?: string;
  readonly planOnly?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `previous`, a number, or a time as people write it (2026-11-24, 2026-11-24 18:00). @throws CommandFailed */
function readTarget(text: string): RollbackTarget {
  if (text === 'previous') return text;
  if (/^\d{1,7}$/.test(text)) return { generation: Number(text) };
  const before = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text} 23:59:59` : text);
  if (Number.isNaN(before)) {
    throw wrongUsage('This is nothing to go back to', text, 'Give previous, a number, or a time such as 2026-11-24.');
  }
  return { before };
}

/** `rollback DIR --on EXPR --to WHAT`: hosts go back to a generation that they have. */
async function rollback(session: Session, folder: string, options: RollbackOptions): Promise<ExitCode> {
  const to = readTarget(options.to);
  const { planOnly = false } = options;
  const yes = options.yes === true || planOnly;
  if (!yes && (session.isJson || !canAsk(session.terminal))) {
    throw wrongUsage('Nobody can be asked here whether to go back', '--yes was not given.', 'Give --yes.');
  }
  const view = await openForCommand(session, folder);
  const { hosts } = await selectHosts(session, view, options.on);
  if (hosts.length === 0) throw wrongUsage('The selection matches no host', options.on);
  const names = hosts.map(({ name }) => name);
  try {
    const request = {
      fleetId: view.fleet.id,
      hosts: names,
      watchdog: options.watchdog,
      reboot: options.reboot === true ? ('where-needed' as const) : undefined,
      rebootSeconds: options.rebootLimit,
      planned: options.planned === undefined ? undefined : readId(options.planned),
      to,
    };
    if (!yes) {
      session.tell(planText(await session.client.deploy.previewRollback(request), session));
      session.tell(rollbackWords);
      if (options.reboot === true && hosts.some(({ keys }) => keys.length > 0)) session.tell(`${keysGoneWords}\n`);
      const question = `Go back (${options.to}) on ${names.map((name) => printable(name)).join(', ')}? [y/N] `;
      if (!/^y(es)?$/i.test((await ask(session.terminal, question)).trim())) return exitCodes.failed;
    }
    const { jobId } = await session.client.deploy.rollback({ ...request, isPlanOnly: planOnly });
    const exitCode = await followJob(session, jobId, { trustsNewHostKeys: options.yes === true });
    if (planOnly) await printChanges(session, jobId);
    return exitCode;
  } catch (error) {
    throw error instanceof CommandFailed ? error : new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

/** Adds `rollback`. @param restarts the options that say whether hosts restart afterwards */
export function addRollback(
  program: Command,
  act: InSession,
  watchdog: Option,
  restarts: readonly Option[],
  selectionHelp: string,
): void {
  const command = program
    .command('rollback')
    .description('hosts go back to a generation that they have, guarded as a deploy is')
    .argument('<DIR>', 'the folder with flake.nix')
    .addOption(new Option('--on <EXPR>', 'the hosts').makeOptionMandatory())
    .addOption(new Option('--to <WHAT>', 'previous, a number, or a time: what ran then').default('previous'))
    .addOption(watchdog)
    .option('--plan-only', 'find out what going back would change, and change nothing')
    .option('--planned <ID>', 'do exactly what a plan found (the id of its job)')
    .option('-y, --yes', 'do not ask')
    .addOption(new Option('--json', 'print JSON Lines'))
    .addHelpText('after', selectionHelp)
    .action((folder: string, options: RollbackOptions) =>
      act(options, (session) => rollback(session, folder, options)),
    );
  for (const option of restarts) command.addOption(option);
}
