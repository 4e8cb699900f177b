import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from '../../../../shared/contract/job.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import type { TerminalResult } from '../../jobs/context.ts';
import { KeyValueFilter } from '../../nix/key-values.ts';
import { askpassEnvironment } from '../../ssh/askpass.ts';
import { explainSshText } from '../../ssh/explain.ts';
import type { ActivateOptions } from '../activate.ts';
import type { Activation } from '../activation.ts';
import type { ActivationStatus } from '../activation-script.ts';
import { readMachineFacts } from '../machine-facts.ts';
import { deployError } from '../problems.ts';
import type { ToolProgram } from '../spec.ts';
import { LineCutter } from '../switch-output.ts';
import { isConnectionProblem } from '../target-link.ts';
import { mustBeAsEvaluated } from './as-evaluated.ts';
import type { GuardedActivation, HostAtWork, Passage } from './engine.ts';
import { explainTool } from './explain-tool.ts';
import { QuestionWatch } from './question-watch.ts';
import { Sentinel } from './sentinel.ts';
import type { Tool } from './tool.ts';
import type { ToolLine, ToolStage } from './tool-line.ts';
import { beforeTool, takeToolLine, type ToolHostProgress, type ToolProgress } from './tool-progress.ts';

/** A program whose own rollback is awaited is given so long beyond its own time. */
const besidesRollbackMs = 15_000;
const pauseMs = 1000;
/** Exit status of ssh itself, and where what it ran was ended by a signal. */
const sshFailed = 255;

/** One host's way through a program that evaluates, builds, copies and activates in one run. */
export class ToolPassage implements Passage {
  readonly limit = null;
  readonly evaluatesItself = true;
  readonly #at: HostAtWork;
  readonly #tool: Tool;
  readonly #program: ToolProgram;
  readonly #evaluated = Promise.withResolvers<void>();
  readonly #activates = Promise.withResolvers<void>();
  #ended: Promise<TerminalResult> | null = null;
  #sentinel: Sentinel | null = null;
  #progress: ToolProgress = beforeTool;
  #stage: Stage = 'build';
  /** Lines of the activation for which nobody listened yet. */
  #unheard: string[] = [];
  #goesBackAt: ActivateOptions['goesBackAt'] = () => null;
  #onActivationLine: ((text: string) => void) | null = null;

  constructor(at: HostAtWork, tool: Tool, program: ToolProgram) {
    this.#at = at;
    this.#tool = tool;
    this.#program = program;
  }

