import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareOut } from '../../../../electron/engine/deploy/evaluate.ts';

const hosts = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('hosts are shared out among the cores', () => {
  expect(shareOut(hosts(10), 40, 2, 4)).toEqual({ shares: [hosts(5), [5, 6, 7, 8, 9]], chunkSize: 20 });
  expect(shareOut(hosts(1), 40, 8, 4).shares).toEqual([[0]]);
});

test('where the memory takes one host there is one evaluation at a time', () => {
  expect(shareOut(hosts(3), 1, 8, 4)).toEqual({ shares: [[0, 1, 2]], chunkSize: 1 });
});

test('every host is evaluated once, and together never more than fit the memory', () => {
  const small = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), small, small, (count, fitting, cores) => {
      const { shares, chunkSize } = shareOut(hosts(count), fitting, cores, 4);
      expect(shares.flat()).toEqual(hosts(count));
      expect(shares.length).toBeLessThanOrEqual(cores);
      expect(chunkSize * shares.length).toBeLessThanOrEqual(fitting);
    }),
  );
});
