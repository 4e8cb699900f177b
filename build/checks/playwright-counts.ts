import { writeFileSync } from 'node:fs';
import type { FullResult, Reporter, Suite, TestCase, TestError } from '@playwright/test/reporter';
import { reasonOf } from './counts.ts';
import type { Counts } from './counts.ts';

/**
 * Writes what the end-to-end tests came to into the file that NIXSTEAD_COUNTS names. The reason of a skipped test is the
 * sentence given to `test.skip(condition, sentence)`.
 */
export default class PlaywrightCounts implements Reporter {
  private suite: Suite | undefined;
  private readonly errors: TestError[] = [];

  onBegin(_config: unknown, suite: Suite): void {
    this.suite = suite;
  }

  /** Errors outside of any test: a worker that dies, a file that cannot be read. */
  onError(error: TestError): void {
    this.errors.push(error);
  }

  onEnd(_result: FullResult): void {
    const counts: Counts = {
      passed: 0,
      failed: this.errors.map((error) => ({ test: 'outside of any test', reason: reasonOf(error) })),
      skipped: [],
    };
    for (const test of this.suite?.allTests() ?? []) {
      const outcome = test.outcome();
      const name = test.titlePath().filter(Boolean).join(' > ');
      if (outcome === 'expected') counts.passed += 1;
      // A test that passes only the second time has shown that it can fail.
      else if (outcome === 'unexpected' || outcome === 'flaky')
        counts.failed.push({ test: name, reason: reasonOf(firstError(test)) });
      else counts.skipped.push({ test: name, reason: whySkipped(test) });
    }
    const file = process.env['NIXSTEAD_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }

  printsToStdio(): boolean {
    return false;
  }
}

function firstError(test: TestCase): TestError | undefined {
  return test.results.find(({ error }) => error !== undefined)?.error;
}

function whySkipped(test: TestCase): string {
  return test.annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason is given';
}
