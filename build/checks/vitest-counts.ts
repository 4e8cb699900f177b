import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import type { Counts } from './counts.ts';

/**
 * Writes what the suite came to into the file that NIXSTEAD_COUNTS names. A test that did not run because its set-up
 * failed counts as failed; a skipped one carries the reason given to `context.skip(reason)`, or the one in the name of
 * its `describe`, after "skipped: ".
 */
export default class VitestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      const brokenSuites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
      counts.failed += brokenSuites.length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed' || brokenSuites.some((suite) => holds(suite, test.parent)))
          counts.failed += 1;
        else {
          const note = result.state === 'skipped' ? result.note : undefined;
          const reason = note ?? /skipped: (.+?)(?= > |$)/.exec(test.fullName)?.[1] ?? 'no reason is given';
          counts.skipped.push({ test: test.fullName, reason });
        }
      }
    }
    const file = process.env['NIXSTEAD_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }
}

/** Whether `suite` is `inner` or one of the suites around it. */
function holds(suite: TestModule | TestSuite, inner: TestModule | TestSuite): boolean {
  return suite === inner || (inner.type === 'suite' && holds(suite, inner.parent));
}
