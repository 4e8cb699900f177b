import { availableParallelism } from 'node:os';
import { availableMemoryMiB, hostsThatFit } from '../fleet/memory.ts';

/** Lets so many pieces of work run at once; the others wait their turn in order. */
export class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Runs `work` when there is a place. @throws the signal's reason when it aborts while waiting */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn(signal);
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
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

/** How many hosts may be in the same kind of work at once. Evaluations have a rule of their own, see evaluate.ts. */
export interface DeployLimits {
  readonly connections: Limit;
  readonly builds: Limit;
  readonly copies: Limit;
  readonly activations: Limit;
  /** Deploying programs that evaluate: each reads nixpkgs for itself. */
  readonly programs: Limit;
}

export function deployLimits(): DeployLimits {
  return {
    connections: new Limit(16),
    // Nix itself decides how much runs at once within a build (max-jobs, cores).
    builds: new Limit(Math.max(2, availableParallelism())),
    copies: new Limit(4),
    activations: new Limit(10),
    programs: new Limit(Math.max(1, Math.min(availableParallelism(), 4, hostsThatFit(availableMemoryMiB())))),
  };
}
