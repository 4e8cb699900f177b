import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InputChange, PackageChange, Proposal } from '../../../shared/contract/inputs.ts';
import type { FleetId, HostName, JobId } from '../../../shared/contract/ids.ts';
import type { JobSummary } from '../../../shared/contract/job.ts';
import { isOver } from '../../../shared/jobs/view.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { hashOfFile, fleetFilePath, saveFleetFile } from '../fleet/files/fleet-file.ts';
import { findFleetFolder, type FleetFolder } from '../fleet/folder.ts';
import { gitOnFiles } from '../git/on-files.ts';
import type { Home } from '../home.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { compareSystems } from './compare-systems.ts';
import { filesChanged, noFlakeHere, noProposal, noSuchInput } from './errors.ts';
import { listInputs } from './list-inputs.ts';
import { planInputEdit } from './plan-edit.ts';
import { readDecision, readProposal, writeDecision, type ProposalFile } from './proposal-file.ts';
import { sweepScratchTrees } from './scratch-tree.ts';
import { inputsSpec, type InputsSpec } from './spec.ts';

interface Parts {
  readonly home: Pick<Home, 'jobs' | 'cache'>;
  readonly jobs: Pick<Jobs, 'queue' | 'list' | 'show' | 'watchAll'>;
  readonly fleets: Pick<Fleets, 'view' | 'current' | 'editableFolder'>;
  readonly now: () => number;
}

/** Of a fleet's jobs, so many are looked through for proposals, and so many proposals are shown. */
const maxJobs = 300;
const maxProposals = 20;
const kind = 'inputs';

