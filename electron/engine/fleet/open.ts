import type { Fleet, FleetView, OpenEvent } from '../../../shared/contract/fleet.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { isFlakeReference } from '../../../shared/fleet/fleet-reference.ts';
import { ProblemError } from '../errors.ts';
import { EventQueue } from '../event-queue.ts';
import { gitStatus, type GitStatus } from '../git/status.ts';
import type { Store } from '../store/open.ts';
import { notRemembered, unmergedFiles, untrackedFiles } from './errors.ts';
import type { MakeEvaluator } from './evaluator.ts';
import { fingerprint } from './fingerprint.ts';
import { flakeFileOf } from './flake-file.ts';
import { findFleetFolder, type FleetFolder } from './folder.ts';
import type { FetchFlake } from './remote-flake.ts';
import type { MemoryHistory } from './memory-history.ts';
import { withLocalPaths } from './local-paths.ts';
import { readFleet, type FleetReading } from './read-fleet.ts';

export interface OpenDependencies {
  readonly store: Pick<Store, 'fleets'>;
  readonly fetchFlake: FetchFlake;
  readonly evaluatorOf: MakeEvaluator;
  readonly memory: Pick<MemoryHistory, 'bytesPerHost' | 'save'>;
  readonly now: () => number;
}

export interface OpenRequest {
  /** A folder or a flake reference. */
  readonly path: string;
  /** Evaluates even where nothing has changed since the last opening. */
  readonly refresh?: boolean;
  /** Of a reference: the revision that was opened before, to be opened again. */
  readonly pinned?: string;
}

/**
 * Where a fleet is; what a reference leads to is fetched for it.
 * @throws ProblemError `fleet-folder-missing`, `fleet-no-flake`, those of {@link FetchFlake}
 */
export async function findFleet(
  fetchFlake: FetchFlake,
  { path, ...options }: OpenRequest & { readonly signal?: AbortSignal },
): Promise<FleetFolder> {
  return isFlakeReference(path) ? fetchFlake({ reference: path, ...options }) : findFleetFolder(path);
}

/** What is looked up at every opening, since it may change without any evaluation being needed. */
interface Surface {
  readonly git: GitStatus | null;
  readonly description: string | null;
  readonly problems: readonly Problem[];
}

async function surfaceOf(folder: FleetFolder, signal: AbortSignal): Promise<Surface> {
  const problems: Problem[] = [...folder.problems];
  let git: GitStatus | null = null;
  if (folder.workTree !== null) {
    try {
      git = await gitStatus({ cwd: folder.workTree, signal });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(error.problem);
    }
  }
  const unseen = (git?.untracked ?? []).filter((file) => isSeenByNix(file, folder));
  if (unseen.length > 0 && folder.form === 'flake') problems.push(untrackedFiles(unseen));
  if (git !== null && git.unmerged.length > 0) problems.push(unmergedFiles(git.unmerged));
  const file = folder.form === 'flake' ? flakeFileOf(folder.path) : { description: null, problems: [] };
  return { git, description: file.description, problems: [...problems, ...file.problems] };
}

/** True for files whose absence a configuration would notice: those below the fleet's folder. */
function isSeenByNix(file: string, folder: FleetFolder): boolean {
  return folder.subfolder === '' || file.startsWith(`${folder.subfolder}/`);
}

/** The fleet as it is shown. `reading` may be of an earlier opening. */
function viewOf(
  folder: FleetFolder,
  reading: FleetReading,
  facts: Surface & Pick<Fleet, 'evaluatedAt' | 'fromCache' | 'fingerprint'>,
): FleetView {
  const { git } = facts;
  return {
    fleet: {
      id: folder.id,
      name: folder.name,
      path: folder.origin,
      folder: folder.path,
      ref: folder.ref,
      remote: folder.remote,
      fingerprint: facts.fingerprint,
      description: facts.description,
      kinds: [...reading.kinds],
      git: git && {
        branch: git.branch,
        revision: git.revision,
        changedFiles: git.changed.length + git.untracked.length + git.unmerged.length,
      },
      evaluatedAt: facts.evaluatedAt,
      fromCache: facts.fromCache,
      problems: [...facts.problems, ...reading.problems],
    },
    hosts: [...reading.hosts],
  };
}

