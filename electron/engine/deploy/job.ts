import type { HostName } from '../../../shared/contract/ids.ts';
import { isDeployableName } from '../../../shared/fleet/host-name.ts';
import { ProblemError } from '../errors.ts';
import { JobCancelled, type JobExecutor } from '../jobs/context.ts';
import { jobCrashed } from '../jobs/errors.ts';
import { prepareSshFiles } from '../ssh/config.ts';
import { readBuildAbility, type BuildAbility } from './architecture.ts';
import { BuildHost } from './build-host.ts';
import { evaluateSystems, hostsToEvaluate, type EvaluatedSystem } from './evaluate.ts';
import { evaluates, isAsPlanned, stagesOfHost, uploadsKeys } from './goals.ts';
import { filesNow, findKnown, stampNow, stateNow } from './known-systems.ts';
import type { DeployWork } from './deploy-work.ts';
import { onlyApproved, withApprovedKeys } from './keys/approved-keys.ts';
import { readKeys } from './keys/read-keys.ts';
import { whyRefused } from './host-deploy.ts';
import { HostSteps } from './host-steps.ts';
import { overtakeWaiting } from './later/overtake.ts';
import { waitForHosts } from './later/wait-for-hosts.ts';
import { changeLimits, deployLimits, numbersOf, type DeployLimits } from './limits.ts';
import { Questions, unanswered } from './questions.ts';
import { RebootTurns } from './reboot/turns.ts';
import type { DeploySpec } from './spec.ts';
import { jobStateOf } from './verdict.ts';
import { JobHosts } from './waves/job-hosts.ts';
import { barredWave, WaveRun } from './waves/run-waves.ts';

export { deploySpec, type DeploySpec } from './spec.ts';

/**
 * Deploys: plan and evaluate side by side, then build, copy, activate and verify per host, each as soon as its own
 * system is ready. The spec is all that it reads besides the fleet itself.
 */
export const executeDeploy: JobExecutor<DeploySpec> = async (context, wanted) => {
  const spec = await withApprovedKeys(wanted, context.signal);
  const steps = new Map(
    spec.hosts.map((host) => [host.name, new HostSteps(context, host.name, stagesOfHost(spec, host))]),
  );
  const files = prepareSshFiles(spec.sshFolder);
  const questions = new Questions(spec.asksNobody ? unanswered : context);
  const reaching = { context, spec, files, limits: deployLimits(spec.limits), questions };
  const tellLimits = (): void => context.emit({ type: 'limits', limits: numbersOf(reaching.limits) });
  using _limits = context.onLimits((wanted) => {
    changeLimits(reaching.limits, wanted);
    tellLimits();
  });
  tellLimits();
  if (spec.waitsForHosts) await waitForHosts(reaching, steps);
  const refused = new Set(spec.hosts.filter((host) => whyRefused(host) !== null).map(({ name }) => name));
  const isBarred = barredWave(spec.waves?.list ?? [], (host) => refused.has(host)) !== -1;
  const evaluation = evaluates(spec) && !isBarred ? evaluate({ context, spec, limits: reaching.limits }, steps) : null;
  const withKeys = spec.hosts.filter((host) => !isBarred && !refused.has(host.name) && uploadsKeys(spec, host));
  const keys = readKeys(context, spec.fleet, withKeys, evaluation?.told ?? Promise.resolve());
  let ability: Promise<BuildAbility> | null = null;
  const work: DeployWork = {
    ...reaching,
    buildHost: spec.buildHost === null ? null : new BuildHost({ ...reaching, named: spec.buildHost }),
    buildAbility: () => (ability ??= readBuildAbility(context.signal)),
    evaluatedFiles: evaluation?.files ?? Promise.resolve(null),
    turns: new RebootTurns(),
    keys: onlyApproved(spec, keys, context.signal),
  };
  const deploys = new JobHosts(work, steps, evaluation?.systems ?? null);
  const byHost =
    spec.waves === null
      ? new Map(await Promise.all(spec.hosts.map(async ({ name }) => [name, await deploys.deploy(name)] as const)))
      : await new WaveRun(context, spec.waves, deploys).run();
  await evaluation?.told;
  await overtakeWaiting(context, { spec, outcomes: byHost, steps });
  return { state: jobStateOf([...byHost.values()], context.signal.aborted), outcomes: byHost, problem: null };
};

