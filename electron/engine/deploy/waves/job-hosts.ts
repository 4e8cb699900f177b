import type { HostName } from '../../../../shared/contract/ids.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import type { DeployWork } from '../deploy-work.ts';
import type { EvaluatedSystem } from '../evaluate.ts';
import { stagesOfHost } from '../goals.ts';
import { HostDeploy } from '../host-deploy.ts';
import { HostSteps } from '../host-steps.ts';
import type { DeployHost } from '../spec.ts';
import { checkAgain } from './check-again.ts';
import { waveProblems } from './problems.ts';
import type { WaveHosts } from './run-waves.ts';

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

  async deploy(name: HostName): Promise<HostOutcome> {
    const deploy = new HostDeploy(this.#work, this.#host(name), this.#stepsOf(name), this.#systems?.get(name) ?? null);
    this.#begun.set(name, deploy);
    return this.#tell(name, await deploy.run());
  }

  skip(name: HostName, outcome: HostOutcome): void {
    this.#stepsOf(name).skipRest('stopped before');
    this.#tell(name, outcome);
  }

  check(name: HostName, outcome: HostOutcome): Promise<HostOutcome | null> {
    return checkAgain(this.#work, this.#host(name), outcome);
  }

  async goBack(name: HostName, outcome: HostOutcome): Promise<HostOutcome> {
    const { context, spec } = this.#work;
    const generation = this.#begun.get(name)?.generationBefore ?? null;
    if (generation === null) {
      const error = waveProblems.cannotGoBack(name);
      context.emit({ type: 'problem', host: name, stage: 'activate', problem: error });
      return this.#tell(name, { ...outcome, error });
    }
    context.log(name, `Goes back to generation ${generation}, since the deploy was stopped.\n`);
    const work = { ...this.#work, spec: { ...spec, engine: 'nix' as const, rollbackTo: { generation } } };
    const host = { ...this.#host(name), planned: null, keys: null };
    const steps = new HostSteps(context, name, stagesOfHost(work.spec, host));
    const back = await new HostDeploy(work, host, steps, null).run();
    const isBack = back.state === 'succeeded' || back.state === 'unchanged';
    return this.#tell(name, isBack ? { ...back, state: 'reverted', error: waveProblems.wentBack(name) } : back);
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
