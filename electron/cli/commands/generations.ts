import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Generation } from '../../../shared/contract/generation.ts';
import type { FleetId, HostName } from '../../../shared/contract/ids.ts';
import { oldGenerations, whyAllKept, whyKept } from '../../../shared/fleet/generations.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { openForCommand } from '../open.ts';
import { table } from '../output/table.ts';
import { bytes, printable } from '../output/text.ts';
import type { Session } from '../session.ts';
import { askSudoPassword } from '../sudo-password.ts';
import { ask, canAsk } from '../terminal.ts';

type InSession = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

interface GenerationsOptions {
  readonly delete?: readonly number[];
  readonly keep?: number;
  readonly olderThan?: number;
  readonly protect?: number;
  readonly unprotect?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface OfHost {
  readonly fleetId: FleetId;
  readonly host: HostName;
}

function generationRow(one: Generation): string[] {
  const marks = [
    one.isRunning ? 'running' : '',
    one.isBooted ? 'booted' : '',
    one.isNext ? 'next' : '',
    one.isProtected ? 'protected' : '',
  ];
  return [
    String(one.number),
    new Date(one.at).toLocaleString('sv-SE'),
    printable(one.nixosVersion),
    printable(one.kernel),
    marks.filter((mark) => mark !== '').join(', '),
  ];
}

/** The numbers to delete; null where nobody asked for it. @throws CommandFailed for one that is needed or not there */
function chosenNumbers(host: HostName, all: readonly Generation[], options: GenerationsOptions): number[] | null {
  const wantsAny = options.delete !== undefined || options.keep !== undefined || options.olderThan !== undefined;
  const held = whyAllKept(all);
  if (wantsAny && held !== null) throw wrongUsage(`Nothing is deleted on ${host} now`, held.reason, held.advice);
  if (options.delete !== undefined) {
    for (const number of options.delete) {
      const one = all.find((each) => each.number === number);
      const reason = one === undefined ? 'The host has no such generation.' : whyKept(one);
      if (reason !== null) throw wrongUsage(`Generation ${number} cannot be deleted`, reason);
    }
    return [...options.delete];
  }
  const now = Date.now();
  if (options.keep !== undefined) return oldGenerations(all, { keep: options.keep }, now).map(({ number }) => number);
  if (options.olderThan === undefined) return null;
  return oldGenerations(all, { olderThanDays: options.olderThan }, now).map(({ number }) => number);
}

/** Says what it frees, asks, and deletes. */
async function remove(
  session: Session,
  of: OfHost,
  numbers: readonly number[],
  { dryRun = false, yes = false }: GenerationsOptions,
): Promise<ExitCode> {
  if (numbers.length === 0) {
    if (session.isJson) session.printJson({ numbers });
    else session.print('There is nothing to delete.');
    return exitCodes.done;
  }
  const room = await session.client.deploy.generationRoom({ ...of, numbers: [...numbers] });
  if (session.isJson && dryRun) session.printJson({ numbers, ...room });
  const what = numbers.length === 1 ? `generation ${numbers[0]}` : `generations ${numbers.join(', ')}`;
  const garbage = room.garbageBytes > 0 ? `, and ${bytes(room.garbageBytes)} that nothing keeps already` : '';
  const sentence = `Deleting ${what} of ${of.host} frees ${bytes(room.onlyBytes)}${garbage}.`;
  if (!session.isJson) session.print(sentence);
  if (dryRun) return exitCodes.done;
  if (!yes) {
    if (session.isJson || !canAsk(session.terminal)) {
      throw wrongUsage('Nobody can be asked here whether to delete them', '--yes was not given.', 'Give --yes.');
    }
    if (!/^y(es)?$/i.test((await ask(session.terminal, 'Delete them? [y/N] ')).trim())) return exitCodes.failed;
  }
  const { jobId } = await session.client.deploy.deleteGenerations({
    fleetId: of.fleetId,
    hosts: [{ host: of.host, numbers: [...numbers] }],
  });
  return followJob(session, jobId, { trustsNewHostKeys: yes });
}

/** Marks a generation, or takes its mark away; with the password that sudo there asks for, where somebody types it. */
async function protect(session: Session, of: OfHost, number: number, isProtected: boolean): Promise<void> {
  for (let sudoPassword: string | undefined; ;) {
    try {
      return await session.client.deploy.protectGeneration({ ...of, number, isProtected, sudoPassword });
    } catch (error) {
      const typed = await askSudoPassword(session, problemOfCall(error));
      if (typed === null) throw error;
      sudoPassword = typed;
    }
  }
}

/** `generations DIR HOST`: what a host has in its system profile, and what of it is to go or to stay. */
async function generations(
  session: Session,
  folder: string,
  name: string,
  options: GenerationsOptions,
): Promise<ExitCode> {
  const view = await openForCommand(session, folder);
  const host = view.hosts.find((one) => one.name === name);
  if (host === undefined) throw wrongUsage('The fleet has no such host', name, 'nixstead fleet show names its hosts.');
  const of = { fleetId: view.fleet.id, host: host.name };
  const { deploy } = session.client;
  try {
    if (options.protect !== undefined) await protect(session, of, options.protect, true);
    if (options.unprotect !== undefined) await protect(session, of, options.unprotect, false);
    const all = await deploy.generations(of);
    const numbers = chosenNumbers(host.name, all, options);
    if (numbers !== null) return await remove(session, of, numbers, options);
    if (session.isJson) session.printJson(all);
    else session.print(table(['NUMBER', 'MADE', 'NIXOS', 'KERNEL', ''], all.map(generationRow), session.paint));
    return exitCodes.done;
  } catch (error) {
    throw error instanceof CommandFailed ? error : new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('A whole number is wanted.');
  return Number(text);
}

/** Adds `generations`. */
export function addGenerations(program: Command, act: InSession): void {
  program
    .command('generations')
    .description(
      'the generations of a host: which runs, was booted, boots next, is protected; deletes and protects them',
    )
    .argument('<DIR>', 'the folder with flake.nix')
    .argument('<HOST>')
    .addOption(
      new Option('--delete <NUMBERS>', 'delete these, as 12,14')
        .argParser((text: string) => text.split(',').map(wholeNumber))
        .conflicts(['keep', 'olderThan']),
    )
    .addOption(new Option('--keep <N>', 'delete all but the newest N').argParser(wholeNumber).conflicts('olderThan'))
    .addOption(new Option('--older-than <DAYS>', 'delete those made more than so many days ago').argParser(wholeNumber))
    .addOption(new Option('--protect <NUMBER>', 'keep this one for good').argParser(wholeNumber))
    .addOption(new Option('--unprotect <NUMBER>', 'let this one be deleted again').argParser(wholeNumber))
    .option('--dry-run', 'say what deleting frees, and delete nothing')
    .option('-y, --yes', 'do not ask')
    .addOption(new Option('--json', 'print JSON'))
    .action((folder: string, host: string, options: GenerationsOptions) =>
      act(options, (session) => generations(session, folder, host, options)),
    );
}
