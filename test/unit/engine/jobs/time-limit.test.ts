import { expect, test } from 'vitest';
import { withinAfterCancel } from '../../../../electron/engine/jobs/time-limit.ts';

const never = new Promise<string>(() => undefined);

test('without a cancellation work may take its time', async () => {
  const work = new Promise<string>((resolve) => setTimeout(() => resolve('done'), 30));
  expect(await withinAfterCancel(work, new AbortController().signal, 1)).toBe('done');
});

test('work that does not end after a cancellation is left behind', async () => {
  const cancellation = new AbortController();
  const result = withinAfterCancel(never, cancellation.signal, 5);
  cancellation.abort();
  expect(await result).toBe('timed-out');
  expect(await withinAfterCancel(never, AbortSignal.abort(), 5)).toBe('timed-out');
});

test('work that ends in time after a cancellation has its result, or its error', async () => {
  expect(await withinAfterCancel(Promise.resolve('looked'), AbortSignal.abort(), 1000)).toBe('looked');
  await expect(withinAfterCancel(Promise.reject(new Error('no')), AbortSignal.abort(), 1000)).rejects.toThrow('no');
});
