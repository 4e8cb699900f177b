import { expect, test } from 'vitest';
import { chooseGeneration, parseGenerations } from '../../../../electron/engine/deploy/generations.ts';

const hash = 'a'.repeat(32);
const text = [
  'Welcome!',
  'running\t/nix/store/b',
  'booted\t/nix/store/a',
  'next\tsystem-12-link',
  `generation\t9\t/nix/store/a\t1000\t25.05\t/nix/store/${hash}-linux-6.6.1`,
  'generation\t12\t/nix/store/b\t3000\t25.11\t',
  'generation\t10\t/nix/store/c\t2000\t25.11\t',
  'end\tyes',
].join('\n');
const generations = parseGenerations(text) ?? [];

test('the generations of a host are read, the newest first', () => {
  expect(generations.map(({ number }) => number)).toEqual([12, 10, 9]);
  expect(generations[0]).toMatchObject({ isRunning: true, isBooted: false, isNext: true, at: 3_000_000 });
  expect(generations[2]).toMatchObject({ isBooted: true, kernel: 'linux-6.6.1', nixosVersion: '25.05' });
  expect(parseGenerations(text.replace('end\tyes', ''))).toBeNull();
});

test('the one before, one by its number, and what there was at a time', () => {
  const number = (to: Parameters<typeof chooseGeneration>[2]) => chooseGeneration('nas', generations, to).number;
  expect(number('previous')).toBe(10);
  expect(number({ generation: 9 })).toBe(9);
  expect(number({ before: 2_500_000 })).toBe(10);
  expect(() => number({ before: 1 })).toThrow('has no such generation');
  expect(() => number({ generation: 11 })).toThrow('nas cannot go back to generation 11');
});
