import { rmSync } from 'node:fs';
import type { HostChanges } from '../../../shared/contract/changes.ts';
import type { Generation, RollbackTarget } from '../../../shared/contract/generation.ts';
import type { HostOutcome, Stage } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { whyNameIsRefused } from '../../../shared/fleet/host-name.ts';
import { ProblemError } from '../errors.ts';
import { nameRefused } from '../fleet/errors.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import { JobCancelled } from '../jobs/context.ts';
import { jobCrashed } from '../jobs/errors.ts';
import { isInStore } from '../nix/store-files.ts';
import { systemLink } from './build.ts';
import { askAfterCancel } from './after-cancel.ts';
import { foretell, showChanges } from './changes/foretell.ts';
import { withUnits } from './changes/read-changes.ts';
import type { DeployWork, Reached } from './deploy-work.ts';
import { engineGuards, engineOf } from './engines/all.ts';
import type { Passage } from './engines/engine.ts';
import type { EvaluatedSystem } from './evaluate.ts';
import { readProfile, type Profile } from './generations.ts';
import { goals, needsTarget } from './goals.ts';
import { nothingBroken, type Broken } from './health/broken.ts';
import { HostHealth } from './health/host-health.ts';
import { HostActivation } from './host-activation.ts';
import type { HostSteps } from './host-steps.ts';
import { HostKeys } from './keys/host-keys.ts';
import { deployError, deployProblems } from './problems.ts';
import { isOffline, reachHost } from './reach-host.ts';
import { HostReboot } from './reboot/host-reboot.ts';
import { settleBoot, type SettledBoot } from './reboot/settle-boot.ts';
import type { DeployHost } from './spec.ts';
import { mayBeChanged, outcomeOfReboot, outcomeOfStillFailed, whyNothingToDo } from './verdict.ts';
import { describeTold, wayBack } from './what-ran.ts';

/** What a host is brought to, and what is known of it. */
export interface HostCourse {
  /** Comes when this host's chunk is through; absent where it goes back to what it has. */
  readonly evaluated?: Promise<EvaluatedSystem> | null;
  /** A system that it has and is to run, with its profile left as it is. */
  readonly system?: string;
  /** What was broken before this job changed anything there. */
  readonly known?: Broken;
  /** False: what only boots is no trial. */
  readonly guardsNextBoot?: boolean;
  /** Tells several activations of one job on this host apart. */
  readonly round?: string;
}

/** One host on its way through the stages. Nothing that happens to it holds up another. */
export class HostDeploy {
  readonly #work: DeployWork;
  readonly #host: DeployHost;
  readonly #steps: HostSteps;
  readonly #course: HostCourse;
  #stage: Stage = 'plan';
  #reached: Reached | null = null;
  #system: EvaluatedSystem | null = null;
  #activation: HostActivation | null = null;
  #changes: HostChanges | null = null;
  #settled: SettledBoot | null = null;
  #health: HostHealth | null = null;
  /** Units that failed in a deploy that this one tries again, and are failed still. */
  #stillFailed: string[] = [];
  #reboot: HostReboot | null = null;
  /** What it is to run, once that is known for sure. */
  #towards: string | null = null;
  /** Each that was uploaded with, the latest last. */
  readonly #uploads: HostKeys[] = [];

  constructor(work: DeployWork, host: DeployHost, steps: HostSteps, course: HostCourse) {
    this.#work = work;
    this.#host = host;
    this.#steps = steps;
    this.#course = course;
  }

  /** What the host was in before anything was changed; null: it was not reached. */
  get before(): MachineFacts | null {
    return this.#reached?.facts ?? null;
  }

  /** What the host is in as far as it told; null where that may be another by now. */
  get #lastKnown(): MachineFacts | null {
    return mayBeChanged(this.#activation !== null, this.#stage) ? null : this.before;
  }

  /** What was broken there before anything was changed. */
  async broken(): Promise<Broken> {
    const { known = nothingBroken } = this.#course;
    return this.#health?.broken() ?? { ...known, units: this.before?.failedUnits ?? known.units };
  }