  async bring(activation: GuardedActivation | null): Promise<void> {
    this.#at.onStage('build', 'waiting for a place');
    await activation?.ready();
    try {
      await this.#begin(activation);
      await Promise.race([this.#activates.promise, this.#ended]);
      if (this.#stage !== 'activate') await this.#endWithoutActivation(activation !== null);
    } catch (error) {
      await this.#unguard();
      throw error;
    }
  }

  /** Starts the program, and comes back when it has evaluated: no more than fit the memory do so at once. */
  async #begin(activation: GuardedActivation | null): Promise<void> {
    const { work, host, reached, steps } = this.#at;
    const { context, limits } = work;
    await limits.programs.run(context.signal, async () => {
      await mustBeAsEvaluated(work, host.name);
      if (activation && reached && activation.record.watchdogSeconds !== null) {
        this.#sentinel = new Sentinel(host.name, activation, reached);
        await this.#sentinel.start();
      }
      steps.start('build', `${this.#tool.name} evaluates`);
      const ended = this.#run();
      // Who waits for it hears of it there.
      ended.catch(() => undefined);
      this.#ended = ended;
      await Promise.race([this.#evaluated.promise, ended]);
    });
  }

  async activate(_activation: Activation, options: ActivateOptions): Promise<ActivationStatus> {
    this.#onActivationLine = (text) => options.onOutput(`${text}\n`);
    this.#goesBackAt = options.goesBackAt;
    for (const line of this.#unheard.splice(0)) this.#onActivationLine(line);
    try {
      const result = await this.#ended;
      await this.#sentinel?.lastLook();
      const status = this.#status(result?.exitCode ?? null);
      return this.#tool.guard === 'own' ? await this.#afterOwnRollback(status, options.signal) : status;
    } finally {
      await this.#unguard();
    }
  }

  /** What was not changed need not be watched any more; an armed watchdog needs nobody. */
  async #unguard(): Promise<void> {
    if (this.#sentinel?.wasArmed === true) this.#sentinel[Symbol.dispose]();
    else await this.#sentinel?.letGo();
  }

  /** The program is through, and no line of it said that it activates. */
  async #endWithoutActivation(shouldActivate: boolean): Promise<void> {
    const result = await this.#ended;
    await this.#sentinel?.lastLook();
    // What was changed all the same is confirmed or goes back.
    if (this.#sentinel?.wasArmed === true) return;
    const isWell = result?.exitCode === 0 && !this.#progress.isNothingSelected;
    if (!isWell) throw deployError(this.#explain(result?.exitCode ?? null));
    if (shouldActivate) return;
    this.#end(this.#stage);
    // What was built there need not be brought.
    if (this.#stage === 'build' && this.#at.work.spec.goal === 'push') this.#at.steps.skip('copy', 'is there already');
  }

  async #run(): Promise<TerminalResult> {
    const { work, host, reached } = this.#at;
    const { context, spec, files } = work;
    const needsSudo = (reached?.privilege.length ?? 0) > 0;
    const { secrets = {} } = reached ?? {};
    const { argv, env, cwd } = this.#tool.command({ program: this.#program, spec, host, files, needsSudo, secrets });
    const { question } = this.#tool;
    const cutter = new LineCutter();
    const keys = new KeyValueFilter();
    const questions = question === null ? null : new QuestionWatch(question);
    const take = (text: string, reply: (text: string) => void = () => undefined): void => {
      for (const line of [...cutter.push(text)].flatMap((whole) => keys.line(whole))) this.#take(line);
      // Where sudo wants none, any answer will do.
      for (let asked = questions?.take(text) ?? 0; asked > 0; asked -= 1) reply(`${secrets.sudoPassword ?? ''}\n`);
    };
    try {
      return await context.run({
        host: host.name,
        stage: 'build',
        argv,
        ...(cwd === null ? {} : { cwd }),
        env: { ...env, ...usualEnvironment(), ...askpassEnvironment(files.askpass, secrets) },
        shown: { where: 'here', argv: [...argv], env: { ...env } },
        terminal: question === null ? 'none' : 'questions',
        isLogged: false,
        onOutput: take,
      });
    } finally {
      take('\n');
      for (const line of keys.end()) this.#take(line);
    }
  }

  #take(line: string): void {
    const { host } = this.#at;
    const read = this.#tool.read(line);
    const before = this.#own;
    this.#progress = takeToolLine(this.#progress, read, host.name);
    const now = this.#own;
    if (now && now.stage !== before?.stage && now.stage !== null) this.#enter(now.stage, now);
    this.#log(line, read);
    if (now && this.#stage !== 'activate') this.#tellCounts(now);
    if (now?.done.includes('evaluate') || (now?.stage ?? 'evaluate') !== 'evaluate') this.#evaluated.resolve();
    if (this.#stage === 'activate') this.#activates.resolve();
  }

  /** What is said of the activation belongs to it; the rest is the program's own log. */
  #log(line: string, { text, isAside }: ToolLine): void {
    const { work, host } = this.#at;
    if (this.#stage !== 'activate' || isAside || text.trim() === '') {
      if (line !== '') work.context.log(host.name, `${line}\n`);
    } else if (this.#onActivationLine) this.#onActivationLine(text);
    else this.#unheard.push(text);
  }

  #enter(stage: ToolStage, { done }: ToolHostProgress): void {
    const next = jobStage(stage, done.includes('activate'));
    if (next === null || next === this.#stage) return;
    this.#end(this.#stage);
    if (this.#stage === 'build' && next === 'activate') this.#at.steps.skip('copy', 'is there already');
    this.#stage = next;
    if (next !== 'activate') this.#at.onStage(next);
  }

  #end(stage: Stage): void {
    const { derivations, paths } = this.#own ?? { derivations: { total: 0 }, paths: { total: 0 } };
    const count = stage === 'copy' ? paths.total : derivations.total;
    const word = stage === 'copy' ? 'copied' : 'built';
    const nothing = stage === 'copy' ? 'nothing to copy' : 'nothing to build';
    if (stage === 'build' || stage === 'copy') {
      this.#at.steps.done(stage, count > 0 ? `${count} ${word}` : nothing);
    }
  }

  #tellCounts({ stage, derivations, paths, lines }: ToolHostProgress): void {
    const note = stage === 'evaluate' ? `${this.#tool.name} evaluates` : (lines.at(-1) ?? '').slice(0, 200);
    const counts = this.#stage === 'copy' ? paths : derivations;
    this.#at.steps.progress(this.#stage, { ...counts, unit: this.#stage === 'copy' ? 'steps' : 'derivations', note });
  }

  #status(exitCode: number | null): ActivationStatus {
    const own = this.#own;
    if (own?.wentBack) return { state: 'reverted', exitCode: own.failure?.exitCode ?? exitCode ?? 1 };
    const failure = own?.failure;
    if (failure?.stage === 'activate') {
      // Not every program passes on the exit status of ssh, but all pass on its words.
      const ssh = explainSshText((own?.lines ?? []).join('\n'), '');
      if (ssh?.code === 'ssh-connection-lost') return { state: 'lost', exitCode: 0 };
      const units = own?.switched.failed.length ?? 0;
      const code = failure.exitCode ?? (units > 0 ? 4 : (exitCode ?? 1));
      if (code !== sshFailed) return { state: 'switch', exitCode: code };
      // The activation was ended, for example by the watchdog, or the way to it was.
      return { state: Date.now() < (this.#goesBackAt() ?? Infinity) ? 'lost' : 'died', exitCode: 0 };
    }
    if (exitCode === 0) return { state: 'switch', exitCode: 0 };
    // It came through, and the program failed with something after it.
    if (own?.done.includes('activate')) return { state: 'switch', exitCode: 0, remark: this.#explain(exitCode) };
    return { state: 'died', exitCode: 0 };
  }

  /** A program that could not confirm leaves going back to the host, which takes its time. */
  async #afterOwnRollback(status: ActivationStatus, signal: AbortSignal): Promise<ActivationStatus> {
    const { reached, host } = this.#at;
    const hasFailed = status.state !== 'switch' || status.exitCode !== 0;
    const isOver = this.#own?.isStuckBetween === true;
    if (!reached || !hasFailed || isOver || host.watchdogSeconds === null) return status;
    const { currentSystem, profileSystem, profilePath } = reached.facts;
    const until = Date.now() + host.watchdogSeconds * 1000 + besidesRollbackMs;
    this.#at.steps.progress('activate', { note: `waiting for ${this.#tool.name}’s own rollback` });
    while (Date.now() < until) {
      try {
        const facts = await readMachineFacts(await reached.link.open(signal), signal);
        const isProfileBack = facts.profileSystem === profileSystem && facts.profilePath === profilePath;
        const isBack = facts.currentSystem === currentSystem && isProfileBack;
        if (isBack) return { state: 'reverted', exitCode: status.exitCode };
      } catch (error) {
        if (!isConnectionProblem(error)) throw error;
      }
      await wait(pauseMs, undefined, { signal });
    }
    return status;
  }

  get #own(): ToolHostProgress | undefined {
    return this.#progress.hosts.get(this.#at.host.name);
  }

  #explain(exitCode: number | null): Problem {
    const { host, work, reached } = this.#at;
    return explainTool({
      program: this.#tool.name,
      host: host.name,
      place: reached?.link.place ?? host.name,
      flakeFolder: work.spec.fleet.path,
      exitCode,
      progress: this.#progress,
    });
  }
}

/** deploy-rs takes a nix for one without flakes whose own configuration does not name them. */
function usualEnvironment(): Record<string, string> {
  const said = process.env['NIX_CONFIG'] ?? '';
  return { NO_COLOR: '1', NIX_CONFIG: `${said}\nextra-experimental-features = nix-command flakes` };
}

/** Where a program's stage stands among the job's; null: it is none of them. */
function jobStage(stage: ToolStage, isActivated: boolean): Stage | null {
  switch (stage) {
    case 'evaluate':
    case 'build':
      return 'build';
    case 'copy':
      return 'copy';
    case 'keys':
      return isActivated ? 'activate' : 'copy';
    case 'activate':
      return 'activate';
    case 'reboot':
      return null;
  }
}
