import type { DeployRequest, EngineName, Goal } from '../../../shared/contract/deploy.ts';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import type { FileChange } from '../../../shared/fleet/change/edit.ts';
import { askedOf } from '../../../shared/jobs/asked.ts';
import { chooseEngine, describeEngines, offeredEngine } from '../deploy/engines/all.ts';
import { askWaysBack } from '../deploy/ask-ways-back.ts';
import { askHealth } from '../deploy/health/ask-health.ts';
import { approvedBy, asApproved, knownChanges, type Approved } from '../deploy/approved.ts';
import { given, retryOf, withLeft } from '../deploy/asked.ts';
import { deployAddresses, deployTitle, namesInTitle, planDeploy } from '../deploy/plan.ts';
import { compareGenerations } from '../deploy/changes/compare-generations.ts';
import { PasswordSession } from '../deploy/become-root.ts';
import { chooseGeneration, readGenerations } from '../deploy/generations.ts';
import type { HostSession } from '../deploy/host-session.ts';
import { withKnownSystems } from '../deploy/known-systems.ts';
import { deployError, deployProblems } from '../deploy/problems.ts';
import { pinFleet } from '../deploy/later/pin.ts';
import { previewDeploy } from '../deploy/preview.ts';
import { privilegeIn } from '../deploy/privilege.ts';
import type { DeploySpec } from '../deploy/spec.ts';
import { openHost, placeOf } from '../deploy/way-to-host.ts';
import { withHistory } from '../deploy/what-ran.ts';
import { protectGeneration } from '../generations/protect.ts';
import { generationRoom } from '../generations/room.ts';
import { editCheck, editWatchdog, editWaves } from '../fleet/edit-safety.ts';
import { readSafety, type Safety } from '../fleet/safety-file.ts';
import { procedures, stream } from './base.ts';
import type { EngineParts } from '../parts.ts';

const ownGoals: readonly Goal[] = ['dry-activate', 'keys', 'confirm-boot'];

type HostOfFleet = { fleetId: FleetId; host: HostName };

