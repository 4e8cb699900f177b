import { expect, test } from 'vitest';
import type { Profile } from '../../../../electron/engine/deploy/generations.ts';
import { ranLast, wayBack } from '../../../../electron/engine/deploy/what-ran.ts';
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
  booted: { system: 'c', at: 60 },
  aheadMs: 0,
};
const ran = (at: number, system: string) => ({ jobId: id, at, system });
const at = (before: number, seen: ReturnType<typeof ran> | null = null, of = profile) => {
  const { generation, told } = wayBack('nas', of, { before }, seen);
  return [generation.number, told?.by, told?.at];
};

test('what ran at a time is what a job found last before it, whatever was made last', () => {
  expect(at(47)).toEqual([4, 'made', 40]);
  expect(at(47, ran(45, 'c'))).toEqual([3, 'history', 45]);
  expect(wayBack('nas', profile, { before: 47 }, ran(45, 'c')).told?.jobId).toBe(id);
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
  const to = (target: Parameters<typeof wayBack>[2]) => wayBack('nas', profile, target, null);
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
