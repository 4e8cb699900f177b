import { z } from 'zod';

/** What a suite of tests came to. A reason stands for every skipped test; one reason may cover many. */
export const counts = z.object({
  passed: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  skipped: z.array(z.object({ test: z.string(), reason: z.string() })),
});
export type Counts = z.infer<typeof counts>;

export function sumOf(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    skipped: all.flatMap(({ skipped }) => skipped),
  };
}

/** One line per reason, most tests first: what was skipped is said, not only counted. */
export function skipLines({ skipped }: Counts): string[] {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return [...byReason]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, tests]) =>
      tests.length === 1 ? `${tests[0]?.test ?? ''}: ${reason}` : `${tests.length} tests: ${reason}`,
    );
}

/** The last line of `npm test`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}
