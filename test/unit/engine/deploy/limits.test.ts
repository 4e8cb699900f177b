import { expect, test } from 'vitest';
import { Limit } from '../../../../electron/engine/deploy/limits.ts';

const never = new AbortController().signal;

/** Work that ends when the test says so. */
function piece() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

test('lets so many work at once, and the next in order when one has ended', async () => {
  const limit = new Limit(2);
  const begun: number[] = [];
  const pieces = [piece(), piece(), piece(), piece()];
  const begins = pieces.map(() => Promise.withResolvers<void>());
  const all = pieces.map(({ work }, index) =>
    limit.run(never, () => {
      begun.push(index);
      begins[index]?.resolve();
      return work();
    }),
  );
  expect(begun).toEqual([0, 1]);
  pieces[1]?.end();
  await begins[2]?.promise;
  expect(begun).toEqual([0, 1, 2]);
  pieces[0]?.end();
  await begins[3]?.promise;
  expect(begun).toEqual([0, 1, 2, 3]);
  pieces.forEach(({ end }) => end());
  await Promise.all(all);
});

test('work that fails gives its place back', async () => {
  const limit = new Limit(1);
  await expect(limit.run(never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await limit.run(never, async () => 'next')).toBe('next');
});

test('who is cancelled while waiting leaves, and nobody loses a place', async () => {
  const limit = new Limit(1);
  const first = piece();
  const running = limit.run(never, first.work);
  const cancel = new AbortController();
  const cancelled = limit.run(cancel.signal, async () => 'never');
  const third = limit.run(never, async () => 'third');
  cancel.abort(new Error('cancelled'));
  await expect(cancelled).rejects.toThrow('cancelled');
  first.end();
  await running;
  expect(await third).toBe('third');
});

test('who is cancelled at the moment of being called gives the place on', async () => {
  const limit = new Limit(1);
  const first = piece();
  const running = limit.run(never, first.work);
  const cancel = new AbortController();
  const second = limit.run(cancel.signal, async () => 'never');
  const third = limit.run(never, async () => 'third');
  first.end();
  await running;
  cancel.abort(new Error('cancelled'));
  await expect(second).rejects.toThrow('cancelled');
  expect(await third).toBe('third');
});
