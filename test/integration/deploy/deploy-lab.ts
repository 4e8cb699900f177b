import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { EngineName, Goal } from '../../../shared/contract/deploy.ts';
import { healthResult } from '../../../shared/contract/health.ts';
import { jobId, type JobId } from '../../../shared/contract/ids.ts';
import {
  hostOutcome,
  jobDetail,
  stage,
  stepState,
  watchdog,
  type JobDetail,
  type Watchdog,
} from '../../../shared/contract/job.ts';
import { resumePoint, type ResumePoint } from '../../../shared/contract/install.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { waveProgress } from '../../../shared/contract/waves.ts';
import { commandLine, createLab, nodePath, type Lab, type LabHost } from '../../lab/index.ts';

const stepLine = z.object({
  type: z.literal('step'),
  host: z.string(),
  stage,
  state: stepState,
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  at: z.number(),
});
const resultLine = z.object({
  type: z.literal('result'),
  job: jobId,
  state: z.string(),
  hosts: z.record(z.string(), hostOutcome),
});
const watchdogLine = z.object({ type: z.literal('watchdog'), host: z.string(), ...watchdog.shape, at: z.number() });
const healthLine = z.object({
  type: z.literal('health'),
  host: z.string(),
  phase: z.enum(['before', 'after']),
  results: z.array(healthResult),
});
const wavesLine = z.object({ type: z.literal('waves'), waves: z.array(waveProgress) });
const leftLine = z.object({ type: z.literal('left'), ...resumePoint.shape });
const line = z.discriminatedUnion('type', [stepLine, watchdogLine, healthLine, wavesLine, leftLine, resultLine]);
type StepLine = z.infer<typeof stepLine>;
type WatchdogLine = z.infer<typeof watchdogLine>;
type ResultLine = z.infer<typeof resultLine>;

/** A deploy of the command line that is over. */
export interface Deployed {
  exitCode: number | null;
  steps: StepLine[];
  result: ResultLine;
  stderr: string;
}

const answered = z.object({ job: jobId, questions: z.array(z.string()), outcomes: z.record(z.string(), hostOutcome) });
type Answered = z.infer<typeof answered>;
const answeringProcess = join(import.meta.dirname, 'answering-process.ts');

const program = commandLine;
/** An id begins with `20261121-140201`. */
const secondLength = 15;
const queuedJob = z.object({ queuedAt: z.number() });

/** A lab in which the owner of the fleet deploys with the product's own command line. */
export class DeployLab implements AsyncDisposable {
  readonly lab: Lab;

  private constructor(lab: Lab) {
    this.lab = lab;
  }

  static async start(
    name: string,
    hosts: readonly string[],
    options: Parameters<Lab['up']>[1] = {},
  ): Promise<DeployLab> {
    const lab = await createLab({ name, onProgress: console.log });
    await lab.up(hosts, options);
    return new DeployLab(lab);
  }

  host(name: string): LabHost {
    return this.lab.host(name);
  }

  /** A fleet of these hosts; `config` is Nix text for the module of single hosts. */
  async fleet(name: string, config: Record<string, string>, user: 'root' | 'admin' = 'root'): Promise<string> {
    const { path } = await this.lab.fleet('plain', { name, hosts: Object.keys(config), config, user });
    return path;
  }

  async cli(argv: readonly string[]): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    return this.lab.controller.exec(['node', program, ...argv], { timeoutMs: 90_000 });
  }

  /** Deploys and waits for the end. */
  async deploy(path: string, on: string, ...options: string[]): Promise<Deployed> {
    return this.begin(path, on, ...options).over();
  }

  /** Deploys one host that fails, and gives its problem. */
  async deployFails(path: string, on: string, ...options: string[]): Promise<Problem> {
    const { result, exitCode } = await this.deploy(path, on, ...options);
    const error = result.hosts[on]?.error;
    if (exitCode !== 1 || error === undefined) throw new Error(`it did not fail: ${JSON.stringify(result)}`);
    return error;
  }

  /** Starts to deploy. */
  begin(path: string, on: string, ...options: string[]): RunningDeploy {
    return new RunningDeploy(this.lab, ['deploy', path, '--on', on, '--yes', '--json', ...options]);
  }

  /** Deploys hosts by way of the engine, and gives these answers to the passwords that are asked for. */
  async answer(
    path: string,
    hosts: readonly string[],
    answers: readonly string[],
    options: { engine?: EngineName; goal?: Goal } = {},
  ): Promise<Answered> {
    const { stdout, stderr } = await this.lab.controller.exec([nodePath, answeringProcess, path], {
      stdin: JSON.stringify({ hosts, answers, ...options }),
      timeoutMs: 90_000,
    });
    if (stdout === '') throw new Error(stderr);
    return answered.parse(JSON.parse(stdout));
  }

  async job(id: JobId): Promise<JobDetail> {
    const { stdout } = await this.cli(['jobs', 'show', id, '--json']);
    return jobDetail.parse(JSON.parse(stdout));
  }

  async cancel(id: JobId): Promise<void> {
    const { exitCode, stderr } = await this.cli(['jobs', 'cancel', id]);
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** The newest job: ids sort by time, but for those of one second. */
  async latestJob(): Promise<JobId> {
    const folder = join(this.lab.folder, 'state/jobs');
    const ids = (await readdir(folder)).filter((name) => jobId.safeParse(name).success).sort();
    const second = ids.at(-1)?.slice(0, secondLength) ?? '';
    const queued = await Promise.all(
      ids
        .filter((id) => id.startsWith(second))
        .map(async (id) => ({
          id,
          ...queuedJob.parse(JSON.parse(await readFile(join(folder, id, 'job.json'), 'utf8'))),
        })),
    );
    return jobId.parse(queued.sort((a, b) => a.queuedAt - b.queuedAt).at(-1)?.id);
  }

  /** Resolves when a host's log has come to a text. */
  async untilLog(id: JobId, host: string, text: string): Promise<void> {
    const following = this.lab.controller.spawn(['node', program, 'jobs', 'log', id, '--host', host], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let log = '';
    const ended = once(following, 'close');
    following.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      log += piece;
      if (log.includes(text)) following.kill('SIGKILL');
    });
    await ended;
    if (!log.includes(text)) throw new Error(`the log never said “${text}”:\n${log}`);
  }

  /** Waits until a job is over, by following its log as a person would. */
  async jobOver(id: JobId): Promise<JobDetail> {
    await this.cli(['jobs', 'log', id]);
    return this.job(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.down();
  }
}

