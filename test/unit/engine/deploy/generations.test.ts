import { expect, test } from 'vitest';
import { oldGenerations, whyAllKept, whyKept } from '../../../../shared/fleet/generations.ts';
import { parseRoom } from '../../../../electron/engine/generations/room.ts';
import { chooseGeneration, parseGenerations, parseProfile } from '../../../../electron/engine/deploy/generations.ts';

const hash = 'a'.repeat(32);
const text = [
  'Welcome!',
  'running\t/nix/store/b',
  'booted\t/nix/store/a',
  'next\tsystem-12-link',
  `generation\t9\t/nix/store/a\t1000\t25.05\t/nix/store/${hash}-linux-6.6.1`,
  'generation\t12\t/nix/store/b\t3000\t25.11\t',
  'generation\t10\t/nix/store/c\t2000\t25.11\t',
  'protected\t9\t/nix/store/a',
  'protected\t10\t/nix/store/of-before',
  'end\tyes',
].join('\n');
const generations = parseGenerations(text) ?? [];

test('the generations of a host are read, the newest first', () => {
  expect(generations.map(({ number }) => number)).toEqual([12, 10, 9]);
  expect(generations[0]).toMatchObject({ isRunning: true, isBooted: false, isNext: true, at: 3_000_000 });
  expect(generations[2]).toMatchObject({ isBooted: true, kernel: 'linux-6.6.1', nixosVersion: '25.05' });
  expect(parseGenerations(text.replace('end\tyes', ''))).toBeNull();
});

test('a generation that deploy-rs made is the system in it, and its mark is for the whole', () => {
  const made = '/nix/store/made';
  const said = text
    .replace('\t25.11\t\n', `\t25.11\t\t${made}\n`)
    .replace('end\tyes', `protected\t12\t${made}\nend\tyes`);
  expect(parseGenerations(said)?.[0]).toMatchObject({
    number: 12,
    system: '/nix/store/b',
    profile: made,
    isRunning: true,
    isProtected: true,
  });
  expect(generations[0]).toMatchObject({ system: '/nix/store/b', profile: '/nix/store/b', isProtected: false });
});

test('a host says when it was started, and what its clock shows', () => {
  const said = text.replace('/nix/store/a\n', '/nix/store/a\t2500.5\nnow\t5000.25\n');
  expect(parseProfile(said, 4_000_000)).toMatchObject({
    generations: [{ number: 12 }, { number: 10 }, { number: 9 }],
    booted: { system: '/nix/store/a', at: 2_500_500 },
    aheadMs: 1_000_250,
  });
  expect(parseProfile(text, 4_000_000)).toMatchObject({ booted: null, aheadMs: 0 });
  expect(parseProfile('now\t1', 0)).toBeNull();
});

test('one by its number', () => {
  const number = (to: Parameters<typeof chooseGeneration>[2]) => chooseGeneration('nas', generations, to).number;
  expect(number({ generation: 9 })).toBe(9);
  expect(() => number({ generation: 1 })).toThrow('has no such generation');
  expect(() => number({ generation: 11 })).toThrow('nas cannot go back to generation 11');
});

test('a mark protects the generation that it was given to, and no later one of its number', () => {
  expect(generations.map(({ number, isProtected }) => [number, isProtected])).toEqual([
    [12, false],
    [10, false],
    [9, true],
  ]);
});

test('old are all but the newest, or those of so many days ago; what is needed or protected stays', () => {
  const day = 86_400_000;
  const made = (number: number, more: object = {}) => ({
    ...generations[1],
    number,
    system: `/nix/store/${number}`,
    profile: `/nix/store/${number}`,
    at: number * day,
    nixosVersion: '',
    kernel: '',
    ...{ isRunning: false, isBooted: false, isNext: false, isProtected: false },
    ...more,
  });
  const all = [
    made(9, { isNext: true }),
    made(8, { isRunning: true }),
    made(7),
    made(6, { isBooted: true }),
    made(5, { isProtected: true }),
    made(4),
  ];
  const old = (which: Parameters<typeof oldGenerations>[1]) =>
    oldGenerations(all, which, 9 * day).map(({ number }) => number);
  expect(old({ keep: 1 })).toEqual([7, 4]);
  expect(old({ keep: 3 })).toEqual([4]);
  expect(old({ olderThanDays: 3 })).toEqual([4]);
  expect(all.map(whyKept)).toEqual([
    'It is what boots next.',
    'It runs.',
    null,
    'It was booted: its modules may still be wanted.',
    'It is protected.',
    null,
  ]);
});

test('of a host that runs a system on trial nothing is old, and why is told', () => {
  const trial = parseGenerations(text.replace('end\tyes', 'trial\tyes\nend\tyes')) ?? [];
  expect(oldGenerations(trial, { keep: 1 }, 0)).toEqual([]);
  expect(trial.map(whyKept)[1]).toBe('Its host runs a system on trial, and may go back to this one.');
  expect(whyAllKept(trial)?.reason).toContain('on trial');
  expect(whyAllKept(generations)).toBeNull();
});

test('what deleting frees is the sum of what the host says, and nothing where its answer is cut off', () => {
  const path = (name: string) => `/nix/store/${hash}-${name}`;
  const answer = [`only\t${path('a')}\t  1000`, `only\t${path('b')} \t24`, `garbage\t${path('c')}\t7`, 'end\tyes'];
  expect(parseRoom(answer.join('\n'))).toEqual({ onlyBytes: 1024, garbageBytes: 7 });
  expect(parseRoom(answer.slice(0, 3).join('\n'))).toBeNull();
});
