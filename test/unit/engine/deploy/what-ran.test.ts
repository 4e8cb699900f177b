import { expect, test } from 'vitest';
import type { Profile } from '../../../../electron/engine/deploy/generations.ts';
import { broughtTo, ranLast, ranLately, wayBack } from '../../../../electron/engine/deploy/what-ran.ts';
import type { ToldOutcome } from '../../../../electron/engine/jobs/told-outcome.ts';
import type { Generation } from '../../../../shared/contract/generation.ts';
import { jobId } from '../../../../shared/contract/ids.ts';

const id = jobId.parse('20261121-140201-abcdef');

const made = (number: number, system: string, at: number): Generation => ({
  number,
  system,
  profile: system,
  at,
  nixosVersion: '',
  kernel: '',
  isRunning: false,
  isBooted: false,
  isNext: number === 5,
  isProtected: false,
});
/** 3 was made at 30, went back to at 45 and started at 60; 5 has the system of 2 again. */
const profile: Profile = {
  generations: [made(5, 'b', 50), made(4, 'd', 40), made(3, 'c', 30), made(2, 'b', 20)],
  running: 'b',
  booted: { system: 'c', at: 60 },
  aheadMs: 0,
};
const ran = (at: number, system: string) => ({ jobId: id, at, system });
const at = (before: number, seen: ReturnType<typeof ran> | null = null, of = profile) => {
  const { generation, told } = wayBack('nas', of, { before }, { ran: seen, ranLately: [] });
  return [generation.number, told?.by, told?.at];
};

test('what ran at a time is what a job found last before it, whatever was made last', () => {
  expect(at(47)).toEqual([4, 'made', 40]);
  expect(at(47, ran(45, 'c'))).toEqual([3, 'history', 45]);
  expect(wayBack('nas', profile, { before: 47 }, { ran: ran(45, 'c'), ranLately: [] }).told?.jobId).toBe(id);
});

test('what was made, or started, after the last job is newer than what that found', () => {
  expect(at(55, ran(45, 'c'))).toEqual([5, 'made', 50]);
  expect(at(70, ran(55, 'b'))).toEqual([3, 'boot', 60]);
  expect(at(70, ran(65, 'd'))).toEqual([4, 'history', 65]);
});

test('of two generations with one system it is the one that was there then', () => {
  expect(at(25, ran(22, 'b'))[0]).toBe(2);
  expect(at(58, ran(55, 'b'))[0]).toBe(5);
});

test('a clock that is wrong there is put right', () => {
  // By its own clock 4 was made after the job that went back from it.
  const ahead: Profile = {
    ...profile,
    aheadMs: 1000,
    generations: profile.generations.map((one) => ({ ...one, at: one.at + 1000 })),
  };
  expect(at(47, ran(45, 'c'), ahead)).toEqual([3, 'history', 45]);
});

test('what is no generation any more is not gone back to, and no other one in its place', () => {
  expect(() => at(47, ran(45, 'tested'))).toThrow('cannot go back to');
  expect(() => at(10)).toThrow('cannot go back to');
});

test('the generation before, and one by its number, need nothing that tells of them', () => {
  const to = (target: Parameters<typeof wayBack>[2]) => wayBack('nas', profile, target, { ran: null, ranLately: [] });
  expect(to('previous')).toMatchObject({ generation: { number: 4 }, told: null });
  expect(to({ generation: 2 })).toMatchObject({ generation: { number: 2 }, told: null });
});

test('a build says what it made, and a host that was not reached says nothing', () => {
  const told = (goal: string, system: string | null, kind = 'deploy'): ToldOutcome => ({
    jobId: id,
    kind,
    spec: { goal },
    at: 7,
    outcome: { state: 'succeeded', generation: null, system },
  });
  expect(ranLast([told('switch', null), told('build', 'x'), told('', 'y', 'inputs'), told('test', 'z')])).toEqual(
    ran(7, 'z'),
  );
  expect(ranLast([told('', 'installed', 'install')])).toEqual(ran(7, 'installed'));
  expect(ranLast([])).toBeNull();
});

