import {
  goalOfPlan,
  type DeployPreview,
  type DeployRequest,
  type EngineName,
  type Goal,
  type WhenOffline,
} from '../../../shared/contract/deploy.ts';
import type { JobId } from '../../../shared/contract/ids.ts';
import { askedOf } from '../../../shared/jobs/asked.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob } from '../follow-job.ts';
import { openForCommand } from '../open.ts';
import { changesText } from '../output/changes.ts';
import { commandLine } from '../output/job.ts';
import { showProblem } from '../output/problem.ts';
import { printable } from '../output/text.ts';
import { bootGuardWords } from '../../../shared/fleet/boot-guard-words.ts';
import { otherProfilesWords } from '../../../shared/fleet/other-profiles-words.ts';
import { keyValueWords } from '../../../shared/fleet/key-value-words.ts';
import { emptyWavesText, gateText } from '../../../shared/fleet/waves.ts';
import { readLimits } from '../read-limits.ts';
import { readWaves } from '../read-waves.ts';
import { readId } from './jobs.ts';
import { selectHosts } from '../select-hosts.ts';
import type { Session } from '../session.ts';
import { ask, canAsk } from '../terminal.ts';

/** Only these leave a host with what a restart would start. */
const goalsThatReboot: ReadonlySet<Goal> = new Set(['switch', 'boot']);

export interface DeployOptions {
  readonly on: string;
  /** Absent: what the plan was made for that is carried out, else `switch`. */
  readonly goal?: Goal;
  /** Absent: what the fleet says. */
  readonly engine?: EngineName;
  readonly watchdog?: number | 'off';
  /** A file that says which hosts go before others, or `off`; absent: what the fleet says. */
  readonly waves?: string;
  /** True restarts hosts that need it, of each tag one at a time. */
  readonly reboot?: boolean;
  readonly rebootLimit?: number;
  /** Such as `copies=2`. */
  readonly atOnce?: readonly string[];
  /** `here`, `target`, or a machine; absent: as the fleet says. */
  readonly buildOn?: string;
  /** What becomes of hosts that do not answer; a number waits for so many seconds. */
  readonly offline?: WhenOffline;
  /** True finds out what would change, and changes nothing. */
  readonly planOnly?: boolean;
  /** A job that found out what would change: exactly that is done. */
  readonly planned?: string;
  readonly yes: boolean;
}

/** For example ` with colmena 0.5.0 (/usr/bin/colmena)`; nothing for our own engine. */
function engineText({ engine: { name, program } }: DeployPreview): string {
  return program === null ? '' : ` with ${name}, ${printable(program.version)} (${printable(program.path)})`;
}

const restartWords = 'Where it is needed a host restarts afterwards, of each tag one at a time.';

/** The plan as it is shown before anything is touched: hosts, what stands in the way, and the exact commands. */
export function planText(preview: DeployPreview, session: Session): string {
  const { paintError: paint } = session;
  const hosts = preview.hosts.map(({ name, address, watchdogSeconds, waitsForChecks, keys, leavesOut, refusal }) => {
    const place = address === null ? '' : ` (${printable(address)})`;
    const whose = preview.engine.guard === 'own' ? ` (${preview.engine.name}’s own rollback)` : '';
    const longer = waitsForChecks ? ' (as long as its health checks may take)' : '';
    const guard =
      watchdogSeconds === null ? '' : `, goes back unless confirmed within ${watchdogSeconds} s${longer}${whose}`;
    const uploads = keys === 0 ? '' : `, uploads ${keys === 1 ? '1 key' : `${keys} keys`}`;
    const profiles = leavesOut.length === 0 ? '' : `\n    ${printable(otherProfilesWords(leavesOut))}`;
    return refusal === null
      ? `  ${printable(name)}${place}${uploads}${guard}${profiles}`
      : `  ${printable(name)}\n${showProblem(refusal, paint)}`;
  });
  const isOwn = preview.engine.guard === 'own' && preview.hosts.some(({ checks }) => checks.length > 0);
  const remark = `  ${preview.engine.name} guards its switch itself: a health check that fails is told, and nothing goes back for it.`;
  return [
    paint(
      'bold',
      `${preview.goal} on ${preview.hosts.length === 1 ? '1 host' : `${preview.hosts.length} hosts`}${engineText(preview)}`,
    ),
    ...hosts,
    ...(isOwn ? [remark] : []),
    ...(preview.hosts.some(({ keys }) => keys > 0) ? [`  ${keyValueWords}`] : []),
    ...(preview.reboot === 'never' ? [] : [`  ${restartWords}`]),
    ...(preview.goal === 'boot' ? [`  ${bootGuardWords}`] : []),
    ...wavesText(preview, paint),
    paint('bold', 'Commands'),
    ...preview.commands.map((command) => `  ${commandLine(command)}`),
    '',
  ].join('\n');
}

