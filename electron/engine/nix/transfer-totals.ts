import type { ByteCount } from './progress-view.ts';
import { SpeedMeter } from './speed-meter.ts';

/**
 * Sums the progress of many activities of one type as nix's own progress bar does (`getStatus`,
 * src/libmain/progress-bar.cc): what is over counts with what it did, what runs with what it expects, and some activity
 * may have told beforehand how much there will be in all (`setExpected`).
 */
export class TransferTotals {
  #done = 0;
  #expected = 0;
  #announced = 0;
  readonly #announcedBy = new Map<string, number>();
  readonly #speed = new SpeedMeter();

  /** Progress of one activity, as the difference to what it said before. */
  add(done: number, expected: number): void {
    this.#done += done;
    this.#expected += expected;
  }

  announce(activity: string, expected: number): void {
    this.#announced += expected - (this.#announcedBy.get(activity) ?? 0);
    this.#announcedBy.set(activity, expected);
  }

  sampleSpeed(at: number): void {
    this.#speed.sample(at, this.#done);
  }

  /** All is over and went well: what was announced has arrived, even where the last numbers were a few bytes short. */
  complete(): void {
    this.#expected = this.#done = Math.max(this.#done, this.#expected, this.#announced);
  }

  view(now: number): ByteCount {
    return {
      done: this.#done,
      total: Math.max(this.#expected, this.#announced),
      perSecond: this.#speed.bytesPerSecond(now),
    };
  }
}
