import type { HostName } from '../../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import type { DeployWork } from '../deploy-work.ts';
import type { EvaluatedSystem } from '../evaluate.ts';
import { stagesBack } from '../goals.ts';
import { brokenBut, nothingBroken } from '../health/broken.ts';
import { HostDeploy, whyRefused, type HostCourse } from '../host-deploy.ts';
import { HostSteps } from '../host-steps.ts';
import type { DeployHost, DeploySpec } from '../spec.ts';
import { checkAgain } from './check-again.ts';
import { waveProblems } from './problems.ts';
import type { WaveHosts } from './run-waves.ts';
import { isAsBefore, outcomeOfWayBack, waysBack, type WayBack } from './ways-back.ts';

/** The hosts of a job: each is deployed when its turn comes, to the system that was evaluated when the job began. */
export class JobHosts implements WaveHosts {
  readonly #work: DeployWork;
  readonly #steps: ReadonlyMap<HostName, HostSteps>;
  readonly #systems: ReadonlyMap<HostName, Promise<EvaluatedSystem>> | null;
  readonly #begun = new Map<HostName, HostDeploy>();

  /** @param systems null where nothing is evaluated */
  constructor(
    work: DeployWork,
    steps: ReadonlyMap<HostName, HostSteps>,
    systems: ReadonlyMap<HostName, Promise<EvaluatedSystem>> | null,
  ) {
    this.#work = work;
    this.#steps = steps;
    this.#systems = systems;
  }

  isRefused(name: HostName): boolean {
    return whyRefused(this.#host(name)) !== null;
  }

  async deploy(name: HostName): Promise<HostOutcome> {
    const evaluated = this.#systems?.get(name) ?? null;
    const deploy = new HostDeploy(this.#work, this.#host(name), this.#stepsOf(name), { evaluated });
    this.#begun.set(name, deploy);
    return this.#tell(name, await deploy.run());
  }

  skip(name: HostName, outcome: HostOutcome): void {
    this.#stepsOf(name).leaveOut('stopped before');
    this.#tell(name, outcome);
  }

  async check(name: HostName, outcome: HostOutcome): Promise<HostOutcome | null> {
    const host = this.#host(name);
    const broken = (await this.#begun.get(name)?.broken()) ?? nothingBroken;
    const known = brokenBut(broken, host.checks, host.mustBeWell);
    return checkAgain(this.#work, host, { outcome, known });
  }

  async goBack(name: HostName, outcome: HostOutcome): Promise<HostOutcome> {
    const { spec } = this.#work;
    const begun = this.#begun.get(name);
    const before = begun?.before ?? null;
    // It was only restarted.
    if (before !== null && isAsBefore(before, outcome)) return outcome;
    const ways = before && waysBack(spec.goal, before);
    if (begun === undefined || before === null || ways === null) {
      return this.#notBack(name, { ...outcome, error: waveProblems.cannotGoBack(name) });
    }
    const known = await begun.broken();
    const course = { known, guardsNextBoot: before.pendingBoot === 'waiting' };
    const reboot = ways.length > 1 ? 'never' : spec.reboot;
    let back = outcome;
    for (const way of ways) {
      back = await this.#take(way, name, { ...course, reboot });
      if (back.state === 'failed' || back.state === 'reverted' || back.state === 'cancelled') break;
    }
    const told = outcomeOfWayBack(name, before, back);
    return told.state === 'reverted' ? this.#tell(name, told) : this.#notBack(name, told);
  }

  #notBack(host: HostName, outcome: HostOutcome): HostOutcome {
    const { error: problem } = outcome;
    if (problem) this.#work.context.emit({ type: 'problem', host, stage: 'activate', problem });
    return this.#tell(host, outcome);
  }

  /** One step back. */
  async #take(
    way: WayBack,
    name: HostName,
    { reboot, ...course }: Pick<HostCourse, 'known' | 'guardsNextBoot'> & Pick<DeploySpec, 'reboot'>,
  ): Promise<HostOutcome> {
    const { context, spec } = this.#work;
    const what = way.goal === 'test' ? `the system ${way.system}` : `generation ${way.to.generation}`;
    context.log(name, `Goes back to ${what}, since the deploy was stopped.\n`);
    const to = way.goal === 'test' ? { rollbackTo: null, reboot: 'never' as const } : { rollbackTo: way.to, reboot };
    const work = { ...this.#work, spec: { ...spec, ...to, goal: way.goal, engine: 'nix' as const, waves: null } };
    const host = { ...this.#host(name), planned: null, keys: null, mustNotFail: [] };
    const steps = new HostSteps(context, name, stagesBack(work.spec, host));
    const system = way.goal === 'test' ? { system: way.system } : {};
    return new HostDeploy(work, host, steps, { ...course, ...system, round: `back-${way.goal}` }).run();
  }

  #tell(host: HostName, outcome: HostOutcome): HostOutcome {
    this.#work.context.emit({ type: 'outcome', host, outcome });
    return outcome;
  }

  #host(name: HostName): DeployHost {
    const host = this.#work.spec.hosts.find((one) => one.name === name);
    if (host === undefined) throw new TypeError(`The job has no host ${name}`);
    return host;
  }

  #stepsOf(name: HostName): HostSteps {
    const steps = this.#steps.get(name);
    if (steps === undefined) throw new TypeError(`The job has no host ${name}`);
    return steps;
  }
}
