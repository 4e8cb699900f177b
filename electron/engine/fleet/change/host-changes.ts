import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AppliedChange,
  ChangedFile,
  ChangeEvent,
  ChangePlan,
  HostChangeRequest,
} from '../../../../shared/contract/change.ts';
import type { FileChange } from '../../../../shared/fleet/change/edit.ts';
import { EventQueue } from '../../event-queue.ts';
import { workTreeRoot } from '../../git/root.ts';
import { removeScratchTree } from '../../inputs/scratch-tree.ts';
import { findFleetFolder } from '../folder.ts';
import { readFleetFile } from '../files/fleet-file.ts';
import { changeUnknown } from './errors.ts';
import { planChange } from './plan-change.ts';
import type { PlanParts } from './planned.ts';
import { makeChanges, undoChanges, type Before, type ChangedFolder, type Changes } from './write-changes.ts';

/** So many changes are kept in memory; nobody looks at one that is older. */
const MAX_KEPT = 50;
const TIME_LIMIT_MS = 600_000;

interface Kept<What> {
  /** The fleet's folder. */
  readonly path: string;
  readonly what: What;
}

/** Changes of hosts: worked out, looked at by a person, then made, and undone. What is made is what was looked at. */
export class HostChanges {
  readonly #parts: PlanParts;
  readonly #planned = new Map<string, Kept<Changes>>();
  readonly #made = new Map<string, Kept<Before>>();

  constructor(parts: PlanParts) {
    this.#parts = parts;
    sweep(parts.scratch).catch(() => undefined);
  }

  /** Works a change out and writes nothing: progress, then the plan. @throws ProblemError for one that cannot be */
  async *plan(path: string, change: HostChangeRequest, signal?: AbortSignal): AsyncGenerator<ChangeEvent, void, void> {
    const ended = new AbortController();
    const stop = AbortSignal.any([ended.signal, AbortSignal.timeout(TIME_LIMIT_MS), ...(signal ? [signal] : [])]);
    try {
      const folder = findFleetFolder(path);
      const events = new EventQueue<ChangeEvent>();
      const onStep = (text: string): void => events.push({ type: 'progress', text });
      const planning = planChange(this.#parts, folder, change, { signal: stop, onStep });
      planning.then(
        () => events.end(),
        (error: unknown) => events.fail(error),
      );
      yield* events.read();
      const planned = await planning;
      if (planned.state !== 'ready') {
        yield { type: 'planned', plan: planned };
        return;
      }
      const { changes, isVerified, notes, module } = planned;
      const id = keep(this.#planned, { path: folder.path, what: changes });
      const files = await changedFiles(folder.path, changes);
      yield { type: 'planned', plan: { state: 'ready', id, files, isVerified, notes: [...notes], module } };
    } finally {
      ended.abort();
    }
  }

  /** Keeps changes of files that somebody else worked out, to be made when a person has seen them. */
  async offer(path: string, changes: readonly FileChange[]): Promise<ChangePlan> {
    if (changes.length === 0) return { state: 'nothing' };
    const what = { changes, moves: [] };
    const id = keep(this.#planned, { path, what });
    return { state: 'ready', id, files: await changedFiles(path, what), isVerified: false, notes: [], module: null };
  }

  /** Makes a change that was worked out. @throws ProblemError `change-stale`, `change-unknown` */
  async apply(id: string): Promise<AppliedChange> {
    const { path, what } = taken(this.#planned, id);
    const before = await makeChanges(placeOf(path), what);
    this.#planned.delete(id);
    const undoId = keep(this.#made, { path, what: before });
    return { files: what.changes.map((change) => change.path), undoId };
  }

  /** Takes a change back. @throws ProblemError `change-undo-stale`, `change-unknown` */
  async undo(undoId: string): Promise<void> {
    const { path, what } = taken(this.#made, undoId);
    await undoChanges(placeOf(path), what);
    this.#made.delete(undoId);
  }
}

function placeOf(path: string): ChangedFolder {
  return { path, isInGit: workTreeRoot(path) !== null };
}

function keep<What>(all: Map<string, Kept<What>>, kept: Kept<What>): string {
  const id = randomUUID();
  all.set(id, kept);
  for (const old of [...all.keys()].slice(0, -MAX_KEPT)) all.delete(old);
  return id;
}

function taken<What>(all: ReadonlyMap<string, Kept<What>>, id: string): Kept<What> {
  const found = all.get(id);
  if (!found) throw changeUnknown();
  return found;
}

/** The change of each file as a person sees it; null stands for what is no text. */
async function changedFiles(folder: string, { changes }: Changes): Promise<ChangedFile[]> {
  return Promise.all(
    changes.map(async ({ path, from, before, after }): Promise<ChangedFile> => {
      if (before === null) return { path, from, before, after, act: 'new' };
      const act = after === null ? 'removed' : path === from ? 'changed' : 'moved';
      if (before !== after && after !== null) return { path, from, before, after, act };
      // Files that are not looked into while a place is searched: secrets, pictures.
      const { text } = await readFleetFile(folder, from);
      return { path, from, before: text, after: after === null ? null : text, act };
    }),
  );
}

/** Removes copies of engines that were killed. Their names end with the number of the process. */
async function sweep(scratch: string): Promise<void> {
  for (const name of await readdir(scratch).catch(() => [])) {
    const pid = /-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await removeScratchTree(join(scratch, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user, then.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
