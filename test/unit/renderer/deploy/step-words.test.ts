import { describe, expect, it } from 'vitest';
import { stepProgressText, stepResult, stepSentence, stepValueText } from '../../../../renderer/deploy/step-words.ts';
import { aStep } from '../invented.ts';

describe('a running step', () => {
  it('tells bytes and speed of a copy', () => {
    const copy = aStep('a', 'copy', 'running', {
      done: 1.2 * 1024 ** 3,
      total: 1.9 * 1024 ** 3,
      unit: 'bytes',
      bytesPerSecond: 11.3 * 1024 ** 2,
    });
    expect(stepProgressText(copy)).toBe('1.2 of 1.9 GiB · 11 MiB/s');
    expect(stepSentence(copy)).toBe('Copying 1.2 of 1.9 GiB');
  });
  it('tells what arrived of a copy whose size is not known', () => {
    expect(stepProgressText(aStep('a', 'copy', 'running', { done: 5 * 1024 ** 2, unit: 'bytes' }))).toBe('5.0 MiB');
  });
  it('tells counts and what is being built', () => {
    const build = aStep('a', 'build', 'running', { done: 8, total: 20, unit: 'derivations', note: 'linux-6.12' });
    expect(stepProgressText(build)).toBe('8 of 20 · linux-6.12');
    expect(stepSentence(build)).toBe('Building 8 of 20');
  });
  it('tells at least that it runs', () => {
    expect(stepValueText(aStep('a', 'plan', 'running'))).toBe('running');
    expect(stepSentence(aStep('a', 'plan', 'running'))).toBe('Planning');
  });
});

describe('a step that is over', () => {
  it('shows its note, else how long it took', () => {
    expect(stepResult(aStep('a', 'build', 'done', { note: '3 built' }))).toEqual({ tone: 'ok', word: '3 built' });
    expect(stepResult(aStep('a', 'evaluate', 'done', { startedAt: 0, endedAt: 1100 })).word).toBe('1.1 s');
    expect(stepResult(aStep('a', 'evaluate', 'done')).word).toBe('done');
  });
  it('shows failure in words', () => {
    expect(stepResult(aStep('a', 'activate', 'failed', { note: '1 unit failed' }))).toEqual({
      tone: 'bad',
      word: '1 unit failed',
    });
    expect(stepResult(aStep('a', 'activate', 'failed')).word).toBe('failed');
  });
  it('does not show what it was doing when it was cancelled', () => {
    expect(stepResult(aStep('a', 'build', 'cancelled', { note: 'linux-6.12' })).word).toBe('cancelled');
  });
  it('is told to screen readers with its result', () => {
    expect(stepValueText(aStep('a', 'build', 'done', { note: '3 built' }))).toBe('done, 3 built');
    expect(stepValueText(aStep('a', 'build', 'waiting'))).toBe('waiting');
  });
});
