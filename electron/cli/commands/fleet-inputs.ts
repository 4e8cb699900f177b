import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type {
  FlakeInput,
  HostComparison,
  LockChange,
  LockedSource,
  Proposal,
} from '../../../shared/contract/inputs.ts';
import { daysSince, isOld } from '../../../shared/fleet/input-age.ts';
import { CommandFailed, problemOfCall } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { openForCommand } from '../open.ts';
import { showProblem } from '../output/problem.ts';
import { table } from '../output/table.ts';
import { printable, shortened, type Style } from '../output/text.ts';
import type { Session } from '../session.ts';
import { ask, canAsk } from '../terminal.ts';

const shortRevision = (revision: string): string => revision.slice(0, 8);

/** What something is locked to, in a word: its revision, else the beginning of its hash. */
function lockedText(locked: LockedSource | null): string {
  if (locked === null) return 'not locked';
  if (locked.revision !== null) return shortRevision(locked.revision);
  return locked.narHash === null ? printable(locked.url) : locked.narHash.replace('sha256-', '').slice(0, 8);
}

function marks(input: FlakeInput, now: number): string[] {
  const { release, locked, isPinned } = input;
  return [
    ...(release?.isOver
      ? [`NixOS ${release.name} gets no updates${release.endedOn ? ` since ${release.endedOn}` : ''}`]
      : []),
    ...(isOld(locked?.lastModified ?? null, now) ? ['old'] : []),
    ...(isPinned ? ['pinned'] : []),
  ];
}

function inputRow(input: FlakeInput, now: number): string[] {
  const { path, follows, source, locked } = input;
  const name = `${'  '.repeat(path.length - 1)}${printable(path.at(-1) ?? '')}`;
  if (follows !== null) return [name, `→ ${follows.map((part) => printable(part)).join('/')}`, '', '', ''];
  const age = locked?.lastModified ?? null;
  return [
    name,
    shortened(printable(source ?? '—'), 70),
    lockedText(locked),
    age === null ? '—' : `${daysSince(age, now)} d`,
    marks(input, now).join(', '),
  ];
}

async function showInputs(session: Session, folder: string): Promise<ExitCode> {
  const view = await session.client.inputs.list({ path: resolve(folder) }).catch((error: unknown) => {
    throw new CommandFailed(problemOfCall(error), exitCodes.unreadable);
  });
  if (session.isJson) {
    session.printJson(view);
    return exitCodes.done;
  }
  if (view.problem !== null) session.tell(showProblem(view.problem, session.paintError));
  if (view.lock === 'no-flake') session.tell('This fleet is a hive.nix without a flake, so it has no inputs.\n');
  else if (view.inputs.length === 0) session.print('The flake has no inputs.\n');
  else {
    const now = Date.now();
    const rows = view.inputs.map((input) => inputRow(input, now));
    session.print(table(['INPUT', 'SOURCE', 'LOCKED', 'AGE', ''], rows, session.paint));
    if (view.lock === 'missing') session.tell('There is no flake.lock yet.\n');
  }
  return view.problem === null ? exitCodes.done : exitCodes.failed;
}

function changeRow({ path, before, after, followed, follows }: LockChange): string[] {
  const side = (locked: LockedSource | null, target: readonly string[] | null): string =>
    target === null
      ? locked === null
        ? '—'
        : lockedText(locked)
      : `→ ${target.map((part) => printable(part)).join('/')}`;
  const day = (locked: LockedSource | null): string =>
    locked?.lastModified ? new Date(locked.lastModified).toISOString().slice(0, 10) : '';
  return [
    path.map((part) => printable(part)).join('/'),
    `${side(before, followed)} ${day(before)}`.trim(),
    `${side(after, follows)} ${day(after)}`.trim(),
  ];
}

const hostWords: Record<HostComparison['state'], readonly [Style, string]> = {
  same: ['dim', '– stays as it is'],
  changed: ['cyan', '▸ changes'],
  mended: ['green', '✓ evaluates again'],
  broken: ['red', '✗ no longer evaluates'],
  failing: ['red', '✗ does not evaluate, as before'],
};

