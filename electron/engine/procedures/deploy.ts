import type { DeployRequest } from '../../../shared/contract/deploy.ts';
import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import type { JobDetail } from '../../../shared/contract/job.ts';
import { chooseEngine, describeEngines } from '../deploy/engines/all.ts';
import { askHealth } from '../deploy/health/ask-health.ts';
import { deployAddresses, deployTitle, hostsToRetry, planDeploy } from '../deploy/plan.ts';
import { compareGenerations } from '../deploy/changes/compare-generations.ts';
import { chooseGeneration, readGenerations } from '../deploy/generations.ts';
import { deployError, deployProblems } from '../deploy/problems.ts';
import { previewDeploy } from '../deploy/preview.ts';
import { deploySpec, type DeploySpec } from '../deploy/spec.ts';
import { ProblemError } from '../errors.ts';
import { readSafety } from '../fleet/safety-file.ts';
import { connect } from '../ssh/client.ts';
import type { SshSession } from '../ssh/session.ts';
import { sshTarget } from '../ssh/target.ts';
import { procedures, stream } from './base.ts';
import type { EngineParts } from './router.ts';

/** `deploy.*`: plans and starts deploys. */
export function deployProcedures({ fleets, files, jobs }: Pick<EngineParts, 'fleets' | 'files' | 'jobs'>) {
  const { deploy } = procedures;

  const plan = async (request: DeployRequest, rollbackTo: DeploySpec['rollbackTo'] = null): Promise<DeploySpec> => {
    const view = await fleets.current(request.fleetId);
    const safety = await readSafety(view.fleet.folder);
    // Looking, going back to what is there, and uploading keys is done without any program.
    const isOwn = rollbackTo !== null || request.goal === 'dry-activate' || request.goal === 'keys';
    const engine = await chooseEngine(isOwn ? 'nix' : (request.engine ?? safety.engine));
    const waves = rollbackTo === null ? request.waves : 'off';
    return { ...planDeploy(view, { ...request, waves }, files.folder, safety, engine), rollbackTo };
  };

  const start = async (
    request: DeployRequest,
    rollbackTo: DeploySpec['rollbackTo'] = null,
  ): Promise<{ jobId: JobId }> => {
    const approved = request.planned === undefined ? null : await jobs.show(request.planned);
    const engine = request.engine ?? wantedEngineOf(approved);
    const unplanned = await plan({ ...request, engine }, rollbackTo);
    const spec = approved === null ? unplanned : asPlanned(unplanned, request, approved);
    const hosts = spec.hosts.map((host) => host.name);
    const about = { kind: 'deploy', title: deployTitle(spec), fleetId: request.fleetId, hosts };
    return { jobId: await jobs.queue({ ...about, spec, addresses: deployAddresses(spec) }) };
  };

  const reach = async (of: { fleetId: FleetId; host: HostName }, signal: AbortSignal): Promise<SshSession> => {
    const { hosts } = await fleets.current(of.fleetId);
    const host = hosts.find(({ name }) => name === of.host);
    if (host === undefined) throw deployError(deployProblems.unknownHost(of.host));
    if (host.target === null) throw deployError(deployProblems.noAddress(host.name));
    return connect(sshTarget(host.target, host.sshOptions), { files, signal });
  };

  return {
    engines: deploy.engines.handler(async ({ input }) => {
      const { hosts, fleet } = await fleets.current(input.fleetId);
      return describeEngines(hosts, (await readSafety(fleet.folder)).engine);
    }),
    preview: deploy.preview.handler(async ({ input }) => previewDeploy(await plan(input), files)),
    start: deploy.start.handler(({ input }) => start(input)),
    health: deploy.health.handler(async function* ({ input, signal = new AbortController().signal }) {
      const view = await fleets.current(input.fleetId);
      const safety = await readSafety(view.fleet.folder);
      yield* stream(askHealth(view, input.hosts, { files, safety, signal }), signal);
    }),
    rollback: deploy.rollback.handler(({ input: { to, isPlanOnly, ...request } }) =>
      start({ ...request, goal: isPlanOnly === true ? 'dry-activate' : 'switch' }, to),
    ),
    generations: deploy.generations.handler(async ({ input, signal = new AbortController().signal }) => {
      using session = await reach(input, signal);
      return await readGenerations(session, signal);
    }),
    compareGenerations: deploy.compareGenerations.handler(async ({ input, signal = new AbortController().signal }) => {
      using session = await reach(input, signal);
      const all = await readGenerations(session, signal);
      const [before, after] = [input.before, input.after].map((generation) =>
        chooseGeneration(input.host, all, { generation }),
      );
      if (before === undefined || after === undefined) throw new TypeError('Two generations were chosen');
      return await compareGenerations(session, before.system, after.system, signal);
    }),
    retryFailed: deploy.retryFailed.handler(async ({ input }) => {
      const { request, rollbackTo } = retryOf(await jobs.show(input.id));
      return start(request, rollbackTo);
    }),
  };
}

/**
 * A deploy of exactly what a plan found.
 * @throws ProblemError `deploy-not-planned` for a host of which the plan says nothing
 */
function asPlanned(
  spec: DeploySpec,
  { fleetId }: Pick<DeployRequest, 'fleetId'>,
  { changes, outcomes, summary }: JobDetail,
): DeploySpec {
  const hosts = spec.hosts.map((host) => {
    const found = Object.hasOwn(changes, host.name) ? changes[host.name] : undefined;
    if (found === undefined || summary.fleetId !== fleetId) {
      throw deployError(deployProblems.notPlanned(host.name, summary.id));
    }
    const { before, after: outPath, derivation: drvPath = null } = found;
    return { ...host, planned: { before, outPath, drvPath, stateVersion: outcomes[host.name]?.stateVersion ?? null } };
  });
  return { ...spec, hosts };
}

/** What a plan was made for; nothing where the fleet decides. */
function wantedEngineOf(approved: JobDetail | null): DeployRequest['engine'] {
  const spec = deploySpec.safeParse(approved?.spec);
  return spec.success ? (spec.data.wantedEngine ?? undefined) : undefined;
}

/** The same goal again for the hosts that did not come to it, by what their fleet says of them now. */
function retryOf(job: JobDetail): { request: DeployRequest; rollbackTo: DeploySpec['rollbackTo'] } {
  const { fleetId, id, kind, hosts: all } = job.summary;
  const spec = deploySpec.safeParse(job.spec);
  const hosts = hostsToRetry(all, job.outcomes);
  if (kind !== 'deploy' || fleetId === null || !spec.success || hosts.length === 0) throw nothingToRetry(id);
  const { goal, engine, rollbackTo, waves } = spec.data;
  return { request: { fleetId, hosts, goal, engine, waves: waves?.plan ?? 'off' }, rollbackTo };
}

function nothingToRetry(id: JobId): ProblemError {
  return new ProblemError({
    code: 'deploy-nothing-to-retry',
    title: 'There is nothing to try again',
    evidence: `Every host of the job ${id} came to what was asked for, or it was no deploy`,
    advice: ['Start a new deploy from the fleet.'],
  });
}
