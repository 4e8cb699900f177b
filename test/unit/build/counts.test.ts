import { describe, expect, it } from 'vitest';
import { isKept } from '../../../build/bench/bench.ts';
import { closingLine, failureLines, judgeSuite, reasonOf, skipLines, sumOf } from '../../../build/checks/counts.ts';
import { steps } from '../../../build/checks/steps.ts';

const nothing = { passed: 0, failed: [], skipped: [] };

describe('the end of npm test', () => {
  const total = sumOf([
    { ...nothing, passed: 3 },
    {
      passed: 1,
      failed: [
        { test: 'e', reason: 'no host' },
        { test: 'f', reason: 'no page' },
      ],
      skipped: [{ test: 'a > b', reason: 'not root' }],
    },
    {
      ...nothing,
      skipped: [
        { test: 'c', reason: 'no overlayfs' },
        { test: 'd', reason: 'no overlayfs' },
      ],
    },
  ]);

  it('is one line with the three counts', () => {
    expect(closingLine(total)).toBe('4 passed, 2 failed, 3 skipped');
  });

  it('says for every skipped test why, once per reason', () => {
    expect(skipLines(total)).toEqual(['2 tests: no overlayfs', 'a > b: not root']);
  });

  it('names each failed test, with what was wrong and where', () => {
    expect(failureLines(total)).toEqual(['e: no host', 'f: no page']);
    const stack = 'Error: a\n  at wait (lib/wait.js:1:2)\n  at test/e2e/a.spec.ts:12:3';
    expect(reasonOf({ message: '\u001b[31mExpected\u001b[39m a\n  but b', stack })).toBe(
      'Expected a but b (test/e2e/a.spec.ts:12)',
    );
    expect(reasonOf(undefined)).toBe('no reason is given');
    expect(reasonOf({ message: 'x'.repeat(5000) })).toHaveLength(400);
  });
});

describe('the steps of npm test', () => {
  it('have names that --only can tell apart', () => {
    const names = steps.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a suite', () => {
  it('that passed passes', () => {
    expect(judgeSuite('unit', { ...nothing, passed: 5 }, 0)).toEqual({ ...nothing, passed: 5 });
  });

  it.each([
    ['wrote nothing', null, 1],
    ['ran no test', nothing, 0],
    ['skipped every test', { ...nothing, skipped: [{ test: 'a', reason: 'b' }] }, 0],
    ['ended badly without a failed test', { ...nothing, passed: 5 }, 1],
    ['was killed', { ...nothing, passed: 5 }, null],
  ])('that %s failed', (_name, found, exitCode) => {
    expect(judgeSuite('unit', found, exitCode).failed).toMatchObject([{ test: 'unit' }]);
  });
});

describe('a figure', () => {
  const figure = { name: 'a', unit: 's', value: 1.2 };

  it('keeps its bound up to the bound itself', () => {
    expect(isKept({ ...figure, atMost: 1.2 })).toBe(true);
    expect(isKept({ ...figure, atMost: 1.19 })).toBe(false);
    expect(isKept({ ...figure, atLeast: 1.3 })).toBe(false);
    expect(isKept({ ...figure, value: NaN, atMost: 1 })).toBe(false);
  });
});
