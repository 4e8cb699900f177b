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

/**
 * What a suite came to, from what its reporter wrote and how the suite ended. A suite that ran no test tests nothing,
 * and one that ended badly without a failed test broke elsewhere: both are failures.
 */
export function judgeSuite(
  found: Counts | null,
  exitCode: number | null,
): { counts: Counts; complaint: string | null } {
  const failedBy = (complaint: string, counts: Counts) => ({
    counts: { ...counts, failed: counts.failed + 1 },
    complaint,
  });
  if (found === null) return failedBy('it ended without saying what it ran', { passed: 0, failed: 0, skipped: [] });
  if (found.passed + found.failed === 0) return failedBy('no test ran', found);
  if (exitCode !== 0 && found.failed === 0) return failedBy(`exit status ${exitCode} without a failed test`, found);
  return { counts: found, complaint: null };
}
