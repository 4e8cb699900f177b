import { expect, test } from 'vitest';
import { Limit } from '../../../../electron/engine/deploy/limits.ts';

const never = new AbortController().signal;

/** All that can go on by itself has gone on. */
const settled = () => new Promise((resolve) => void setImmediate(resolve));

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

test('another number holds from then on: more are let in at once, and fewer when those that run have ended', async () => {
  const limit = new Limit(1);
  const pieces = [piece(), piece(), piece(), piece()];
  const begun: number[] = [];
  const all = pieces.map(({ work }, index) =>
    limit.run(never, () => {
      begun.push(index);
      return work();
    }),
  );
  expect(begun).toEqual([0]);
  limit.places = 3;
  await Promise.resolve();
  await Promise.resolve();
  expect(begun).toEqual([0, 1, 2]);
  limit.places = 1;
  pieces[0]?.end();
  pieces[1]?.end();
  await Promise.all(all.slice(0, 2));
  expect(begun).toEqual([0, 1, 2]);
  pieces[2]?.end();
  await all[2];
  pieces[3]?.end();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('work that lends its place goes on beside the next one, and gives back nothing more when it ends', async () => {
  const limit = new Limit(2);
  const pieces = [piece(), piece(), piece(), piece(), piece()];
  const begun: number[] = [];
  const lends: (() => void)[] = [];
  const all = pieces.map(({ work }, index) =>
    limit.run(never, (lend) => {
      begun.push(index);
      lends[index] = lend;
      return work();
    }),
  );
  lends[0]?.();
  lends[0]?.();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  // One of two is lent; the second stays.
  lends[1]?.();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  pieces[0]?.end();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  pieces[1]?.end();
  await settled();
  expect(begun).toEqual([0, 1, 2, 3]);
  // It has ended and has nothing to lend.
  lends[1]?.();
  await settled();
  expect(begun).toEqual([0, 1, 2, 3]);
  pieces.forEach(({ end }) => end());
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('a single place is not lent', async () => {
  const limit = new Limit(1);
  const first = piece();
  let lendFirst = (): void => undefined;
  const running = limit.run(never, (lend) => {
    lendFirst = lend;
    return first.work();
  });
  let hasBegun = false;
  const second = limit.run(never, async () => {
    hasBegun = true;
  });
  lendFirst();
  await settled();
  expect(hasBegun).toBe(false);
  first.end();
  await Promise.all([running, second]);
});
