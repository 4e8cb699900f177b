import { describe, expect, it } from 'vitest';
import { isKept } from '../../../build/bench/bench.ts';
import { closingLine, judgeSuite, skipLines, sumOf } from '../../../build/checks/counts.ts';
import { steps } from '../../../build/checks/steps.ts';

const nothing = { passed: 0, failed: 0, skipped: [] };

describe('the end of npm test', () => {
  const total = sumOf([
    { ...nothing, passed: 3 },
    { passed: 1, failed: 2, skipped: [{ test: 'a > b', reason: 'not root' }] },
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
});

describe('the steps of npm test', () => {
  it('have names that --only can tell apart', () => {
    const names = steps.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('a suite', () => {
  it('that passed passes', () => {
    expect(judgeSuite({ ...nothing, passed: 5 }, 0)).toEqual({ counts: { ...nothing, passed: 5 }, complaint: null });
  });

  it.each([
    ['wrote nothing', null, 1],
    ['ran no test', nothing, 0],
    ['skipped every test', { ...nothing, skipped: [{ test: 'a', reason: 'b' }] }, 0],
    ['ended badly without a failed test', { ...nothing, passed: 5 }, 1],
    ['was killed', { ...nothing, passed: 5 }, null],
  ])('that %s failed', (_name, found, exitCode) => {
    const { counts, complaint } = judgeSuite(found, exitCode);
    expect(counts.failed).toBe(1);
    expect(complaint).not.toBeNull();
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
