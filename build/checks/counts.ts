import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const remark = z.object({ test: z.string(), reason: z.string() });

/** What a suite of tests came to. Each failed test says why; a reason of skipped tests may stand at many. */
export const counts = z.object({
  passed: z.int().nonnegative(),
  failed: z.array(remark),
  skipped: z.array(remark),
});
export type Counts = z.infer<typeof counts>;

export function sumOf(all: readonly Counts[]): Counts {
  return {
    passed: all.reduce((sum, { passed }) => sum + passed, 0),
    failed: all.flatMap(({ failed }) => failed),
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

/** One line per failed test, so that the end of a long output names each. */
export function failureLines({ failed }: Counts): string[] {
  return failed.map(({ test, reason }) => `${test}: ${reason}`);
}

/** An error's message in one line of at most 400 characters, and the first place in a file of `test/` that its stack names. */
export function reasonOf(error: { message?: string; stack?: string } | undefined): string {
  const message = stripVTControlCharacters(error?.message ?? 'no reason is given')
    .replace(/\s+/g, ' ')
    .trim();
  const place = /test\/[^\s:()]+:\d+/.exec(stripVTControlCharacters(error?.stack ?? ''))?.[0];
  return `${message.slice(0, 400)}${place === undefined ? '' : ` (${place})`}`;
}

/** The last line of `npm test`. */
export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}

/**
 * What a suite came to, from what its reporter wrote and how the suite ended. A suite that ran no test tests nothing,
 * and one that ended badly without a failed test broke elsewhere: both are failures.
 */
export function judgeSuite(name: string, found: Counts | null, exitCode: number | null): Counts {
  const { passed, failed, skipped } = found ?? { passed: 0, failed: [], skipped: [] };
  const failedBy = (reason: string) => ({ passed, failed: [...failed, { test: name, reason }], skipped });
  if (found === null) return failedBy('it ended without saying what it ran');
  if (passed + failed.length === 0) return failedBy('no test ran');
  if (exitCode !== 0 && failed.length === 0) return failedBy(`exit status ${exitCode} without a failed test`);
  return found;
}