/** `deploy.*`: plans and starts deploys. */
export function deployProcedures({
  fleets,
  files,
  jobs,
  changes,
  store,
  sudoPasswords: passwords,
}: Pick<EngineParts, 'fleets' | 'files' | 'jobs' | 'changes' | 'store' | 'sudoPasswords'>) {
  const { deploy } = procedures;

  const offeredFor = async (
    { hosts: names, goal, buildOn, planned }: Pick<DeployRequest, 'hosts' | 'goal' | 'buildOn' | 'planned'>,
    { hosts }: FleetView,
    safety: Safety,
  ): Promise<EngineName> => {
    // A plan was made of systems; nothing else is brought where it is carried out.
    if (planned !== undefined) return 'nix';
    const hasChecks = safety.checks.some(({ checks }) => checks.length > 0);
    return offeredEngine({ hosts: hosts.filter(({ name }) => names.includes(name)), goal, buildOn, hasChecks });
  };

  const plan = async (request: DeployRequest, rollbackTo: DeploySpec['rollbackTo'] = null): Promise<DeploySpec> => {
    const view = await fleets.current(request.fleetId);
    const safety = await readSafety(view.fleet.folder);
    // Looking, and what is done with what is there already, is done without any program.
    const isOwn = rollbackTo !== null || ownGoals.includes(request.goal);
    const named = request.engine ?? safety.engine;
    const engine = await chooseEngine(isOwn ? 'nix' : (named ?? (await offeredFor(request, view, safety))));
    const waves = rollbackTo === null ? request.waves : 'off';
    const saved = new Map(store.selections.all(request.fleetId).map(({ name, text }) => [name, text]));
    const spec = planDeploy(view, { ...request, waves }, files.folder, safety, engine, saved);
    const pinned = rollbackTo === null && spec.offline === 'later' ? await pinFleet(view.fleet) : null;
    const known = withKnownSystems(spec, request.fleetId, store.evaluatedHosts);
    // What hosts go back to was made from another commit.
    const origin = rollbackTo === null ? spec.origin : spec.origin && { ...spec.origin, commit: null };
    return withHistory({ ...known, origin, rollbackTo, pinned }, request.fleetId, jobs.history());
  };

  /** What was asked for, with what was approved where a plan is carried out. */
  const prepare = async (
    request: DeployRequest,
    rollbackTo: DeploySpec['rollbackTo'],
  ): Promise<{ spec: DeploySpec; approved: Approved | null }> => {
    if (request.planned === undefined) return { spec: await plan(request, rollbackTo), approved: null };
    const job = await jobs.show(request.planned);
    const approved = approvedBy(job, { fleetId: request.fleetId, rollbackTo });
    return { spec: asApproved(await plan({ ...askedOf(job), ...given(request) }, rollbackTo), approved), approved };
  };

  const queue = async (fleetId: FleetId, spec: DeploySpec, approved: Approved | null): Promise<{ jobId: JobId }> => {
    const hosts = spec.hosts.map((host) => host.name);
    const known = knownChanges(spec, approved?.changes ?? {});
    const about = { kind: 'deploy', title: deployTitle(spec), fleetId, hosts, known };
    return { jobId: await jobs.queue({ ...about, spec, addresses: deployAddresses(spec) }) };
  };

  const start = async (request: DeployRequest, rollbackTo: DeploySpec['rollbackTo'] = null) => {
    const { spec, approved } = await prepare(request, rollbackTo);
    return queue(request.fleetId, spec, approved);
  };

  const hostOf = async (of: HostOfFleet) => {
    const { hosts } = await fleets.current(of.fleetId);
    const host = hosts.find(({ name }) => name === of.host);
    if (host === undefined) throw deployError(deployProblems.unknownHost(of.host));
    const place = placeOf(host);
    if (host.target === null && !place.isLocal) throw deployError(deployProblems.noAddress(host.name));
    return { ...place, privilegeCommand: host.privilegeCommand };
  };

  const reach = async (of: HostOfFleet, signal: AbortSignal): Promise<HostSession> =>
    openHost(await hostOf(of), { files, signal });

  const offer = (folder: string, change: FileChange | null) => changes.offer(folder, change === null ? [] : [change]);

  return {
    engines: deploy.engines.handler(async ({ input }) => {
      const view = await fleets.current(input.fleetId);
      const safety = await readSafety(view.fleet.folder);
      const offered = await offeredFor(input, view, safety);
      const hosts = view.hosts.filter(({ name }) => input.hosts.includes(name));
      return describeEngines(hosts, { said: safety.engine, offered });
    }),
    preview: deploy.preview.handler(async ({ input }) => previewDeploy((await prepare(input, null)).spec, files)),
    waves: deploy.waves.handler(async ({ input }) => {
      const { fleet } = await fleets.current(input.fleetId);
      return { plan: (await readSafety(fleet.folder)).waves };
    }),
    editWaves: deploy.editWaves.handler(async ({ input }) => {
      const folder = await fleets.editableFolder(input.fleetId);
      return offer(folder, await editWaves(folder, input));
    }),
    checks: deploy.checks.handler(async ({ input }) => {
      const { fleet } = await fleets.current(input.fleetId);
      return (await readSafety(fleet.folder)).checks;
    }),
    editCheck: deploy.editCheck.handler(async ({ input }) => {
      const folder = await fleets.editableFolder(input.fleetId);
      return offer(folder, await editCheck(folder, input));
    }),
    editWatchdog: deploy.editWatchdog.handler(async ({ input }) => {
      const folder = await fleets.editableFolder(input.fleetId);
      return offer(folder, await editWatchdog(folder, input));
    }),
    start: deploy.start.handler(({ input }) => start(input)),
    health: deploy.health.handler(async function* ({ input, signal = new AbortController().signal }) {
      const view = await fleets.current(input.fleetId);
      const safety = await readSafety(view.fleet.folder);
      yield* stream(askHealth(view, input, { files, safety, passwords, signal }), signal);
    }),
    rollback: deploy.rollback.handler(({ input: { to, isPlanOnly, ...request } }) =>
      start({ ...request, goal: isPlanOnly === true ? 'dry-activate' : 'switch' }, to),
    ),
    waysBack: deploy.waysBack.handler(
      async ({ input: { fleetId, hosts, to }, signal = new AbortController().signal }) => {
        const spec = await plan({ fleetId, hosts, goal: 'dry-activate' }, to);
        return await askWaysBack(spec, (host) => reach({ fleetId, host }, signal), signal);
      },
    ),
    previewRollback: deploy.previewRollback.handler(async ({ input: { to, ...request } }) =>
      previewDeploy((await prepare({ ...request, goal: 'switch' }, to)).spec, files),
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
    protectGeneration: deploy.protectGeneration.handler(async ({ input, signal = new AbortController().signal }) => {
      const { host, number, isProtected, sudoPassword: password } = input;
      const { privilegeCommand } = await hostOf(input);
      using session = await reach(input, signal);
      const privilege = privilegeIn(session, privilegeCommand);
      const way = await passwords.becomeRoot(session, { host, privilege, password }, signal);
      const mark = { number, isProtected, privilege: way.privilege };
      await protectGeneration(new PasswordSession(session, way), mark, signal);
    }),
    generationRoom: deploy.generationRoom.handler(async ({ input, signal = new AbortController().signal }) => {
      using session = await reach(input, signal);
      return await generationRoom(session, input.numbers, signal);
    }),
    deleteGenerations: deploy.deleteGenerations.handler(async ({ input: { fleetId, hosts: wanted } }) => {
      const hosts = await Promise.all(
        wanted.map(async ({ host, numbers }) => {
          const of = await hostOf({ fleetId, host });
          return { ...of, numbers: [...new Set(numbers)] };
        }),
      );
      const names = hosts.map(({ name }) => name);
      const about = { kind: 'generations', title: cleanTitle(hosts), fleetId, hosts: names };
      const spec = { version: 2, hosts, sshFolder: files.folder };
      return { jobId: await jobs.queue({ ...about, addresses: deployAddresses({ hosts }), spec }) };
    }),
    retryFailed: deploy.retryFailed.handler(async ({ input }) => {
      const { request, rollbackTo, approved, left } = retryOf(await jobs.show(input.id));
      const spec = withLeft(await plan(request, rollbackTo), left);
      return queue(request.fleetId, approved === null ? spec : asApproved(spec, approved), approved);
    }),
  };
}

function cleanTitle(hosts: readonly { readonly name: HostName; readonly numbers: readonly number[] }[]): string {
  const count = hosts.reduce((sum, { numbers }) => sum + numbers.length, 0);
  return `Delete ${count === 1 ? '1 generation' : `${count} generations`} of ${namesInTitle(hosts)}`;
}