/** Jobs of a host, the earliest first, as they are told: the latest first. */
type Told = [goal: string, system: string, more?: { back?: true; state?: 'reverted'; boots?: string }];
const history = (...jobs: Told[]): ToldOutcome[] =>
  jobs
    .map(([goal, system, { back, state, boots } = {}], index): ToldOutcome => ({
      jobId: id,
      kind: 'deploy',
      spec: { goal, rollbackTo: back === true ? { generation: 1 } : null },
      at: index,
      outcome: { state: state ?? 'succeeded', generation: null, system, ...(boots === undefined ? {} : { boots }) },
    }))
    .reverse();

/** Generations 1 (system a), 2 (b), …; the profile points to the newest, or to that of `next`. */
const previous = (systems: string, running: string, told: ToldOutcome[], next = systems.at(-1)): number => {
  const generations = [...systems].map((system, index) => ({
    ...made(index + 1, system, index),
    isNext: system === next,
    isRunning: system === running,
  }));
  const of: Profile = { generations: generations.reverse(), running, booted: null, aheadMs: 0 };
  return wayBack('nas', of, 'previous', { ran: null, ranLately: ranLately(told) }).generation.number;
};

test('previous is what ran before, not the number below', () => {
  const leftC = history(
    ['switch', 'a'],
    ['switch', 'b'],
    ['switch', 'c'],
    ['switch', 'a', { back: true }],
    ['switch', 'd'],
  );
  expect(previous('abcd', 'd', leftC)).toBe(1);
  expect(previous('abcd', 'd', history(['switch', 'c'], ['switch', 'd']))).toBe(3);
  // It was made to run an older one, and boots what ran last as far as anybody here saw.
  expect(previous('abc', 'a', history(['switch', 'b'], ['switch', 'c']))).toBe(3);
  // A deploy that went back by itself changed nothing.
  expect(previous('abc', 'c', history(['switch', 'b'], ['switch', 'c'], ['switch', 'c', { state: 'reverted' }]))).toBe(
    2,
  );
});

test('going back once more goes further back', () => {
  const once = history(['switch', 'a'], ['switch', 'b'], ['switch', 'c'], ['switch', 'b', { back: true }]);
  expect(previous('abc', 'b', once, 'b')).toBe(1);
});

test('before what is only tested is what boots; what has not run yet is left for what runs', () => {
  const tested = history(['switch', 'a'], ['switch', 'b'], ['test', 'x']);
  expect(previous('ab', 'x', tested)).toBe(2);
  expect(previous('ab', 'x', [])).toBe(2);
  expect(previous('abc', 'b', history(['switch', 'a'], ['switch', 'b'], ['boot', 'b', { boots: 'c' }]))).toBe(2);
});

test('where the history does not tell what runs, or that is no generation any more, it is the one below', () => {
  expect(previous('abcd', 'd', history(['switch', 'a'], ['switch', 'c']))).toBe(3);
  expect(previous('abcd', 'd', [])).toBe(3);
  expect(previous('bcd', 'd', history(['switch', 'a'], ['switch', 'd']))).toBe(2);
});

test('what jobs brought to a host is known, and what they found there is not', () => {
  expect(broughtTo(history(['switch', 'a'], ['test', 'b', { boots: 'foreign' }]))).toEqual(['b', 'a']);
  expect(broughtTo(history(['boot', 'foreign', { boots: 'a' }]))).toEqual(['a']);
  expect(broughtTo(history(['dry-activate', 'foreign'], ['build', 'x'], ['keys', 'foreign']))).toEqual([]);
  expect(broughtTo(history(['switch', 'foreign', { state: 'reverted' }]))).toEqual([]);
  expect(broughtTo(history(['switch', 'a', { boots: 'wrapped-a' }]))).toEqual(['a', 'wrapped-a']);
});
