import { Option, type Command } from 'commander';
import { rollbackTarget, type RollbackTarget } from '../../../shared/contract/generation.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { planText, printChanges } from './deploy.ts';
import { readId } from './jobs.ts';
import { openForCommand } from '../open.ts';
import { printable } from '../output/text.ts';
import { keysGoneWords } from '../../../shared/fleet/keys-gone-words.ts';
import { readRollbackTarget } from '../rollback-target.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { ask, canAsk } from '../terminal.ts';

const rollbackWords =
  'Going back is guarded as a deploy is. Where the kernel is another one, the older one runs after a restart alone: see --reboot.\n' +
  'With --plan-only you see first what would change on each host.\n';

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

interface RollbackOptions {
  readonly on: string;
  readonly to?: string;
  readonly watchdog?: number | 'off';
  readonly reboot?: boolean;
  readonly rebootLimit?: number;
  readonly planned?: string;
  readonly planOnly?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What is gone back to: what is given, else what the plan was made for, else what ran before. */
async function targetOf(session: Session, { to, planned }: RollbackOptions): Promise<RollbackTarget> {
  if (to !== undefined) return readRollbackTarget(to);
  if (planned === undefined) return 'previous';
  const { spec } = await session.client.job.show({ id: readId(planned) });
  // Of a job that is no plan of going back, the engine says so.
  return rollbackTarget.safeParse(spec['rollbackTo']).data ?? 'previous';
}

/** Asks whether to go back, and names the generation of each host. */
async function isWanted(session: Session, fleetId: FleetId, hosts: readonly HostName[], to: RollbackTarget) {
  const ways = await session.client.deploy.waysBack({ fleetId, hosts: [...hosts], to });
  const names = hosts.map((name) => printable(name)).join(', ');
  const [only, ...others] = ways.map(({ host, generation, problem }) => ({
    host,
    where: generation
      ? `generation ${generation.number} (${new Date(generation.at).toLocaleString('sv-SE')})`
      : `it is not known where to: ${problem?.title ?? ''}`,
    isKnown: generation !== null,
  }));
  let question = `Go back on ${names}? [y/N] `;
  if (only?.isKnown === true && others.length === 0) question = `Go back to ${only.where} on ${names}? [y/N] `;
  else for (const { host, where } of only ? [only, ...others] : []) session.tell(`${printable(`${host}: ${where}`)}\n`);
  return /^y(es)?$/i.test((await ask(session.terminal, question)).trim());
}

/** `rollback DIR --on EXPR --to WHAT`: hosts go back to a generation that they have. */
async function rollback(session: Session, folder: string, options: RollbackOptions): Promise<ExitCode> {
  if (options.to !== undefined) readRollbackTarget(options.to);
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
    const to = await targetOf(session, options);
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
      if (!(await isWanted(session, view.fleet.id, names, to))) return exitCodes.failed;
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
    .option(
      '--to <WHAT>',
      'previous (the default): what ran before; the number of a generation; or a time, for what ran then: 2026-11-24 (the end of that day), "2026-11-24 18:00", 2026-11-24T18:00Z. With --planned, what the plan was made for',
    )
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
