import { jobId, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import type { Decision, JobDetail } from '../../../shared/contract/job.ts';
import { planIdOf } from '../../../shared/jobs/view.ts';
import { colouredText } from '../../engine/nix/terminal-text.ts';
import { CommandFailed, problemOfCall, wrongUsage } from '../errors.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import { followJob, resultLine } from '../follow-job.ts';
import { commandLine, jobTable, outcomeText, stepText } from '../output/job.ts';
import { printable } from '../output/text.ts';
import { readLimits } from '../read-limits.ts';
import type { Session } from '../session.ts';
import { writeAtPace } from '../terminal.ts';

/** The id of a job as it was typed. @throws CommandFailed with exit code 2 */
export function readId(text: string): JobId {
  const id = jobId.safeParse(text);
  if (!id.success) throw wrongUsage('This is no id of a job', text, 'nixstead jobs list shows the ids.');
  return id.data;
}

async function call<Result>(promise: Promise<Result>): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    throw new CommandFailed(problemOfCall(error), exitCodes.failed);
  }
}

/** `jobs list`: latest first. */
export async function listJobs(session: Session, options: { limit: number }): Promise<ExitCode> {
  const jobs = await call(session.client.job.list({ limit: options.limit }));
  if (session.isJson) session.printJson(jobs);
  else if (jobs.length === 0) session.tell('There are no jobs yet.\n');
  else session.print(jobTable(jobs, Date.now(), session.paint));
  return exitCodes.done;
}

/** `jobs show ID`: what was asked, what was run, how it went. */
export async function showJob(session: Session, idText: string): Promise<ExitCode> {
  const job = await call(session.client.job.show({ id: readId(idText) }));
  if (session.isJson) {
    session.printJson(job);
    return exitCodes.done;
  }
  session.print(jobTable([job.summary], Date.now(), session.paint));
  const plan = planIdOf(job);
  if (plan !== null) session.print(session.paint('dim', `as planned in job ${plan}\n`));
  for (const step of job.steps) session.print(`${stepText(step, session.paint)}\n`);
  for (const { command, exitCode } of job.commands) {
    const state = exitCode === null ? '' : session.paint('dim', `  (exit ${exitCode})`);
    session.print(`$ ${commandLine(command)}${state}\n`);
  }
  session.print(outcomeText(job, session.paint));
  return exitCodes.done;
}

/** `jobs retry ID`: the same again, in the same way, for the hosts of a deploy that did not come to it. */
export async function retryJob(session: Session, idText: string, options: { yes?: boolean }): Promise<ExitCode> {
  const { jobId } = await call(session.client.deploy.retryFailed({ id: readId(idText) }));
  return followJob(session, jobId, { trustsNewHostKeys: options.yes === true });
}

/**
 * Log lines, of several hosts side by side each with its host's name before it. They hold what hosts printed, byte for
 * byte, so only colours are passed on: a host must not reach this terminal's clipboard, title or cursor.
 */
export class LogLines {
  readonly #prefix: string;
  readonly #print: (text: string) => void;
  #rest = '';

  constructor(prefix: string, print: (text: string) => void) {
    this.#prefix = prefix;
    this.#print = print;
  }

  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.#print(lines.map((line) => `${this.#prefix}${colouredText(line)}\n`).join(''));
  }

  end(): void {
    if (this.#rest !== '') this.add('\n');
  }
}

async function printLog(session: Session, job: JobDetail, host: HostName | null, prefix: string): Promise<void> {
  const lines = new LogLines(prefix, (text) => session.print(text));
  for await (const chunk of await session.client.job.log({ id: job.summary.id, host })) {
    if (session.isJson) session.printJson({ host, offset: chunk.offset, text: chunk.text });
    else lines.add(chunk.text);
  }
  lines.end();
}

/** `jobs log ID [--host NAME]`: what the programs printed; of a running job, until it is over. */
export async function showLog(session: Session, idText: string, options: { host?: string }): Promise<ExitCode> {
  const job = await call(session.client.job.show({ id: readId(idText) }));
  const { hosts } = job.summary;
  const wanted = options.host === undefined ? hosts : hosts.filter((host) => host === options.host);
  if (options.host !== undefined && wanted.length === 0) {
    throw wrongUsage('This job has no such host', options.host, `Its hosts are: ${hosts.join(', ')}`);
  }
  const logs: readonly (HostName | null)[] = options.host === undefined ? [null, ...wanted] : wanted;
  const longest = Math.max(...hosts.map((host) => host.length));
  const prefixOf = (host: HostName | null): string =>
    wanted.length === 1 || host === null ? '' : session.paint('dim', `${printable(host).padStart(longest)} │ `);
  await call(Promise.all(logs.map((host) => printLog(session, job, host, prefixOf(host)))));
  return exitCodes.done;
}

/** `jobs export [ID...] [--logs]`: jobs as JSON Lines, the latest first. */
export async function exportJobs(
  session: Session,
  ids: readonly string[],
  options: { limit: number; logs?: boolean },
): Promise<ExitCode> {
  const { client, terminal } = session;
  const wanted =
    ids.length > 0 ? ids.map(readId) : (await call(client.job.list({ limit: options.limit }))).map(({ id }) => id);
  const print = async (): Promise<void> => {
    const pieces = await client.job.export({ ids: wanted, withLogs: options.logs === true });
    for await (const { text } of pieces) await writeAtPace(terminal.stdout, text);
  };
  await call(print());
  return exitCodes.done;
}

/** `jobs cancel ID`: asks the job to stop and waits until it has. */
export async function cancelJob(session: Session, idText: string): Promise<ExitCode> {
  const id = readId(idText);
  await call(session.client.job.cancel({ id }));
  for await (const event of await session.client.job.watch({ id })) void event;
  const job = await call(session.client.job.show({ id }));
  if (session.isJson) session.printJson(resultLine(job));
  else session.print(outcomeText(job, session.paint));
  return exitCodes.done;
}

/** `jobs limit ID copies=2`: for what has not begun yet. */
export async function limitJob(session: Session, idText: string, words: readonly string[]): Promise<ExitCode> {
  const id = readId(idText);
  await call(session.client.job.limit({ id, limits: readLimits(words) }));
  return exitCodes.done;
}

/** `jobs keep ID` and `jobs revert ID`: tells hosts whose watchdog is armed what a person decided. */
export async function decide(
  session: Session,
  idText: string,
  decision: Decision,
  options: { host?: string },
): Promise<ExitCode> {
  const id = readId(idText);
  const { watchdogs, summary } = await call(session.client.job.show({ id }));
  const wanted = summary.hosts.filter((host) =>
    options.host === undefined ? watchdogs[host]?.state === 'armed' : host === options.host,
  );
  if (wanted.length === 0) {
    throw wrongUsage(
      'There is nothing to decide',
      options.host === undefined ? 'No watchdog of this job is armed.' : `This job has no host ${options.host}`,
      'nixstead jobs show says how far its hosts are.',
    );
  }
  await call(Promise.all(wanted.map((host) => session.client.job.decide({ id, host, decision }))));
  if (session.isJson) session.printJson({ decision, hosts: wanted });
  else session.tell(`Told: ${decision} ${wanted.map((host) => printable(host)).join(', ')}\n`);
  return exitCodes.done;
}