function wavesText(
  { waves, emptyWaves }: Pick<DeployPreview, 'waves' | 'emptyWaves'>,
  paint: Session['paintError'],
): string[] {
  const without = emptyWavesText(emptyWaves, waves.length > 0);
  const remarks = without === null ? [] : [`  ${printable(without)}`];
  if (waves.length === 0) return remarks;
  const lines = waves.map(({ name, hosts, gate }, index) => {
    const then = index === waves.length - 1 ? '' : gateText(gate);
    return `  ${index + 1}. ${printable(`${name}: ${hosts.join(', ')}`)}${then === '' ? '' : `; then ${then}`}`;
  });
  return [paint('bold', `In ${waves.length} waves`), ...lines, ...remarks];
}

async function confirm(session: Session, hostCount: number): Promise<boolean> {
  const question = `Deploy ${hostCount === 1 ? 'this host' : `these ${hostCount} hosts`}? [y/N] `;
  return /^y(es)?$/i.test((await ask(session.terminal, question)).trim());
}

/** What a plan found, for a person; programs have it from the job's events. */
export async function printChanges(session: Session, id: JobId): Promise<void> {
  if (session.isJson) return;
  const { changes } = await session.client.job.show({ id });
  for (const [host, one] of Object.entries(changes)) session.print(`\n${changesText(host, one, session.paint)}`);
}

/** What a plan was made for. */
async function goalOfPlanned(session: Session, id: JobId): Promise<Goal> {
  try {
    return askedOf(await session.client.job.show({ id })).planFor ?? 'switch';
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

/** `deploy DIR --on EXPR`: shows the plan, asks unless --yes, and follows the job to its end. */
export async function deploy(session: Session, folder: string, options: DeployOptions): Promise<ExitCode> {
  const { planOnly = false } = options;
  const isConfirmedByHand = !options.yes && !planOnly;
  if (isConfirmedByHand && (session.isJson || !canAsk(session.terminal))) {
    throw wrongUsage(
      'Nobody can be asked here whether to deploy',
      'There is no terminal, or --json was given, and --yes was not.',
      'Give --yes to deploy without a question.',
    );
  }
  const view = await openForCommand(session, folder);
  const { hosts, explanation } = await selectHosts(session, view, options.on);
  if (hosts.length === 0) {
    throw wrongUsage(
      'The selection matches no host',
      `${options.on}: ${explanation.sentence}`,
      'nixstead fleet hosts shows what matches.',
    );
  }
  const planned = options.planned === undefined ? undefined : readId(options.planned);
  const { goal = planned === undefined ? 'switch' : await goalOfPlanned(session, planned) } = options;
  const request: DeployRequest = {
    fleetId: view.fleet.id,
    hosts: hosts.map((host) => host.name),
    goal: planOnly ? 'dry-activate' : goal,
    engine: options.engine,
    watchdog: options.watchdog,
    reboot: options.reboot === true ? 'where-needed' : undefined,
    rebootSeconds: options.rebootLimit,
    offline: options.offline,
    buildOn: options.buildOn,
    limits: options.atOnce === undefined ? undefined : readLimits(options.atOnce),
    waves: options.waves === undefined ? undefined : await readWaves(options.waves),
    planned,
    planFor: planOnly ? goalOfPlan.safeParse(goal).data : undefined,
  };
  if (options.reboot === true && !goalsThatReboot.has(goal)) {
    const why = goal === 'test' ? ': a restart would end the test' : '';
    session.tell(session.paintError('yellow', `--reboot has no effect with --goal ${goal}${why}\n`));
  }
  try {
    if (!planOnly) session.tell(planText(await session.client.deploy.preview(request), session));
    if (isConfirmedByHand && !(await confirm(session, hosts.length))) {
      session.tell('Nothing was done.\n');
      return exitCodes.failed;
    }
    const { jobId } = await session.client.deploy.start(request);
    const exitCode = await followJob(session, jobId, { trustsNewHostKeys: options.yes });
    if (planOnly) await printChanges(session, jobId);
    return exitCode;
  } catch (error) {
    throw error instanceof CommandFailed ? error : new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}