function proposalText(proposal: Proposal, { paint }: Session): string {
  const changes = table(['INPUT', 'FROM', 'TO'], proposal.changes.map(changeRow), paint);
  const rows = proposal.hosts.map(({ host, state, build }) => {
    const [style, words] = hostWords[state];
    return [printable(host), paint(style, words), build === null ? '' : `build: ${build}`];
  });
  const errors = proposal.hosts.flatMap(({ host, problem, buildProblem }) =>
    [problem, buildProblem].flatMap((each) => (each === null ? [] : [`\n${showProblem(each, paint, { host })}`])),
  );
  const hosts = rows.length === 0 ? '' : `\n${table(['HOST', 'SYSTEM', ''], rows, paint)}`;
  return `\n${changes}${hosts}${errors.join('')}\n`;
}

/** True where a host is worse off than before, or could not be built. */
function isHarmful({ hosts }: Proposal): boolean {
  return hosts.some(({ state, build }) => state === 'broken' || build === 'failed');
}

interface UpdateOptions {
  readonly build?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Whether the new lock is to be written. Nobody who cannot be asked is taken to have said yes. */
async function isWanted(session: Session, proposal: Proposal, options: UpdateOptions): Promise<boolean> {
  if (options.yes === true) {
    if (!isHarmful(proposal)) return true;
    session.tell('Hosts would be worse off, so nothing was written although --yes was given.\n');
    return false;
  }
  if (session.isJson || !canAsk(session.terminal)) {
    session.tell('Nothing was written. Give --yes to write flake.lock, or accept it on the page Inputs.\n');
    return false;
  }
  const answer = await ask(session.terminal, `Write ${proposal.files.join(' and ')}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

async function update(
  session: Session,
  folder: string,
  inputs: readonly string[],
  options: UpdateOptions,
): Promise<ExitCode> {
  const { fleet } = await openForCommand(session, folder);
  const { client } = session;
  try {
    const change = { kind: 'update' as const, inputs: [...inputs] };
    const { jobId } = await client.inputs.try({ fleetId: fleet.id, change, build: options.build === true });
    await followJob(session, jobId, { trustsNewHostKeys: false, showsResult: false });
    const [proposal] = (await client.inputs.proposals({ fleetId: fleet.id })).filter((one) => one.jobId === jobId);
    const { problem } = await client.job.show({ id: jobId });
    if (proposal === undefined) {
      if (problem !== null) throw new CommandFailed(problem, exitCodes.failed);
      return exitCodes.failed;
    }
    if (proposal.files.length === 0) {
      if (session.isJson) session.printJson({ type: 'proposal', ...proposal });
      return exitCodes.done;
    }
    if (!session.isJson) session.print(proposalText(proposal, session));
    const decided = (await isWanted(session, proposal, options)) ? await client.inputs.accept({ jobId }) : proposal;
    if (session.isJson) session.printJson({ type: 'proposal', ...decided });
    else if (decided.state === 'accepted') session.print(`Written: ${decided.files.join(', ')}\n`);
    return decided.state === 'accepted' ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    throw error instanceof CommandFailed ? error : new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

type Act = (options: { json?: boolean }, action: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** Adds `inputs` and `update` to the commands of `fleet`. */
export function addFleetInputs(fleet: Command, act: Act): void {
  fleet
    .command('inputs')
    .description('the inputs of a flake: where they come from, what they are locked to, how old that is')
    .argument('<DIR>', 'the folder with flake.nix')
    .addOption(new Option('--json', 'print JSON'))
    .action((folder: string, options: { json?: boolean }) => act(options, (session) => showInputs(session, folder)));
  fleet
    .command('update')
    .description('try newer inputs beside the fleet: which hosts change, and whether they still evaluate')
    .argument('<DIR>', 'the folder with flake.nix')
    .argument('[INPUT...]', 'these inputs alone')
    .option('--build', 'build the systems that change, too')
    .option('-y, --yes', 'do not ask: write flake.lock unless a host is worse off with it')
    .addOption(new Option('--json', 'print JSON Lines'))
    .addHelpText('after', '\nThe fleet stays as it is until flake.lock is written, in the end and in one step.')
    .action((folder: string, inputs: string[], options: UpdateOptions) =>
      act(options, (session) => update(session, folder, inputs, options)),
    );
}