  /** Goes through all stages; every failure becomes the host's outcome. */
  async run(): Promise<HostOutcome> {
    const { context } = this.#work;
    try {
      return this.#remembered(await this.#stages());
    } catch (error) {
      if (context.signal.aborted || error instanceof JobCancelled) return await this.#cancelled();
      const isAway = error instanceof ProblemError && this.#reached === null && isOffline(error.problem);
      if (isAway && isLeftOut(this.#work.spec)) return this.#leftOut(error.problem);
      return this.#failed(error instanceof ProblemError ? error.problem : jobCrashed(error));
    } finally {
      this.#activation?.[Symbol.dispose]();
      this.#reached?.link[Symbol.dispose]();
      // A plan is carried out later: its system is kept for as long as that may be (planned-roots.ts).
      if (this.#system && this.#work.spec.goal !== 'dry-activate')
        rmSync(systemLink(context.jobFolder, this.#host.name), { force: true });
    }
  }

  /**
   * The job remembers with which stateVersion the host was deployed: it must not change later. A plan remembers also what
   * builds the system of a host that has it already, for the same is approved with the others.
   */
  #remembered(outcome: HostOutcome): HostOutcome {
    if (this.#system === null) return outcome;
    const { stateVersion, drvPath } = this.#system;
    const isPlanned = outcome.state === 'unchanged' && this.#work.spec.goal === 'dry-activate';
    return {
      ...outcome,
      ...(stateVersion === null ? {} : { stateVersion }),
      ...(isPlanned ? { derivation: drvPath } : {}),
    };
  }

  async #stages(): Promise<HostOutcome> {
    const { goal } = this.#work.spec;
    const reached = await this.#plan();
    if (reached && this.#course.system !== undefined) return this.#runAgain(reached, this.#course.system);
    if (reached && this.#work.spec.rollbackTo !== null) return this.#goBack(reached, this.#work.spec.rollbackTo);
    if (goal === 'keys') return this.#keysAlone(reached);
    if (goal === 'confirm-boot') return this.#bootAlone(reached);
    const system = await this.#evaluate();
    if (this.#settled?.end === 'unconfirmed' && this.#settled.facts.profileSystem === system.outPath) {
      throw deployError(this.#settled.problem);
    }
    const reason = reached && whyNothingToDo(goal, system.outPath, reached.facts, system.profilePath);
    const keys = this.#keys(reached);
    if (reached && reason) {
      await this.#allKeys(keys);
      if (this.#isCheckedAgain()) await this.#looked(reached).wasLookedAt();
      return (await this.#rebootAlone(reached, system.outPath)) ?? this.#unchanged(reason, reached.facts);
    }
    const passage = this.#passage(system, reached);
    if (goal === 'build' || goal === 'push' || !reached) {
      await passage.bring(null);
      const { generation = null, currentSystem = null } = goal === 'push' ? (reached?.facts ?? {}) : {};
      return { state: 'succeeded', generation, system: goal === 'push' ? currentSystem : system.outPath };
    }
    const activation = this.#activationOf(passage, system, reached, null, keys);
    // Another program activates in the same run in which it brings the system.
    if (this.#work.spec.engine !== 'nix') await this.#keysBefore(keys);
    await passage.bring(activation);
    if (this.#work.spec.engine === 'nix') await this.#keysBefore(keys);
    return this.#activate(activation, passage);
  }

  async #keysBefore(keys: HostKeys | null): Promise<void> {
    if (keys === null) return;
    this.#enter('keys');
    await keys.before(this.#work.spec.goal !== 'boot', this.#work.context.signal);
  }

  async #allKeys(keys: HostKeys | null): Promise<void> {
    if (keys === null) return;
    this.#enter('keys');
    await keys.all(this.#work.context.signal);
  }

  /** A host that has its system, and may still run with the kernel of another. Null where no restart is needed. */
  async #rebootAlone(reached: Reached, system: string): Promise<HostOutcome | null> {
    const reboot = this.#rebootOf(reached, this.#keys(reached));
    // As after a switch, only a host that is well is restarted.
    if (reboot === null || this.#stillFailed.length > 0) return null;
    this.#towards = system;
    this.#stage = 'reboot';
    const ended = await reboot.run(system, this.#work.context.signal);
    if (ended.end === 'not-needed') return null;
    this.#enter('verify');
    const outcome = outcomeOfReboot(this.#host.name, reached.facts, ended);
    if (outcome.error) this.#steps.fail('verify', outcome.error.title);
    else this.#steps.done('verify', 'restarted');
    this.#steps.skipRest('nothing to do');
    if (outcome.error) this.#tell(outcome.error);
    return outcome;
  }

  #rebootOf(reached: Reached, keys: HostKeys | null): HostReboot | null {
    if (this.#work.spec.reboot === 'never' || this.#host.isLocal) return null;
    const { link, privilege } = reached;
    const health = this.#looked(reached);
    const parts = { work: this.#work, host: this.#host, steps: this.#steps, link, privilege, health, keys };
    this.#reboot = new HostReboot(parts);
    return this.#reboot;
  }

  /** The host's keys, where it has some that are uploaded here. */
  #keys(reached: Reached | null): HostKeys | null {
    const keys = this.#work.keys.get(this.#host.name);
    if (!reached || keys === undefined) return null;
    const upload = new HostKeys({ work: this.#work, host: this.#host.name, steps: this.#steps, reached, keys });
    this.#uploads.push(upload);
    return upload;
  }

  /** Nothing but the keys, such as after a reboot, which empties /run/keys. */
  async #keysAlone(reached: Reached | null): Promise<HostOutcome> {
    if (!reached) throw new TypeError('Keys are uploaded to a host that was reached');
    const { generation, currentSystem: system } = reached.facts;
    const keys = this.#keys(reached);
    if (keys === null) {
      this.#steps.skipRest('has no keys');
      return { state: 'unchanged', generation, system };
    }
    await this.#allKeys(keys);
    return { state: 'succeeded', generation, system };
  }

  /** Reaches the host and asks what it is in; null where the goal needs no host. */
  async #plan(): Promise<Reached | null> {
    const { spec } = this.#work;
    this.#enter('plan');
    const host = this.#host;
    const refusal = whyRefused(host);
    if (refusal) throw new ProblemError(refusal);
    if (!needsTarget(spec.goal, host)) {
      this.#steps.done('plan', 'no connection needed');
      return null;
    }
    const untilMs = typeof spec.offline === 'number' ? Date.now() + spec.offline * 1000 : 0;
    const found = await reachHost(this.#work, host, untilMs, (note) => this.#steps.start('plan', note));
    this.#reached = found;
    const reached = this.#withKnown(await this.#settleBoot(found));
    this.#reached = reached;
    const planned = this.#host.planned;
    const { currentSystem } = reached.facts;
    // Where it runs what was planned, the job before this one came that far.
    if (planned && ![planned.before, planned.outPath].includes(currentSystem)) {
      const evidence = `then: ${planned.before ?? 'nothing'}\nnow: ${currentSystem ?? 'nothing'}`;
      throw deployError(deployProblems.planOutdated(host.name, evidence));
    }
    if (await this.#isUnknown(reached.facts)) {
      throw deployError(deployProblems.unknownSystem(host.name, reached.facts.profileSystem ?? ''));
    }
    const { generation } = reached.facts;
    this.#steps.done('plan', generation === null ? 'reached' : `generation ${generation}`);
    return reached;
  }

  /** Units that were failed before the job began had not failed for what it does now either, but for what it tries again. */
  #withKnown(reached: Reached): Reached {
    const { units } = this.#course.known ?? nothingBroken;
    const { mustNotFail } = this.#host;
    const now = new Set(reached.facts.failedUnits);
    this.#stillFailed = mustNotFail.filter((unit) => now.has(unit));
    const failedUnits = [...now.union(new Set(units)).difference(new Set(mustNotFail))];
    return { ...reached, facts: { ...reached.facts, failedUnits } };
  }

  /** A system that the host booted on trial is decided about before anything else is done. */
  async #settleBoot(reached: Reached): Promise<Reached> {
    const { goal } = this.#work.spec;
    if (!goals[goal].setsProfile && !goals[goal].isGuarded && goal !== 'confirm-boot') return reached;
    const { context } = this.#work;
    const onProgress = (note: string): void => this.#steps.start('plan', note);
    this.#settled = await settleBoot(this.#work, this.#host, reached, onProgress);
    if (this.#settled === null) return reached;
    const { facts } = this.#settled;
    context.log(this.#host.name, `${this.#describeSettled() ?? ''}\n`);
    return { ...reached, facts };
  }

  /** What became of a system that the host booted on trial; null where there was none. */
  #describeSettled(): string | null {
    if (this.#settled === null) return null;
    return this.#settled.end === 'confirmed'
      ? `${this.#host.name} came up with the system that it tried, and boots it from now on.`
      : `${this.#settled.problem.title}.`;
  }

  /** Nothing but what became of the system that the host booted on trial. */
  async #bootAlone(reached: Reached | null): Promise<HostOutcome> {
    if (!reached) throw new TypeError('A boot is confirmed on a host that was reached');
    const { generation, currentSystem: system, pendingBoot } = reached.facts;
    if (this.#settled === null) {
      const reason = pendingBoot === 'waiting' ? 'has not been restarted since' : 'has no boot to confirm';
      return this.#unchanged(reason, reached.facts);
    }
    this.#enter('confirm');
    if (this.#settled.end === 'confirmed') {
      this.#steps.done('confirm', 'boots it from now on');
      this.#enter('verify');
      this.#steps.done('verify', generation === null ? '' : `generation ${generation}`);
      return { state: 'succeeded', generation, system };
    }
    const { end, problem } = this.#settled;
    this.#steps.fail('confirm', problem.title);
    this.#steps.skipRest('not confirmed');
    this.#tell(problem);
    return { state: end === 'went-back' ? 'reverted' : 'failed', generation, system, error: problem };
  }

  /**
   * True where the host boots what this computer does not have and no job of the fleet brought, and the fleet says not to
   * replace that. Who approved a plan has seen it; colmena looks by itself.
   */
  async #isUnknown({ profileSystem }: MachineFacts): Promise<boolean> {
    const { engine, goal, rollbackTo } = this.#work.spec;
    const { replacesUnknown, planned, brought } = this.#host;
    const isBack = rollbackTo !== null || this.#course.system !== undefined;
    if (replacesUnknown || planned !== null || isBack || engine === 'colmena') return false;
    const changesIt = goals[goal].setsProfile || goals[goal].isGuarded;
    if (!changesIt || profileSystem === null || brought.includes(profileSystem)) return false;
    return !(await isInStore(profileSystem, this.#work.context.signal));
  }

  /** Waits for the evaluation, which runs for several hosts together and beside the plan. */
  async #evaluate(): Promise<EvaluatedSystem> {
    this.#stage = 'evaluate';
    const { evaluated = null } = this.#course;
    if (evaluated === null) throw new TypeError('Nothing is evaluated for a host that goes back');
    this.#system = await evaluated;
    const { outPath } = this.#system;
    const planned = this.#host.planned?.outPath ?? outPath;
    if (planned !== outPath) {
      throw deployError(deployProblems.planChanged(this.#host.name, `planned: ${planned}\nnow: ${outPath}`));
    }
    return this.#system;
  }

  /** The way through the engine. */
  #passage(system: EvaluatedSystem, reached: Reached | null): Passage {
    const { spec } = this.#work;
    return engineOf(spec).passage({
      work: this.#work,
      host: this.#host,
      steps: this.#steps,
      system,
      reached,
      onStage: (stage, note) => this.#enter(stage, note),
      onBuilt: async () => {
        if (spec.goal !== 'dry-activate' || !reached) return;
        this.#enter('copy', 'comparing with what runs there');
        const changes = await foretell(this.#work, this.#host, reached, system.outPath);
        this.#changes = showChanges(this.#work.context, this.#host.name, { ...changes, derivation: system.drvPath });
      },
    });
  }

  /** The host's checks, looked at once before anything is changed; after that they tell what became worse. */
  #looked(reached: Reached): HostHealth {
    if (this.#health !== null) return this.#health;
    const health = this.#healthOf(reached, this.#host.checks);
    this.#health = health;
    const session = reached.link.current;
    if (session) health.lookBefore(session, this.#work.context.signal);
    return health;
  }

  #healthOf({ privilege, facts }: Reached, checks: DeployHost['checks']): HostHealth {
    const { context, spec } = this.#work;
    const known = { ...(this.#course.known ?? nothingBroken), units: facts.failedUnits };
    const place = { privilege, fleetFolder: spec.fleet.path };
    return new HostHealth({ context, host: this.#host.name, checks, place, known });
  }

  /** True where its wave's gate runs its checks once more, whether it has something to do or not. */
  #isCheckedAgain(): boolean {
    const { waves } = this.#work.spec;
    const own = waves?.list.find(({ hosts }) => hosts.includes(this.#host.name));
    return own?.gate.isHealthChecked === true;
  }

  /** To a generation that is there: nothing is evaluated, built or copied. */
  async #goBack(reached: Reached, to: RollbackTarget): Promise<HostOutcome> {
    const { spec } = this.#work;
    const { signal } = this.#work.context;
    const { name } = this.#host;
    const profile = await readProfile(await reached.link.open(signal), signal);
    const { facts } = reached;
    const wanted = this.#wanted(to, facts, profile);
    const { generation, told } = wayBack(name, profile, wanted, this.#host);
    const { number, system, kernel } = generation;
    const because = told === null ? '' : `: ${describeTold(told)}`;
    if (told !== null) this.#work.context.log(name, `Goes back to generation ${number}${because}.\n`);
    const booted = profile.generations.find(({ isBooted }) => isBooted);
    const planned = this.#host.planned?.outPath ?? system;
    if (planned !== system) {
      const evidence = `planned: ${planned}\ngeneration ${number} now: ${system}`;
      throw deployError(deployProblems.planOutdated(name, evidence));
    }
    // Whoever tries this again means the same one, also where that runs by then.
    if (to === 'previous' && spec.goal !== 'dry-activate') {
      this.#work.context.emit({ type: 'goes-back', host: name, generation: number });
    }
    if (facts.generation === number && facts.currentSystem === system) {
      const isAlone = spec.goal === 'dry-activate' ? null : await this.#rebootAlone(reached, system);
      return isAlone ?? this.#unchanged(`runs and boots generation ${number}${because}`, facts);
    }
    const warning =
      booted && booted.kernel !== kernel ? `; made for ${kernel}, ${booted.kernel} runs: reboot after it` : '';
    this.#steps.done('plan', `to generation ${number}${because}${warning}`);
    // What was committed since what runs there would be lost, not come.
    if (spec.goal === 'dry-activate') {
      this.#enter('activate', 'comparing with what runs there');
      const changes = {
        ...(await foretell(this.#work, this.#host, reached, system)),
        commits: null,
        back: { number, told },
      };
      this.#changes = showChanges(this.#work.context, name, changes);
    }
    return this.#activateThere(reached, generation);
  }

  /** Where it has gone back already, “previous” would be one more. */
  #wanted(to: RollbackTarget, { currentSystem, generation }: MachineFacts, { generations }: Profile): RollbackTarget {
    const { previous, planned } = this.#host;
    if (to === 'previous' && previous !== null) return { generation: previous };
    const next = generations.find(({ isNext }) => isNext);
    const isThere = [currentSystem, next?.system].every((each) => each === planned?.outPath);
    return isThere && generation !== null ? { generation } : to;
  }

  /** What ran before runs again, and the profile stays as it is. */
  async #runAgain(reached: Reached, system: string): Promise<HostOutcome> {
    const reason = whyNothingToDo('test', system, reached.facts);
    return reason === null ? this.#activateThere(reached, { system }) : this.#unchanged(reason, reached.facts);
  }

  /** @param to a system that is there, and where the profile is set, the generation that it is in */
  #activateThere(
    reached: Reached,
    { system, profile = system, number }: Pick<Generation, 'system'> & Partial<Pick<Generation, 'profile' | 'number'>>,
  ): Promise<HostOutcome> {
    const there = { drvPath: '', outPath: system, profilePath: profile, stateVersion: null };
    const passage = this.#passage(there, reached);
    return this.#activate(this.#activationOf(passage, there, reached, number ?? null), passage);
  }

  /** What activating will be, and the look at the host's checks that comes before anything is changed. */
  #activationOf(
    passage: Passage,
    { outPath, profilePath = outPath }: Pick<EvaluatedSystem, 'outPath' | 'profilePath'>,
    reached: Reached,
    toGeneration: number | null = null,
    keys: HostKeys | null = null,
  ): HostActivation {
    const { context, spec } = this.#work;
    const { isGuarded, setsProfile } = goals[spec.goal];
    this.#towards = outPath;
    const looked = isGuarded || setsProfile ? this.#looked(reached) : null;
    // What runs does not change before the restart where it only boots.
    const health = isGuarded && looked ? looked : this.#healthOf(reached, []);
    return new HostActivation({
      context,
      steps: this.#steps,
      host: this.#host.name,
      goal: spec.goal,
      system: outPath,
      profile: profilePath,
      toGeneration,
      watchdogSeconds: this.#host.watchdogSeconds,
      guard: engineGuards[spec.engine],
      health,
      brokenBefore: () => this.broken(),
      guardsNextBoot: this.#course.guardsNextBoot ?? true,
      round: this.#course.round ?? '',
      // Where it goes back, the restart takes away again what this deploy uploaded.
      reboot: this.#rebootOf(reached, keys ?? this.#keys(reached)),
      before: reached.facts,
      link: reached.link,
      privilege: reached.privilege,
      passage,
      keys,
      onStage: (stage) => this.#enter(stage),
    });
  }

  async #activate(activation: HostActivation, { limit }: Passage): Promise<HostOutcome> {
    const { context } = this.#work;
    this.#enter('activate', limit ? 'waiting for a place' : '');
    await activation.ready();
    const run = (): ReturnType<HostActivation['run']> => {
      this.#activation = activation;
      return activation.run();
    };
    const { outcome } = await (limit ? limit.run(context.signal, run) : run());
    if (this.#changes) {
      const changes = withUnits(this.#changes, activation.progress);
      context.emit({ type: 'changes', host: this.#host.name, changes });
    }
    if (outcome.error) this.#tell(outcome.error);
    return outcome;
  }

  #enter(stage: Stage, note = ''): void {
    this.#stage = stage;
    this.#steps.start(stage, note);
  }

  #unchanged(reason: string, facts: MachineFacts): HostOutcome {
    const { generation, currentSystem } = facts;
    this.#work.context.log(this.#host.name, `Nothing to do: ${this.#host.name} ${reason}.\n`);
    const failed = this.#stillFailed;
    if (failed.length > 0) {
      this.#enter('verify');
      this.#steps.fail('verify', `${failed.join(', ')} failed`);
    }
    this.#steps.skipRest('nothing to do');
    if (failed.length === 0) return { state: 'unchanged', generation, system: currentSystem };
    const outcome = outcomeOfStillFailed(this.#host.name, facts, failed);
    if (outcome.error) this.#tell(outcome.error);
    return outcome;
  }

  /** It does not answer, and was to be left out then. */
  #leftOut({ evidence }: Problem): HostOutcome {
    const isLater = this.#work.spec.offline === 'later';
    const problem = isLater
      ? deployProblems.offlineLater(this.#host.name, evidence)
      : deployProblems.offlineSkipped(this.#host.name, evidence);
    this.#steps.skip('plan', isLater ? 'offline, deployed later' : 'offline');
    this.#steps.leaveOut('offline');
    this.#work.context.log(this.#host.name, `${problem.title}\n`);
    return { state: 'skipped', generation: null, system: null, error: problem };
  }

  #failed(problem: Problem): HostOutcome {
    this.#steps.close(this.#stage, 'failed', problem.title);
    this.#tell(problem);
    const { generation = null, currentSystem: system = null } = this.#lastKnown ?? {};
    return { state: 'failed', generation, system, error: problem };
  }

  #tell(problem: Problem): void {
    const { context } = this.#work;
    context.emit({ type: 'problem', host: this.#host.name, stage: this.#stage, problem });
    context.log(this.#host.name, `${problem.title}\n`);
  }

  /** What was done to the host beside an activation, a sentence each. */
  #done(): string[] {
    const uploaded = this.#uploads.map((keys) => keys.describeDone()).findLast((words) => words !== null);
    const settled = this.#settled?.end === 'unconfirmed' ? null : this.#describeSettled();
    return [settled, uploaded, this.#reboot?.describeDone()].flatMap((words) => words ?? []);
  }

  /** A person cancelled: what the host is in now is asked of itself, where it had been reached. */
  async #cancelled(): Promise<HostOutcome> {
    const { name } = this.#host;
    const stage = this.#stage;
    const { facts, words } = await askAfterCancel({
      host: name,
      system: this.#towards ?? this.#system?.outPath ?? '',
      stage,
      done: this.#done(),
      mayRestart: this.#reboot?.wasTold ?? false,
      reached: this.#reached,
      activation: this.#activation,
    });
    const { generation = null, currentSystem: system = null } = facts ?? this.#lastKnown ?? {};
    const problem = deployProblems.cancelled(`Cancelled while ${name} was at “${stage}”`, words);
    this.#steps.close(stage, 'cancelled', words);
    this.#work.context.log(name, `${problem.title}. ${words}\n`);
    return { state: 'cancelled', generation, system, error: problem };
  }
}

/** Why a host fails before anything is done with it; null: it is tried. */
export function whyRefused({ name, refusal }: Pick<DeployHost, 'name' | 'refusal'>): Problem | null {
  const reason = whyNameIsRefused(name);
  return reason === null ? refusal : nameRefused(name, reason);
}

/** True where hosts that do not answer are no failure. */
function isLeftOut({ offline }: DeployWork['spec']): boolean {
  return offline === 'skip' || offline === 'later';
}