/** Changes of flakes' inputs: tried as jobs, then accepted or thrown away. */
export class Inputs implements Disposable {
  readonly #parts: Parts;
  readonly #ended = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
    // Copies whose jobs were killed are removed at the start, and when a job ends.
    this.#followJobs().catch(() => undefined);
  }

  /** Queues a job that tries a change. @throws ProblemError for a change that cannot be */
  async try(fleetId: FleetId, change: InputChange, build: boolean): Promise<JobId> {
    const folder = findFleetFolder(await this.#parts.fleets.editableFolder(fleetId));
    const { fleet, hosts } = await this.#parts.fleets.current(fleetId);
    if (folder.form !== 'flake') throw noFlakeHere();
    const { title, spec } = await this.#changeOf(folder, change);
    const name = `${fleetId}-${this.#parts.now().toString(36)}-${process.pid}`;
    const whole: InputsSpec = {
      version: 1,
      change: spec,
      fleet: {
        name: fleet.name,
        path: folder.path,
        ref: folder.ref,
        workTree: folder.workTree,
        subfolder: folder.subfolder,
      },
      // The first of a host's declarations is the one that is deployed.
      hosts: hosts.map((host) => ({ name: host.name, source: host.sources[0] ?? 'nixosConfigurations' })),
      build,
      scratch: join(this.#scratch, name),
    };
    // No host is touched, so the job waits for none and none waits for it.
    return this.#parts.jobs.queue({ kind, spec: whole, title, fleetId, hosts: [] });
  }

  /** What was tried in a fleet and came to a result, the latest first. */
  async proposals(fleetId: FleetId): Promise<Proposal[]> {
    const jobs = await this.#parts.jobs.list({ fleetId, limit: maxJobs });
    const found: Proposal[] = [];
    for (const job of jobs) {
      if (job.kind !== kind || !isOver(job.state)) continue;
      const file = readProposal(this.#folderOf(job.id));
      if (file !== null) found.push(await this.#proposalOf(job, file));
      if (found.length === maxProposals) break;
    }
    return found;
  }

  /** Writes what was tried into the fleet. @throws ProblemError `inputs-files-changed`, `inputs-no-proposal` */
  async accept(jobId: JobId): Promise<Proposal> {
    const { job, file, folder } = await this.#open(jobId);
    const { path } = folder;
    const stale = await staleFiles(path, file);
    if (stale.length > 0) throw filesChanged(stale);
    const written: { file: string; hash: string; before: string | null }[] = [];
    try {
      for (const { file: name, text, before: hash } of file.files) {
        const before = hash === null ? null : await readFile(await fleetFilePath(path, name), 'utf8');
        const saved = await saveFleetFile(path, { file: name, text, hash });
        written.push({ file: name, hash: saved.hash, before });
      }
    } catch (error) {
      // All or none: flake.nix without its lock would be fetched anew by everybody who evaluates it.
      for (const { file: name, hash, before } of written) {
        if (before !== null) await saveFleetFile(path, { file: name, text: before, hash });
      }
      throw error;
    }
    const added = file.files.filter(({ before }) => before === null).map(({ file: name }) => name);
    if (added.length > 0 && folder.workTree !== null) {
      await gitOnFiles(['add', '--intent-to-add'], added, { cwd: path });
    }
    writeDecision(this.#folderOf(jobId), 'accepted', this.#parts.now());
    return this.#proposalOf(job, file);
  }

  /** Nothing of what was tried is wanted. */
  async discard(jobId: JobId): Promise<Proposal> {
    const { job, file } = await this.#open(jobId);
    writeDecision(this.#folderOf(jobId), 'discarded', this.#parts.now());
    return this.#proposalOf(job, file);
  }

  /** How a host's systems before and after differ. */
  async compare(
    jobId: JobId,
    host: HostName,
    signal?: AbortSignal,
  ): Promise<{ packages: PackageChange[]; derivations: number }> {
    const found = readProposal(this.#folderOf(jobId))?.hosts.find((candidate) => candidate.host === host);
    if (!found?.before || !found.after) throw noProposal(jobId, `there are no two systems of ${host}`);
    return compareSystems(found.before.drvPath, found.after.drvPath, signal);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }

  get #scratch(): string {
    return join(this.#parts.home.cache, 'scratch');
  }

  #folderOf(jobId: JobId): string {
    return join(this.#parts.home.jobs, jobId);
  }

  async #changeOf(folder: FleetFolder, change: InputChange): Promise<{ title: string; spec: InputsSpec['change'] }> {
    if (change.kind === 'edit') {
      const { title, hash, splices } = await planInputEdit(folder.path, change.edit);
      if (hash !== change.hash) throw filesChanged(['flake.nix']);
      return { title, spec: { kind: 'edit', hash, splices: splices.map((splice) => ({ ...splice })) } };
    }
    const { inputs } = await listInputs(folder, this.#parts.now());
    const known = inputs.filter(({ follows }) => follows === null).map(({ path }) => path.join('/'));
    const unknown = change.inputs.find((name) => !known.includes(name) || name.startsWith('-'));
    if (unknown !== undefined) {
      throw noSuchInput(
        unknown,
        inputs.filter(({ path }) => path.length === 1).map(({ path }) => path.join('/')),
      );
    }
    const [only] = change.inputs;
    const count = change.inputs.length;
    const title = only === undefined ? 'Update all inputs' : count === 1 ? `Update ${only}` : `Update ${count} inputs`;
    return { title, spec: { kind: 'update', inputs: [...change.inputs] } };
  }

  async #open(jobId: JobId): Promise<{ job: JobSummary; file: ProposalFile; folder: FleetFolder }> {
    const { summary: job, spec } = await this.#parts.jobs.show(jobId);
    const file = readProposal(this.#folderOf(jobId));
    const parsed = inputsSpec.safeParse(spec);
    if (file === null || !parsed.success || !isOver(job.state)) throw noProposal(jobId, 'it came to no result');
    const decision = readDecision(this.#folderOf(jobId));
    if (decision !== null) throw noProposal(jobId, `it was ${decision.state} already`);
    if (file.files.length === 0) throw noProposal(jobId, 'it changes nothing');
    return { job, file, folder: findFleetFolder(parsed.data.fleet.path) };
  }

  async #proposalOf(job: JobSummary, file: ProposalFile): Promise<Proposal> {
    const decision = readDecision(this.#folderOf(job.id));
    const { changes, hosts, isBuilt } = file;
    const parsed = inputsSpec.safeParse((await this.#parts.jobs.show(job.id)).spec);
    const path = parsed.success ? parsed.data.fleet.path : null;
    const isStale = path === null || (await staleFiles(path, file)).length > 0;
    return {
      jobId: job.id,
      title: job.title,
      madeAt: job.endedAt ?? job.queuedAt,
      state: decision?.state ?? (isStale ? 'outdated' : 'open'),
      changes,
      hosts,
      files: file.files.map(({ file: name }) => name),
      isBuilt,
    };
  }

  async #followJobs(): Promise<void> {
    for await (const jobs of this.#parts.jobs.watchAll(this.#ended.signal)) {
      const isAboutScratch = jobs.length === 0 || jobs.some((job) => job.kind === kind);
      if (isAboutScratch) await this.#sweep();
    }
  }

  #sweep(): Promise<void> {
    return sweepScratchTrees(this.#scratch, async () => {
      const jobs = await this.#parts.jobs.list({ limit: maxJobs });
      const running = jobs.filter((job) => job.kind === kind && !isOver(job.state));
      const details = await Promise.all(running.map((job) => this.#parts.jobs.show(job.id)));
      return new Set(details.map(({ spec }) => String(spec['scratch'])));
    });
  }
}

/** The files of a proposal that are no longer what it was made from. */
async function staleFiles(folder: string, { files }: ProposalFile): Promise<string[]> {
  const stale: string[] = [];
  for (const { file, before } of files) {
    const path = await fleetFilePath(folder, file).catch(() => null);
    if (path === null || (await hashOfFile(path)) !== before) stale.push(file);
  }
  return stale;
}