/**
 * Begins to evaluate all hosts that can be deployed; each has its own promise. `files`: their state before, for programs
 * that read them again. `told`: the job tells what came of it.
 */
function evaluate(
  { context, spec, limits }: Pick<DeployWork, 'context' | 'spec'> & { limits: DeployLimits },
  steps: ReadonlyMap<HostName, HostSteps>,
): { systems: Map<HostName, Promise<EvaluatedSystem>>; files: Promise<string | null>; told: Promise<void> } {
  const files = spec.engine === 'nix' ? Promise.resolve(null) : stateNow(spec, context.signal);
  const waiting = new Map(spec.hosts.map(({ name }) => [name, Promise.withResolvers<EvaluatedSystem>()]));
  // A host that fails in its plan never asks; the error is its own all the same.
  for (const { promise } of waiting.values()) promise.catch(() => undefined);
  const able = spec.hosts.filter(({ refusal, name }) => refusal === null && isDeployableName(name));
  const open = able.filter((host) => !isAsPlanned(spec, host));
  for (const { name, planned } of able.filter((host) => isAsPlanned(spec, host))) {
    const { drvPath, outPath, stateVersion } = planned;
    steps.get(name)?.done('evaluate', 'as planned');
    waiting.get(name)?.resolve({ drvPath, outPath, stateVersion });
  }
  const evaluateOpen = async (): Promise<void> => {
    await files;
    if (open.length === 0) return;
    const stamp = await stampNow(spec, context.signal);
    const known = await findKnown(open, stamp, context.signal);
    for (const [name, system] of known) {
      steps.get(name)?.done('evaluate', 'as evaluated before');
      waiting.get(name)?.resolve(system);
    }
    const hosts = open.filter(({ name }) => !known.has(name));
    for (const { name } of hosts) steps.get(name)?.start('evaluate', together(hosts));
    const found = new Map<HostName, EvaluatedSystem>();
    const settle = (host: HostName, result: EvaluatedSystem | Error): void => {
      if (result instanceof Error) {
        waiting.get(host)?.reject(result);
        if (result instanceof ProblemError) steps.get(host)?.fail('evaluate', result.problem.title);
      } else {
        steps.get(host)?.done('evaluate', '');
        found.set(host, result);
        waiting.get(host)?.resolve(result);
      }
    };
    const asked = hostsToEvaluate(spec.engine, hosts);
    const { isRepeatable } = await evaluateSystems(context, spec.fleet, asked, settle, { limit: limits.evaluations });
    await tellSystems(context, spec, found, isRepeatable ? stamp : null);
  };
  // Nobody waits for what nothing comes of any more; who has an answer keeps it.
  const rejectRest = (error: unknown): void => {
    const reason = context.signal.aborted ? new JobCancelled() : new ProblemError(jobCrashed(error), { cause: error });
    for (const { reject } of waiting.values()) reject(reason);
  };
  const told = evaluateOpen().then(() => rejectRest(new Error('The evaluation ended without this host')), rejectRest);
  return { systems: new Map([...waiting].map(([name, { promise }]) => [name, promise])), files, told };
}

/**
 * Tells what hosts would run, unless the fleet's files are no longer those that the deploy was planned for.
 * @param stamp of the files before they were evaluated; null where evaluating them again could give something else
 */
async function tellSystems(
  context: DeployWork['context'],
  spec: DeploySpec,
  systems: ReadonlyMap<HostName, EvaluatedSystem>,
  stamp: string | null,
): Promise<void> {
  const { fingerprint: planned, hosts } = spec;
  if (planned === null || systems.size === 0) return;
  const now = await filesNow(spec, stamp !== null, context.signal);
  if (now.state !== planned) return;
  const isStill = stamp !== null && stamp === now.stamp;
  const told = hosts.flatMap(({ name: host, source }) => {
    const system = systems.get(host);
    if (system === undefined) return [];
    const { drvPath, outPath, stateVersion } = system;
    return [{ host, system: outPath, ...(isStill ? { derivation: { stamp, source, drvPath, stateVersion } } : {}) }];
  });
  context.emit({ type: 'systems', evaluated: { fingerprint: planned, systems: told } });
}

function together(hosts: readonly unknown[]): string {
  return hosts.length === 1 ? '' : `${hosts.length} hosts at once`;
}
