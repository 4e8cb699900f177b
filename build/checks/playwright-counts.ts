import { writeFileSync } from 'node:fs';
import type { FullResult, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter';
import type { Counts } from './counts.ts';

/**
 * Writes what the end-to-end tests came to into the file that NIXSTEAD_COUNTS names. The reason of a skipped test is the
 * sentence given to `test.skip(condition, sentence)`.
 */
export default class PlaywrightCounts implements Reporter {
  private suite: Suite | undefined;
  private errors = 0;

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  /** Errors outside of any test: a worker that dies, a file that cannot be read. */
  onError(_error: TestError): void {
    this.errors += 1;
  }

  onEnd(_result: FullResult): void {
    const counts: Counts = { passed: 0, failed: this.errors, skipped: [] };
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome();
      if (outcome === 'expected') counts.passed += 1;
      // A test that passes only the second time has shown that it can fail.
      else if (outcome === 'unexpected' || outcome === 'flaky') counts.failed += 1;
      else counts.skipped.push({ test: test.titlePath().filter(Boolean).join(' > '), reason: reasonOf(test) });
    }
    const file = process.env['NIXSTEAD_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }

  printsToStdio(): boolean {
    return false;
  }
}

function reasonOf(test: TestCase): string {
  return test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason is given';
}
