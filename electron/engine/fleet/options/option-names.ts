import type { FleetId } from '../../../../shared/contract/ids.ts';
import type { OptionFacts, OptionName, OptionsState } from '../../../../shared/contract/options.ts';
import type { OptionPath } from '../../../../shared/nix/options/scope.ts';
import { nodeOf, readLockFile, type LockFile } from '../../inputs/lock-file.ts';
import { isNixpkgs } from '../../inputs/nixpkgs.ts';
import { problemOf } from '../../unexpected.ts';
import { fleetNow, type AskLaterDependencies, type FleetNow } from '../ask-later.ts';
import type { Fleets } from '../fleets.ts';
import { withLocalPaths } from '../local-paths.ts';
import { textHash } from '../text-hash.ts';
import { OptionCache } from './option-cache.ts';
import { OptionIndex } from './option-index.ts';
import { readOptions } from './read-options.ts';

export interface OptionNamesDependencies extends AskLaterDependencies {
  readonly fleets: Pick<Fleets, 'view'>;
  /** `home.cache` */
  readonly cache: string;
}

/** A real nixpkgs takes half a minute and tells of twenty thousand options in 15 MB. */
const limits = { timeLimitMs: 4 * 60_000, outputLimitBytes: 96 * 1024 * 1024 };
/** Grows when more is read of an option. */
const readerVersion = 1;
/** A window that asks anew, since a file was saved or it was reloaded, finds the reading still going on. */
const graceMs = 2_000;
/** Fleets whose options are held in memory. */
const mostFleets = 2;

type Known =
  | { readonly index: OptionIndex; readonly state: OptionsState }
  | { readonly index: null; readonly state: OptionsState };

/** A reading under way, for all who wait for it. */
interface Reading {
  readonly key: string;
  readonly known: Promise<Known>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * The NixOS options of open fleets, as one of their hosts has them: read once for each lock of a fleet and kept among the
 * caches. Reading is a process of its own and ends soon after nobody waits for it any more.
 */
export class OptionNames implements Disposable {
  readonly #dependencies: OptionNamesDependencies;
  readonly #cache: OptionCache;
  readonly #known = new Map<FleetId, Known & { readonly key: string }>();
  readonly #readings = new Map<FleetId, Reading>();
  readonly #ended = new AbortController();

  constructor(dependencies: OptionNamesDependencies) {
    this.#dependencies = dependencies;
    this.#cache = new OptionCache(dependencies.cache);
  }

  /**
   * How it stands with the options of a fleet, until they are known or cannot be.
   * @param request `again`: what failed before is tried again
   * @throws ProblemError where the fleet is not open
   */
  async *watch(
    { fleetId, again = false }: { readonly fleetId: FleetId; readonly again?: boolean | undefined },
    signal?: AbortSignal,
  ): AsyncGenerator<OptionsState, void, void> {
    const stop = signal ? AbortSignal.any([signal, this.#ended.signal]) : this.#ended.signal;
    const { fleet, hosts } = await this.#dependencies.fleets.view(fleetId);
    const now = await fleetNow(this.#dependencies, fleet, stop);
    const lock = now.folder.form === 'flake' ? await readLockFile(now.folder.path) : null;
    const source = lock?.state === 'read' ? lock.text : (now.fingerprint ?? String(fleet.evaluatedAt));
    const key = textHash(`${readerVersion}\0${fleetId}\0${source}`);
    const before = this.#known.get(fleetId);
    if (before?.key === key && !(again && before.index === null)) {
      yield before.state;
      return;
    }
    const reading = this.#reading(fleetId, key, (ended) =>
      this.#read(key, now, hosts, lock?.state === 'read' ? lock.lock : null, ended),
    );
    reading.waiting++;
    try {
      yield { state: 'reading' };
      const state = await Promise.race([reading.known.then((known) => known.state), aborted(stop)]);
      if (state !== null) yield state;
    } finally {
      reading.waiting--;
      setTimeout(() => reading.waiting === 0 && reading.stop.abort(), graceMs).unref();
    }
  }

  complete(id: FleetId, path: OptionPath, prefix: string): { names: OptionName[]; isComplete: boolean } {
    return this.#known.get(id)?.index?.complete(path, prefix) ?? { names: [], isComplete: true };
  }

  describe(id: FleetId, path: OptionPath): OptionFacts | null {
    return this.#known.get(id)?.index?.describe(path) ?? null;
  }

  /** The reading that is under way for this state of the lock, or a new one. */
  #reading(id: FleetId, key: string, read: (signal: AbortSignal) => Promise<Known>): Reading {
    const running = this.#readings.get(id);
    if (running?.key === key && !running.stop.signal.aborted) return running;
    const stop = new AbortController();
    const known = read(AbortSignal.any([stop.signal, this.#ended.signal]))
      .catch((error: unknown): Known => ({ index: null, state: { state: 'absent', problem: problemOf(error) } }))
      .then((found) => {
        if (this.#readings.get(id) === reading) this.#readings.delete(id);
        if (!stop.signal.aborted) this.#remember(id, { ...found, key });
        return found;
      });
    const reading: Reading = { key, known, stop, waiting: 0 };
    this.#readings.set(id, reading);
    return reading;
  }

  async #read(
    key: string,
    { folder }: FleetNow,
    hosts: Parameters<typeof readOptions>[1],
    lock: LockFile | null,
    signal: AbortSignal,
  ): Promise<Known> {
    try {
      let document = await this.#cache.read(key);
      if (document === null) {
        const evaluate = this.#dependencies.evaluatorOf(folder, [], signal, limits);
        document = await readOptions(folder, hosts, evaluate);
        await this.#cache.save(key, document);
      }
      const index = new OptionIndex(document.options);
      const nixpkgs = (lock && revisionOfNixpkgs(lock)) ?? document.release ?? '';
      return { index, state: { state: 'ready', nixpkgs, count: index.count } };
    } catch (error) {
      return { index: null, state: { state: 'absent', problem: withLocalPaths(problemOf(error), folder) } };
    }
  }

  #remember(id: FleetId, known: Known & { readonly key: string }): void {
    this.#known.delete(id);
    this.#known.set(id, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostFleets) break;
      this.#known.delete(oldest);
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

/** The revision of the nixpkgs that a flake itself names, in short; null where it has none. */
function revisionOfNixpkgs(lock: LockFile): string | null {
  const inputs = Object.entries(nodeOf(lock, lock.root)?.inputs ?? {});
  const found = inputs.flatMap(([name, target]) => {
    const node = typeof target === 'string' ? nodeOf(lock, target) : undefined;
    const isIt = node !== undefined && isNixpkgs(name, node.original ?? node.locked ?? {});
    return isIt && node.locked?.rev !== undefined ? [{ name, rev: node.locked.rev }] : [];
  });
  const own = found.find(({ name }) => name === 'nixpkgs') ?? found[0];
  return own?.rev.slice(0, 7) ?? null;
}

/** null when a signal aborts. */
function aborted(signal: AbortSignal): Promise<null> {
  if (signal.aborted) return Promise.resolve(null);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}
