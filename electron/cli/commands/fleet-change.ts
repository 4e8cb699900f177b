import { createTwoFilesPatch } from 'diff';
import { Option, type Command } from 'commander';
import type { ByHand, ChangedFile, ChangePlan, HostChangeRequest } from '../../../shared/contract/change.ts';
import { bestModel } from '../../../shared/fleet/change/model.ts';
import { hostTypes, type HostType } from '../../../shared/fleet/template/options.ts';
import { suggestHost } from '../../engine/fleet/create/suggestions.ts';
import { SELECTION_HELP } from '../arguments.ts';
import { CommandFailed, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { fleetArgument, openForCommand } from '../open.ts';
import { showProblem } from '../output/problem.ts';
import { printable, type Painter } from '../output/text.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { targetParts } from '../../../shared/fleet/target-parts.ts';

interface Common {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** A file's change as `diff -u` has it. */
function patchOf({ path, from, before, after, act }: ChangedFile, paint: Painter): string {
  if (before === null && after === null) return `${act} ${printable(path)} (not text)\n`;
  const moved = act === 'moved' ? `rename ${printable(from)} => ${printable(path)}\n` : '';
  if (before === after) return moved;
  const name = (at: string, text: string | null, side: string): string =>
    text === null ? '/dev/null' : `${side}/${at}`;
  const patch = createTwoFilesPatch(
    name(from, before, 'a'),
    name(path, after, 'b'),
    before ?? '',
    after ?? '',
    '',
    '',
    { context: 3 },
  );
  const lines = patch.split('\n').filter((line) => !line.startsWith('====='));
  const styled = lines.map((line) => {
    const text = printable(line, true);
    if (line.startsWith('@@')) return paint('cyan', text);
    if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', text);
    return line.startsWith('+') ? paint('green', text) : line.startsWith('-') ? paint('red', text) : text;
  });
  return `${moved}${styled.join('\n')}`;
}

function byHandProblem({ reason, evidence, file, line }: ByHand) {
  return {
    code: 'change-by-hand',
    title: 'This change is yours to make',
    evidence: [reason, evidence].filter((text) => text !== '').join('\n'),
    advice: [file === null ? 'Nothing was written.' : 'Nothing was written. Make the change near that place.'],
    ...(file === null ? {} : { place: { file, ...(line === null ? {} : { line }) } }),
  };
}

async function planOf(session: Session, path: string, change: HostChangeRequest): Promise<ChangePlan> {
  using progress = session.progress();
  for await (const event of await session.client.change.plan({ path, change })) {
    if (event.type === 'planned') return event.plan;
    progress.say(event.text);
  }
  throw new Error('The change was not worked out to its end');
}

/** Works a change out, and makes it unless it is only to be shown. */
async function change(
  session: Session,
  path: string,
  request: HostChangeRequest,
  { dryRun }: Common,
): Promise<ExitCode> {
  const plan = await planOf(session, path, request);
  if (plan.state === 'nothing') {
    if (session.isJson) session.printJson({ state: 'nothing' });
    else session.print('Nothing to do: the fleet is already so.\n');
    return exitCodes.done;
  }
  if (plan.state === 'by-hand') {
    const problem = byHandProblem(plan.byHand);
    if (session.isJson) {
      session.printJson({ state: 'by-hand', byHand: plan.byHand, error: problem });
      return exitCodes.failed;
    }
    session.tell(showProblem(problem, session.paintError));
    if (plan.byHand.snippet !== null) session.print(printable(plan.byHand.snippet, true));
    return exitCodes.failed;
  }
  const { id, files, isVerified, notes } = plan;
  if (dryRun) {
    if (session.isJson) session.printJson({ state: 'planned', files, isVerified, notes });
    else session.print(files.map((file) => patchOf(file, session.paint)).join(''));
  } else {
    await session.client.change.apply({ id });
    if (session.isJson) {
      const made = files.map(({ path: to, from, act }) => ({ path: to, from, act }));
      session.printJson({ state: 'done', files: made, isVerified, notes });
    } else for (const { act, path: to } of files) session.print(`${act.padEnd(8)} ${printable(to)}\n`);
  }
  for (const note of notes) session.tell(`${printable(note)}\n`);
  return exitCodes.done;
}

interface AddOptions extends Common {
  readonly system?: string;
  readonly type: HostType;
  readonly target?: string;
  readonly tag: readonly string[];
  readonly stateVersion?: string;
  readonly like?: string;
}

async function addHost(session: Session, folder: string, name: string, options: AddOptions): Promise<ExitCode> {
  const path = fleetArgument(folder);
  const { layout, stateVersion } = await suggestHost(path, Date.now());
  const parts = options.target === undefined ? null : targetParts(options.target);
  const { type } = options;
  const tags = [...options.tag];
  const target = { address: parts?.host ?? null, user: parts?.user ?? null, port: parts?.port ?? null };
  const hosts = layout === null ? (await openForCommand(session, path)).hosts : [];
  const named = hosts.find((host) => host.name === options.like);
  const like = named ?? bestModel(hosts, { tags, system: options.system ?? null });
  if (options.like !== undefined && named === undefined) {
    throw wrongUsage('There is no such host to copy', options.like, 'nixstead fleet show lists the hosts.');
  }
  const system = options.system ?? like?.system ?? 'x86_64-linux';
  const host = { name, type, system, tags, stateVersion: options.stateVersion ?? stateVersion, ...target };
  return change(session, path, { kind: 'add', host, like: like?.name ?? null }, options);
}

interface TagOptions extends Common {
  readonly on: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

async function tagHosts(session: Session, folder: string, options: TagOptions): Promise<ExitCode> {
  if (options.add.length + options.remove.length === 0) {
    throw wrongUsage('No tag is named', '--add TAG and --remove TAG may both be repeated');
  }
  const view = await openForCommand(session, folder);
  const { hosts } = await selectHosts(session, view, options.on);
  if (hosts.length === 0) {
    const problem = { code: 'no-host-selected', title: 'The selection fits no host', evidence: options.on, advice: [] };
    throw new CommandFailed(problem, exitCodes.failed);
  }
  const names = hosts.map(({ name }) => name);
  const request = { kind: 'retag' as const, names, add: [...options.add], remove: [...options.remove] };
  return change(session, view.fleet.path, request, options);
}

interface RetargetOptions extends Common {
  readonly target: string;
  readonly user?: string;
  readonly port?: number;
}

function retargetRequest(name: string, { target, user, port }: RetargetOptions): HostChangeRequest {
  const parts = targetParts(target);
  const given = { user: user ?? parts.user ?? undefined, port: port ?? parts.port ?? undefined };
  return { kind: 'retarget', name, target: { address: parts.host, ...given } };
}

type Act = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

const repeated = (text: string, previous: readonly string[]): readonly string[] => [...previous, text];

/** Adds `add-host`, `rename-host`, `tag`, `retarget` and `retire` to the commands of `fleet`. */
export function addFleetChanges(fleet: Command, act: Act, port: (text: string) => number): void {
  const command = (words: string, description: string): Command =>
    fleet
      .command(words)
      .description(description)
      .option('--dry-run', 'print what would change, and write nothing')
      .addOption(new Option('--json', 'print JSON'))
      .addHelpText(
        'after',
        '\nIn a flake of your own making the change is tried in a copy first. Where no place is safe, what to write is\n' +
          'printed with the place and the reason, nothing is written, and the command fails.',
      );
  const many = (flags: string, text: string): Option => new Option(flags, text).argParser(repeated).default([], 'none');

  command('add-host <DIR> <NAME>', 'add a host to a fleet')
    .option(
      '--system <SYSTEM>',
      'its kind of processor; default: that of the host that it is made like, or x86_64-linux',
    )
    .addOption(
      new Option('--type <TYPE>', 'which profile it gets in a fleet made here')
        .choices([...hostTypes])
        .default('server'),
    )
    .option('--target <[USER@]HOST[:PORT]>', 'where it answers to SSH')
    .addOption(many('--tag <TAG>', 'may be repeated'))
    .option('--state-version <RELEASE>', 'the release that it was installed with; default: that of the fleet')
    .option('--like <HOST>', 'the host that it is declared like, in a flake of your own making')
    .action((folder: string, name: string, options: AddOptions) =>
      act(options, (session) => addHost(session, folder, name, options)),
    );
  command('rename-host <DIR> <NAME> <NEW>', 'call a host otherwise, with its folder and what refers to it').action(
    (folder: string, name: string, newName: string, options: Common) =>
      act(options, (session) => change(session, fleetArgument(folder), { kind: 'rename', name, newName }, options)),
  );
  command('tag <DIR>', 'add tags to hosts, or take them away')
    .addOption(new Option('--on <EXPR>', 'the hosts').makeOptionMandatory())
    .addOption(many('--add <TAG>', 'may be repeated'))
    .addOption(many('--remove <TAG>', 'may be repeated'))
    .addHelpText('after', SELECTION_HELP)
    .action((folder: string, options: TagOptions) => act(options, (session) => tagHosts(session, folder, options)));
  command('retarget <DIR> <NAME>', 'say where a host answers to SSH')
    .addOption(new Option('--target <[USER@]HOST[:PORT]>', 'its address').makeOptionMandatory())
    .option('--user <USER>', 'who logs in there; default: as before')
    .option('--port <N>', 'port of SSH; default: as before', port)
    .action((folder: string, name: string, options: RetargetOptions) =>
      act(options, (session) => change(session, fleetArgument(folder), retargetRequest(name, options), options)),
    );
  command(
    'retire <DIR> <NAME>',
    'take a host out of a fleet, with the files that only it has and that git holds',
  ).action((folder: string, name: string, options: Common) =>
    act(options, (session) => change(session, fleetArgument(folder), { kind: 'retire', name }, options)),
  );
}
