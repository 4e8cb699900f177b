import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FleetView } from '../../../shared/contract/fleet.ts';
import type { Host } from '../../../shared/contract/host.ts';
import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import {
  draftId,
  type DraftChange,
  type DraftId,
  type InstallCheck,
  type InstallConfirmation,
  type InstallDraft,
  type InstallPhase,
  type InstallRequest,
  type InstallReview,
  type ResumePoint,
} from '../../../shared/contract/install.ts';
import type { Target } from '../../../shared/contract/host.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import { problem, type Problem } from '../../../shared/contract/problem.ts';
import { isOver } from '../../../shared/jobs/view.ts';
import type { Fleets } from '../fleet/fleets.ts';
import type { Home } from '../home.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { loginTarget } from '../machines/reach.ts';
import type { MachineMemory } from '../machines/memory.ts';
import type { SshFiles } from '../ssh/config.ts';
import type { Store } from '../store/open.ts';
import { answerFromMemory } from './answer-from-memory.ts';
import { describeLeft } from './disk-state.ts';
import { earlierInstalls } from './earlier-installs.ts';
import { hostFile, planFiles, writePlanned } from './plan-files.ts';
import { PrivateFolder } from './private-folder.ts';
import { installError, installProblems } from './problems.ts';
import { reviewInstall } from './review.ts';
import { installSpec, readInstallState, type InstallSpec } from './spec.ts';

export interface InstallsDependencies {
  readonly env: NodeJS.ProcessEnv;
  readonly home: Home;
  readonly store: Pick<Store, 'installDrafts' | 'jobs'>;
  readonly jobs: Pick<Jobs, 'queue' | 'show' | 'watch' | 'answer'>;
  readonly fleets: Pick<Fleets, 'view' | 'current' | 'editableFolder'>;
  readonly files: SshFiles;
  readonly machines: MachineMemory;
  readonly now: () => number;
}

const phases: readonly InstallPhase[] = ['kexec', 'hardware', 'disko', 'copy', 'install', 'reboot', 'boot', 'commit'];

/** Installs that are prepared, begun and taken up again. */
export class Installs implements Disposable {
  readonly #with: InstallsDependencies;
  readonly #ended = new AbortController();

  constructor(dependencies: InstallsDependencies) {
    this.#with = dependencies;
  }

  drafts(fleetId: FleetId): InstallDraft[] {
    return this.#with.store.installDrafts.of(fleetId);
  }

  create(fleetId: FleetId, kind: InstallDraft['kind'], host: HostName | undefined): InstallDraft {
    const at = this.#with.now();
    const draft: InstallDraft = {
      id: draftId.parse(randomBytes(8).toString('hex')),
      version: 1,
      fleetId,
      kind,
      step: 'find',
      request: host === undefined ? {} : { host, newHost: null },
      typed: {},
      report: null,
      jobs: { check: null, install: null },
      createdAt: at,
      updatedAt: at,
    };
    this.#with.store.installDrafts.save(draft);
    return draft;
  }

  /** @throws ProblemError `install-draft-unknown` */
  draft(id: DraftId): InstallDraft {
    const draft = this.#with.store.installDrafts.get(id);
    if (draft === null) throw installError(installProblems.unknownDraft(id));
    return draft;
  }

  change(id: DraftId, { request, typed, ...fields }: DraftChange): InstallDraft {
    const before = this.draft(id);
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    const draft: InstallDraft = {
      ...before,
      ...given,
      request: { ...before.request, ...request },
      typed: { ...before.typed, ...typed },
      // A check is about what was chosen then.
      jobs: request === undefined ? before.jobs : { ...before.jobs, check: null },
      updatedAt: this.#with.now(),
    };
    this.#with.store.installDrafts.save(draft);
    return draft;
  }

