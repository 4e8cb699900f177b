import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';
import { reasonOf } from './counts.ts';
import type { Counts } from './counts.ts';

/**
 * Writes what the suite came to into the file that NIXSTEAD_COUNTS names. A test that did not run because its set-up
 * failed counts as failed; a skipped one carries the reason given to `context.skip(reason)`, or the one in the name of
 * its `describe`, after "skipped: ".
 */
export default class VitestCounts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts: Counts = {
      passed: 0,
      failed: unhandledErrors.map((error) => ({ test: 'outside of any test', reason: reasonOf(error) })),
      skipped: [],
    };
    for (const module of modules) {
      const brokenSuites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
      for (const suite of brokenSuites) {
        const test = suite.type === 'module' ? suite.relativeModuleId : suite.fullName;
        counts.failed.push({ test, reason: reasonOf(suite.errors()[0]) });
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') counts.failed.push({ test: name, reason: reasonOf(result.errors[0]) });
        else if (brokenSuites.some((suite) => holds(suite, test.parent)))
          counts.failed.push({ test: name, reason: 'its set-up failed' });
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
