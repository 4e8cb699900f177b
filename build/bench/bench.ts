/** A figure that a bench took, with the bound that it has to keep. */
export interface Measurement {
  /** What was measured, as a short phrase. */
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** `value` must not be above (`atMost`) or below (`atLeast`) the bound. */
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What `value` was measured from, for the table: `2.1 s against 1.9 s`. */
  readonly detail?: string;
}

/** A file `test/bench/NAME.bench.ts` exports one as its default. */
export interface Bench {
  readonly name: string;
  /** Why it cannot run here, as a sentence; absent or null: it can. */
  whyNot?(): Promise<string | null>;
  run(): Promise<readonly Measurement[]>;
}

/** Whether a figure keeps its bounds. */
export function isKept({ value, atMost = Infinity, atLeast = -Infinity }: Measurement): boolean {
  return value <= atMost && value >= atLeast;
}
