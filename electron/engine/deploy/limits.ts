import { availableParallelism } from 'node:os';
import type { WorkLimits } from '../../../shared/contract/limits.ts';
import { availableMemoryMiB, hostsThatFit } from '../nix/memory.ts';

/** Lets so many pieces of work run at once; the others wait their turn in order. */
export class Limit {
  #places: number;
  #taken = 0;
  /** Of work that goes on without a place. */
  #lent = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Another number from now on. What runs already runs on, also where fewer would be let in now. */
  set places(places: number) {
    this.#places = places;
    this.#callNext();
  }

  get places(): number {
    return this.#places;
  }

  /**
   * Runs `work` when there is a place. Work that finds that it uses little of what the places share out calls `lend`: it
   * goes on, and the next one begins. One place less than there are can be lent, so that a single one stays a single one.
   * @throws the signal's reason when it aborts while waiting
   */
  async run<T>(signal: AbortSignal, work: (lend: () => void) => Promise<T>): Promise<T> {
    if (this.#taken < this.#places && this.#waiting.length === 0) this.#taken += 1;
    else await this.#turn(signal);
    let hasLent = false;
    const lend = (): void => {
      if (hasLent || this.#lent >= this.#places - 1) return;
      hasLent = true;
      this.#lent += 1;
      this.#taken -= 1;
      this.#callNext();
    };
    try {
      signal.throwIfAborted();
      return await work(lend);
    } finally {
      if (hasLent) this.#lent -= 1;
      else {
        hasLent = true;
        this.#taken -= 1;
        this.#callNext();
      }
    }
  }

  /** Whoever is called has a place from that moment on. */
  #callNext(): void {
    while (this.#taken < this.#places) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#taken += 1;
      next();
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const leave = (): void => {
      const at = this.#waiting.indexOf(resolve);
      if (at === -1) return; // It is our turn already; run() will give the place back.
      this.#waiting.splice(at, 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

/** How many hosts may be in the same kind of work at once. */
export interface DeployLimits {
  readonly connections: Limit;
  /** Evaluations that hold several hosts each, see evaluate.ts. */
  readonly evaluations: Limit;
  readonly builds: Limit;
  readonly copies: Limit;
  readonly activations: Limit;
  /** Deploying programs that evaluate: each reads nixpkgs for itself. */
  readonly programs: Limit;
}

/** More nix at once would only take each other's memory: each reads nixpkgs for itself. */
export const mostEvaluations = 4;

/** @param wanted what a person wants otherwise than is usual on this computer */
export function deployLimits(wanted: Partial<WorkLimits> = {}): DeployLimits {
  const cores = availableParallelism();
  const evaluations = Math.max(1, Math.min(cores, mostEvaluations, hostsThatFit(availableMemoryMiB())));
  return {
    connections: new Limit(16),
    evaluations: new Limit(wanted.evaluations ?? evaluations),
    // Nix itself decides how much runs at once within a build (max-jobs, cores).
    builds: new Limit(wanted.builds ?? Math.max(2, cores)),
    copies: new Limit(wanted.copies ?? 4),
    activations: new Limit(wanted.activations ?? 10),
    programs: new Limit(wanted.evaluations ?? evaluations),
  };
}

/** The numbers as a person sees them. */
export function numbersOf({ evaluations, builds, copies, activations }: DeployLimits): WorkLimits {
  return {
    evaluations: evaluations.places,
    builds: builds.places,
    copies: copies.places,
    activations: activations.places,
  };
}

/** Other numbers from now on. */
export function changeLimits(limits: DeployLimits, wanted: Partial<WorkLimits>): void {
  const { evaluations, builds, copies, activations } = wanted;
  if (evaluations !== undefined) limits.evaluations.places = limits.programs.places = evaluations;
  if (builds !== undefined) limits.builds.places = builds;
  if (copies !== undefined) limits.copies.places = copies;
  if (activations !== undefined) limits.activations.places = activations;
}
