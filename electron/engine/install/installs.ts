import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
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
import type { Stage } from '../../../shared/contract/job.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { NewHost } from '../../../shared/fleet/template/options.ts';
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
import { askLeft } from './ask-left.ts';
import { describeLeft } from './disk-state.ts';
import { earlierInstalls, usualSteps, wholeInstalls, writtenBefore } from './earlier-installs.ts';
import { hardwareFile, hashesOf, hostFiles, hostOf, placeOf } from './host-in-fleet.ts';
import { hostFile, isReadByFleet, planFiles, writePlanned } from './plan-files.ts';
import { leftUnderOtherNames, type LeftHost } from './left-in-fleet.ts';
import { PrivateFolder } from './private-folder.ts';
import { installError, installProblems } from './problems.ts';
import { disksOfText, protectedDisks, protectedObstacles } from './protected-disks.ts';
import { whyNoRehearsal } from './rehearsal.ts';
import { reviewInstall } from './review.ts';
import { loginOf, type Login } from './login.ts';
import { freshState, installSpec, readInstallState, type InstallSpec } from './spec.ts';

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
      jobs: { check: null, rehearsal: null, install: null },
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
      jobs: request === undefined ? before.jobs : { ...before.jobs, check: null, rehearsal: null },
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
    const folder = await this.#with.fleets.editableFolder(request.fleetId);
    const report = this.#reportFor(request, draft);
    const earlier = this.#writtenBefore(request, folder);
    const left = this.#leftUnderOtherNames(request, folder, draft);
    const review = await reviewInstall({ env: this.#with.env, view, request, report, earlier, left });
    return { ...review, earlier: earlierInstalls(this.#with.store.jobs.list({ limit: 1000 })) };
  }

  /** Of a reinstall; see {@link protectedDisks}. @throws ProblemError `nix-*`, `install-draft-unknown` */
  async protectedDisks(id: DraftId): Promise<string[]> {
    const { fleetId, kind, report, request } = this.draft(id);
    if (kind !== 'reinstall' || report === null || request.host === undefined) return [];
    const { fleet } = await this.#with.fleets.view(fleetId);
    return protectedDisks(fleet.folder, request.host, report);
  }

  /** Writes the files and starts the check. */
  async check(request: InstallRequest, draft: DraftId | undefined): Promise<JobId> {
    const spec = await this.#specFor(request, draft, null, 'check');
    const id = await this.#queue(spec, request.fleetId, `Check the install of ${request.host}`);
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
      closureBytes: state.closureBytes,
      room: state.room,
      disks: [...disks],
      wantedKeys: [...wantedKeys],
      warnings,
    };
  }

  async rehearsable(request: InstallRequest, draft: DraftId | undefined): Promise<Problem[]> {
    const { fleets, home, store } = this.#with;
    const view = await fleets.view(request.fleetId);
    const check = draft === undefined ? null : (store.installDrafts.get(draft)?.jobs.check ?? null);
    const wantedKeys = check === null ? [] : (readInstallState(join(home.jobs, check))?.wantedKeys ?? []);
    const system = this.#reportFor(request, draft)?.system ?? null;
    return whyNoRehearsal(placeOf(view, request.host, true), { system, wantedKeys });
  }

  /** Writes the files and starts the rehearsal. */
  async rehearse(request: InstallRequest, draft: DraftId | undefined): Promise<JobId> {
    const spec = await this.#specFor(request, draft, null, 'rehearse');
    const id = await this.#queue(spec, request.fleetId, `Rehearse the install of ${request.host}`);
    if (draft !== undefined) this.#noteJob(draft, { rehearsal: id });
    return id;
  }

  async start(request: InstallRequest, confirmation: InstallConfirmation, draft: DraftId | undefined): Promise<JobId> {
    const spec = await this.#specFor(request, draft, confirmation);
    const id = await this.#queue(spec, request.fleetId, `Install ${request.host}`);
    if (draft !== undefined) this.#noteJob(draft, { install: id });
    return id;
  }

  /** How long each step takes on this computer as a rule: what the latest whole installs tell. */
  async usual(): Promise<Partial<Record<Stage, number>>> {
    const { jobs, store } = this.#with;
    const whole = wholeInstalls(store.jobs.list({ limit: 1000 }));
    return usualSteps(await Promise.all(whole.map(({ id }) => jobs.show(id))));
  }

  /** How a person logs in to the machine as it is now. @throws ProblemError `install-nothing-to-resume`, `job-*` */
  async login(id: JobId): Promise<Login> {
    const { spec: kept } = await this.#with.jobs.show(id);
    const read = installSpec.safeParse(kept);
    if (!read.success) throw installError(installProblems.nothingToResume(id));
    const spec = read.data;
    const state = readInstallState(join(this.#with.home.jobs, id)) ?? freshState;
    return loginOf(spec, state, this.#with.files);
  }

  /** Where an install that ended early can be taken up again. */
  async resumable(id: JobId): Promise<ResumePoint> {
    const { spec, state, phase } = await this.#left(id);
    // Where its process died, nobody has asked the machine.
    const asked = state.left.length > 0 ? null : await askLeft(spec, state, this.#with);
    const left =
      asked === null && state.left.length > 0
        ? [...state.left]
        : describeLeft({ host: spec.host, state, report: asked });
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
    goal: InstallSpec['goal'] = 'install',
  ): Promise<InstallSpec> {
    const { fleets, files } = this.#with;
    const folder = await fleets.editableFolder(request.fleetId);
    const earlier = this.#writtenBefore(request, folder);
    const left = this.#leftUnderOtherNames(request, folder, draft);
    // The text that protects a disk would be gone afterwards.
    await this.#requireSpared(request, folder, draft);
    const planned = await planFiles(folder, request, earlier, left);
    await writePlanned(folder, planned, this.#ended.signal);
    const view = await fleets.current(request.fleetId);
    const host = hostOf(view, request.host);
    const report = this.#reportFor(request, draft);
    const isForAnywhere = goal === 'rehearse' || request.options.buildOn.kind === 'target';
    const isNew = request.newHost !== null;
    const hardware = hardwareFile(request);
    const isOurs = isNew && request.declaration === undefined;
    const review = await reviewInstall({ env: this.#with.env, view, request, report, earlier, left: [] });
    return {
      version: 1,
      goal,
      ...placeOf(view, request.host, isForAnywhere),
      host: request.host,
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
        hardware: request.options.hardware === 'none' || !isReadByFleet(folder, request, hardware) ? null : hardware,
        written: isNew ? hostFiles(request) : planned.map(({ path }) => path),
        host: isOurs ? hostFile(request, 'host.nix') : null,
        texts: isOurs ? await hashesOf(folder, hostFiles(request)) : {},
      },
      newHost: isOurs ? request.newHost : null,
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

  #writtenBefore({ host }: InstallRequest, folder: string): NewHost[] {
    return writtenBefore(this.#with.store.jobs.list({ host, limit: 1000 }), folder);
  }

  /** @throws ProblemError `install-disk-protected` */
  async #requireSpared(request: InstallRequest, folder: string, draft: DraftId | undefined): Promise<void> {
    const report = this.#reportFor(request, draft);
    const { newHost, layout, host } = request;
    if (newHost !== null || layout === null || report === null) return;
    const kept = await protectedDisks(folder, host, report);
    const [obstacle] = protectedObstacles(kept, disksOfText(layout.text, report) ?? []);
    if (obstacle !== undefined) throw installError(obstacle);
  }

  #leftUnderOtherNames({ host }: InstallRequest, folder: string, draft: DraftId | undefined): LeftHost[] {
    if (draft === undefined) return [];
    return leftUnderOtherNames(this.#with.store.jobs.list({ limit: 1000 }), { draft, host, folder });
  }

  #privateFolder(id: DraftId): string {
    return join(this.#with.home.root, 'installs', id);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

const isErasing = (phase: InstallPhase): boolean => phase === 'kexec' || phase === 'hardware' || phase === 'disko';