/** A command line in the controller that deploys. */
export class RunningDeploy {
  readonly #process;
  readonly #lines: z.infer<typeof line>[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #closed: Promise<unknown>;
  #stderr = '';

  /** @param before words before the command line's own, of a program that runs it */
  constructor(
    lab: Lab,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ) {
    this.#process = lab.controller.spawn([...before, 'node', program, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    const { stdout, stderr } = this.#process;
    if (!stdout || !stderr) throw new Error('the program has no output');
    createInterface({ input: stdout }).on('line', (text) => {
      const read = line.safeParse(JSON.parse(text));
      // A command that fails before there is a job says so in a line of another form.
      if (read.success) this.#lines.push(read.data);
      else this.#stderr += `${text}\n`;
      for (const look of this.#watchers) look();
    });
    stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.#closed = once(this.#process, 'close');
    void this.#closed.then(() => this.#watchers.forEach((look) => look()));
    // A test's limit is near, and says nothing of what was waited for.
    const late = setTimeout(() => console.error(`${argv.join(' ')} goes on:\n${this.#said}`), 110_000).unref();
    void this.#closed.then(() => clearTimeout(late));
  }

  /** The last of what it said. */
  get #said(): string {
    return `${JSON.stringify(this.#lines.slice(-12), null, 1)}\n${this.#stderr}`;
  }

  get steps(): StepLine[] {
    return this.#lines.flatMap((one) => (one.type === 'step' ? [one] : []));
  }

  /** What an earlier install left, where this one goes on with it. */
  get #left(): ResumePoint | undefined {
    return this.#lines.find((one) => one.type === 'left');
  }

  get watchdogs(): WatchdogLine[] {
    return this.#lines.flatMap((one) => (one.type === 'watchdog' ? [one] : []));
  }

  /** Resolves when the deploy says that a host is that far. */
  until(isThere: (step: StepLine) => boolean): Promise<StepLine> {
    return this.#untilFound(() => this.steps.find(isThere));
  }

  untilLeft(): Promise<ResumePoint> {
    return this.#untilFound(() => this.#left);
  }

  /** Resolves when a host's watchdog is in a state. */
  untilWatchdog(host: string, state: Watchdog['state']): Promise<WatchdogLine> {
    return this.#untilFound(() => this.watchdogs.find((one) => one.host === host && one.state === state));
  }

  /** Resolves with the watchdogs of so many hosts, when they are armed. */
  untilArmed(count: number): Promise<WatchdogLine[]> {
    return this.#untilFound(() => {
      const armed = this.watchdogs.filter(({ state }) => state === 'armed');
      return armed.length >= count ? armed : undefined;
    });
  }

  #untilFound<Found>(find: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = find();
        const isOver = this.#process.exitCode !== null || this.#process.signalCode !== null;
        if (found === undefined && !isOver) return;
        this.#watchers.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`it ended before: ${this.#said}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Ends the program with everything in its process group, as when the app is killed. The job is in none of it. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#closed;
  }

  /** Ctrl-C: the job is cancelled. */
  interrupt(): void {
    this.#process.kill('SIGINT');
  }

  async over(): Promise<Deployed> {
    await this.#closed;
    const result = this.#lines.at(-1);
    if (result?.type !== 'result') throw new Error(`it ended without a result\n${this.#stderr}`);
    return { exitCode: this.#process.exitCode, steps: this.steps, result, stderr: this.#stderr };
  }
}

/** The last state of each of a host's stages, in order: `plan done, build skipped …`. */
export function stagesOf(steps: readonly StepLine[], host: string): string {
  const last = new Map(steps.filter((step) => step.host === host).map(({ stage: name, state }) => [name, state]));
  return [...last].map(([name, state]) => `${name} ${state}`).join(', ');
}