  discard(id: DraftId): void {
    PrivateFolder.open(this.#privateFolder(id)).wipe();
    this.#with.store.installDrafts.remove(id);
  }

  async review(request: InstallRequest, draft: DraftId | undefined): Promise<InstallReview> {
    const view = await this.#with.fleets.view(request.fleetId);
    // An install writes the machine’s files into the fleet.
    await this.#with.fleets.editableFolder(request.fleetId);
    const review = await reviewInstall({ env: this.#with.env, view, request, report: this.#reportFor(request, draft) });
    return { ...review, earlier: earlierInstalls(this.#with.store.jobs.list({ limit: 1000 })) };
  }

  /** Writes the files and starts the check. */
  async check(request: InstallRequest, draft: DraftId | undefined): Promise<JobId> {
    const spec = await this.#specFor(request, draft, null);
    const id = await this.#queue({ ...spec, goal: 'check' }, request.fleetId, `Check the install of ${request.host}`);
    if (draft !== undefined) this.#noteJob(draft, { check: id });
    return id;
  }

  /** What a check found; null where it did not succeed. */
  async checked(id: JobId): Promise<InstallCheck | null> {
    const { summary } = await this.#with.jobs.show(id);
    const state = readInstallState(join(this.#with.home.jobs, id));
    if (summary.state !== 'succeeded' || state === null || state.system === null || state.diskoScript === null)
      return null;
    const { system, diskoScript, disks, wantedKeys } = state;
    const warnings = state.warnings.flatMap((one): Problem[] => {
      const parsed = problem.safeParse(one);
      return parsed.success ? [parsed.data] : [];
    });
    return {
      system,
      diskoScript,
      closureBytes: state.closureBytes ?? 0,
      room: state.room,
      disks: [...disks],
      wantedKeys: [...wantedKeys],
      warnings,
    };
  }

  async start(request: InstallRequest, confirmation: InstallConfirmation, draft: DraftId | undefined): Promise<JobId> {
    const spec = await this.#specFor(request, draft, confirmation);
    const id = await this.#queue(spec, request.fleetId, `Install ${request.host}`);
    if (draft !== undefined) this.#noteJob(draft, { install: id });
    return id;
  }

  /** Where an install that ended early can be taken up again. */
  async resumable(id: JobId): Promise<ResumePoint> {
    const { spec, state, phase } = await this.#left(id);
    const left = state.left.length > 0 ? [...state.left] : describeLeft({ host: spec.host, state, report: null });
    return { jobId: id, phase, erases: phase !== null && isErasing(phase), disks: [...state.disks], state: left };
  }

  async resume(request: {
    readonly jobId: JobId;
    readonly target?: Target | undefined;
    readonly phase?: InstallPhase | undefined;
    readonly confirmation?: InstallConfirmation | undefined;
  }): Promise<JobId> {
    const { spec, state, phase: left, fleetId } = await this.#left(request.jobId);
    // An earlier phase may be done again; a later one cannot be begun before its time.
    const wanted = request.phase ?? left;
    const phase = left !== null && wanted !== null && phases.indexOf(wanted) > phases.indexOf(left) ? left : wanted;
    if (left === null || phase === null) throw installError(installProblems.nothingToResume(request.jobId));
    const again: InstallSpec = {
      ...spec,
      goal: 'install',
      target: request.target ?? { ...spec.target, host: state.target?.host ?? spec.target.host },
      confirmation: isErasing(phase) ? (request.confirmation ?? null) : spec.confirmation,
      confirmedDisks: state.disks.length > 0 ? state.disks : spec.confirmedDisks,
      resume: { jobId: request.jobId, phase },
    };
    const id = await this.#queue(again, fleetId, `Install ${spec.host}, from ${phase} on`);
    if (spec.draft !== null) this.#noteJob(spec.draft, { install: id });
    return id;
  }

  async #left(id: JobId) {
    const { summary, spec: kept } = await this.#with.jobs.show(id);
    const spec = installSpec.safeParse(kept);
    const state = readInstallState(join(this.#with.home.jobs, id));
    if (
      summary.kind !== 'install' ||
      !spec.success ||
      !isOver(summary.state) ||
      state === null ||
      spec.data.goal !== 'install'
    ) {
      throw installError(installProblems.nothingToResume(id));
    }
    const phase = summary.state === 'succeeded' ? null : (phases.find((one) => !state.done.includes(one)) ?? null);
    return { spec: spec.data, state, phase, fleetId: summary.fleetId };
  }

  /** Writes the files into the fleet and puts together what the job needs. */
  async #specFor(
    request: InstallRequest,
    draft: DraftId | undefined,
    confirmation: InstallConfirmation | null,
  ): Promise<InstallSpec> {
    const { fleets, files } = this.#with;
    const { fleet } = await fleets.view(request.fleetId);
    const folder = await fleets.editableFolder(request.fleetId);
    const planned = await planFiles(folder, request);
    await writePlanned(folder, planned, this.#ended.signal);
    const view = await fleets.current(request.fleetId);
    const host = hostOf(view, request.host);
    const report = this.#reportFor(request, draft);
    const isOurs = request.newHost !== null;
    const review = await reviewInstall({ env: this.#with.env, view, request, report });
    return {
      version: 1,
      goal: 'install',
      fleet: {
        name: fleet.name,
        path: folder,
        ref: fleet.ref,
        form: fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake',
      },
      host: request.host,
      source: host.sources[0] ?? 'nixosConfigurations',
      target: request.target,
      identityFile: request.identityFile,
      hostKeyFingerprint: request.hostKeyFingerprint,
      fleetTarget: host.target,
      macs: (report?.network.interfaces ?? []).flatMap(({ mac, kind }) =>
        mac === null || kind === 'virtual' ? [] : [mac],
      ),
      options: request.options,
      confirmation,
      confirmedDisks: review.disks,
      files: {
        hardware: request.options.hardware === 'none' ? null : hardwareFile(request),
        written: isOurs ? hostFiles(request) : planned.map(({ path }) => path),
        host: isOurs ? hostFile(request.host, 'host.nix') : null,
      },
      privateFolder: this.#privateFolder(draft ?? draftId.parse(randomBytes(8).toString('hex'))),
      sshFolder: files.folder,
      draft: draft ?? null,
      resume: null,
    };
  }

  async #queue(spec: InstallSpec, fleetId: FleetId | null, title: string): Promise<JobId> {
    const { jobs, machines } = this.#with;
    const { host, port } = spec.target;
    const addresses = new Map([[spec.host, `${host.toLowerCase()}:${port ?? 22}`]]);
    const id = await jobs.queue({ kind: 'install', title, fleetId, hosts: [spec.host], addresses, spec });
    const secrets = machines.secretsOf(loginTarget(spec));
    void answerFromMemory(jobs, id, secrets, this.#ended.signal);
    return id;
  }

  #noteJob(id: DraftId, jobs: Partial<InstallDraft['jobs']>): void {
    const draft = this.#with.store.installDrafts.get(id);
    if (draft === null) return;
    this.#with.store.installDrafts.save({ ...draft, jobs: { ...draft.jobs, ...jobs }, updatedAt: this.#with.now() });
  }

  #reportFor(request: InstallRequest, draft: DraftId | undefined): MachineReport | null {
    const kept = draft === undefined ? null : (this.#with.store.installDrafts.get(draft)?.report ?? null);
    return kept ?? this.#with.machines.reportOf(loginTarget(request));
  }

  #privateFolder(id: DraftId): string {
    return join(this.#with.home.root, 'installs', id);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

const isErasing = (phase: InstallPhase): boolean => phase === 'kexec' || phase === 'hardware' || phase === 'disko';

function hostOf(view: FleetView, name: HostName): Host {
  const host = view.hosts.find((one) => one.name === name);
  if (host === undefined) throw installError(installProblems.noSuchHost(name));
  return host;
}

function hardwareFile({ host, options }: InstallRequest): string {
  return hostFile(host, options.hardware === 'nixos-facter' ? 'facter.json' : 'hardware-configuration.nix');
}

/** Every file that an install of ours may have written, in this job or in the check before it. */
function hostFiles({ host }: InstallRequest): string[] {
  const names = ['default.nix', 'host.nix', 'disko.nix', 'disko-settings.nix', 'network.nix'];
  return ['flake.nix', ...names.map((name) => hostFile(host, name))];
}
