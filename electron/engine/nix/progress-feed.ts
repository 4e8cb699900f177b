import type { BuildNode } from '../../../shared/contract/job.ts';
import type { ProgressView } from './progress-view.ts';
import { NixProgress } from './progress.ts';

/** While bytes flow the speed is told anew this often even when nothing arrives, so that a stall shows. */
const stallCheckMs = 1000;

export interface ProgressUpdate {
  readonly view: ProgressView;
  /** Nodes that changed since the last update. */
  readonly changedNodes: readonly BuildNode[];
}

export interface ProgressFeedOptions {
  /** Called at most once in `minIntervalMs`, and always with the last state. */
  readonly onUpdate?: ((update: ProgressUpdate) => void) | undefined;
  /** Readable log text, as soon as it is there. */
  readonly onLog?: ((text: string) => void) | undefined;
  readonly minIntervalMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A {@link NixProgress} with a clock: takes output as it comes and tells of it at a pace that a window can follow. */
export class ProgressFeed implements Disposable {
  readonly #progress = new NixProgress();
  readonly #options: ProgressFeedOptions;
  readonly #minIntervalMs: number;
  readonly #now: () => number;
  #lastUpdateAt = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #dueAt = 0;

  constructor(options: ProgressFeedOptions) {
    this.#options = options;
    this.#minIntervalMs = options.minIntervalMs ?? 100;
    this.#now = options.now ?? Date.now;
  }

  push(chunk: string): void {
    this.#log(this.#progress.push(chunk, this.#now()));
    this.#updateSoon();
  }

  /** See {@link NixProgress.setInputs}. */
  setInputs(inputs: ReadonlyMap<string, readonly string[]>): void {
    this.#progress.setInputs(inputs);
    this.#updateSoon();
  }

  /** Nix has ended; tells the last state at once and returns it. */
  finish(hasSucceeded: boolean): ProgressView {
    this.#log(this.#progress.finish(this.#now(), hasSucceeded));
    this[Symbol.dispose]();
    return this.#update();
  }

  get view(): ProgressView {
    return this.#progress.view(this.#now());
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #log(text: string): void {
    if (text !== '') this.#options.onLog?.(text);
  }

  #updateSoon(): void {
    if (this.#options.onUpdate === undefined) return;
    const waitMs = this.#lastUpdateAt + this.#minIntervalMs - this.#now();
    if (waitMs > 0) {
      this.#wake(waitMs);
      return;
    }
    this[Symbol.dispose]();
    const { bytes, downloads } = this.#update();
    if ((bytes.perSecond ?? 0) > 0 || (downloads.perSecond ?? 0) > 0) this.#wake(stallCheckMs);
  }

  #wake(afterMs: number): void {
    const dueAt = this.#now() + afterMs;
    if (this.#timer !== null && this.#dueAt <= dueAt) return;
    this[Symbol.dispose]();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#updateSoon();
    }, afterMs);
    this.#timer.unref();
  }

  #update(): ProgressView {
    this.#lastUpdateAt = this.#now();
    const view = this.view;
    this.#options.onUpdate?.({ view, changedNodes: this.#progress.takeChangedNodes() });
    return view;
  }
}

export function createProgressFeed(options: ProgressFeedOptions): ProgressFeed {
  return new ProgressFeed(options);
}