/** A saved view that still fits; one of an older shape is none. */
function savedReading(store: OpenDependencies['store'], path: string, key: string) {
  try {
    const view = store.fleets.cachedView(path, key);
    if (view === null) return null;
    const { kinds, problems, evaluatedAt } = view.fleet;
    return { reading: { kinds, problems, hosts: view.hosts }, evaluatedAt };
  } catch {
    return null;
  }
}

/** What a full disk or a locked database keeps us from remembering must not keep anybody from the fleet itself. */
function whyNotKept(keep: () => void): Problem | null {
  try {
    keep();
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return notRemembered(error.problem);
    throw error;
  }
}

/**
 * Opens the fleet at a path: progress, then its view. Breaking off the loop (or `signal`) ends the evaluation.
 * @throws ProblemError where there is no fleet, or it cannot be evaluated at all
 */
export async function* openFleet(
  dependencies: OpenDependencies,
  request: OpenRequest,
  signal?: AbortSignal,
): AsyncGenerator<OpenEvent, void, void> {
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  try {
    const { store, now } = dependencies;
    if (isFlakeReference(request.path)) {
      yield { type: 'progress', text: `Fetching ${request.path}`, done: 0, total: 0 };
    }
    const folder = await findFleet(dependencies.fetchFlake, { ...request, signal: stop });
    const [surface, key] = await Promise.all([surfaceOf(folder, stop), fingerprint(folder, stop)]);

    const saved = key === null || request.refresh ? null : savedReading(store, folder.origin, key);
    const opened = (view: FleetView, save?: () => void): OpenEvent => {
      const { path, name } = view.fleet;
      const lost = whyNotKept(() => {
        store.fleets.remember({ path, name, hostCount: view.hosts.length, openedAt: now() });
        save?.();
      });
      if (lost === null) return { type: 'opened', view };
      return { type: 'opened', view: { ...view, fleet: { ...view.fleet, problems: [...view.fleet.problems, lost] } } };
    };
    if (saved !== null) {
      const facts = { ...surface, fingerprint: key, evaluatedAt: saved.evaluatedAt, fromCache: true };
      yield opened(viewOf(folder, saved.reading, facts));
      return;
    }

    yield { type: 'progress', text: 'Evaluating the flake', done: 0, total: 0 };
    const progress = new EventQueue<OpenEvent>();
    const untracked = surface.git?.untracked ?? [];
    const evaluate = dependencies.evaluatorOf(folder, untracked, stop);
    const reading = readFleet(folder, evaluate, dependencies.memory, (done, total) =>
      progress.push({ type: 'progress', text: `Read ${done} of ${total} hosts`, done, total }),
    );
    reading.then(
      () => progress.end(),
      () => progress.end(),
    );
    yield* progress.read();

    const readable = (problem: Problem): Problem => withLocalPaths(problem, folder);
    let read: FleetReading;
    try {
      read = await reading;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      throw new ProblemError(readable(error.problem), { cause: error });
    }
    read = {
      ...read,
      hosts: read.hosts.map((host) => ({ ...host, problem: host.problem && readable(host.problem) })),
      problems: read.problems.map(readable),
    };
    // Files that changed while nix was reading would make the view one of two states.
    const isStable = key !== null && key === (await fingerprint(folder, stop));
    const facts = { ...surface, fingerprint: isStable ? key : null, evaluatedAt: now(), fromCache: false };
    const view = viewOf(folder, read, facts);
    const kept = { ...view, fleet: { ...view.fleet, problems: [...read.problems] } };
    yield opened(
      view,
      isStable && isWorthKeeping(read) ? () => store.fleets.saveView(folder.origin, key, kept) : undefined,
    );
  } finally {
    ended.abort();
  }
}

/** What failed for want of a network or the like is asked again next time. */
function isWorthKeeping(reading: FleetReading): boolean {
  const problems = [...reading.problems, ...reading.hosts.flatMap((host) => host.problem ?? [])];
  return problems.every((problem) => problem.canRetry !== true);
}
