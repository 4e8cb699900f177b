const windowMs = 3000;
const bucketMs = 200;
/** Below this much time a speed says nothing. */
const shortestMs = 400;

/** Bytes a second over the last three seconds, from samples whose times the caller gives (no clock in here). */
export class SpeedMeter {
  #samples: { at: number; bytes: number }[] = [];

  /** `bytes`: the running total. */
  sample(at: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && at - last.at < bucketMs && this.#samples.length > 1) {
      last.bytes = bytes;
      return;
    }
    if (last === undefined && bytes === 0) return;
    this.#samples.push({ at, bytes });
    const oldest = at - windowMs;
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= oldest) this.#samples.shift();
  }

  /** Null while there is too little to tell from. Falls towards 0 when no bytes arrive any more. */
  bytesPerSecond(now: number): number | null {
    const last = this.#samples.at(-1);
    if (last === undefined) return null;
    const from = this.#samples.find((sample) => sample.at >= now - windowMs) ?? last;
    const elapsed = now - from.at;
    if (elapsed < shortestMs) return null;
    return Math.round(((last.bytes - from.bytes) * 1000) / elapsed);
  }
}
