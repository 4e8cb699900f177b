import { expect, test } from 'vitest';
import type { DeployPreview } from '../../../../shared/contract/deploy.ts';
import type { HostStatus } from '../../../../shared/contract/host.ts';
import type { JobDetail, Watchdog } from '../../../../shared/contract/job.ts';
import { announcement, guardsOf, guardText, sinceThen } from '../../../../renderer/deploy/guards.ts';
import { checkLines, guardSummary, watchdogOfRequest } from '../../../../renderer/deploy/guard-words.ts';
import { aDetail, aStatus, aStep, aSummary, named } from '../invented.ts';

const armed = (deadlineAt: number, more: Partial<Watchdog> = {}): Watchdog => ({
  state: 'armed',
  seconds: 60,
  deadlineAt,
  reason: '',
  ...more,
});
const job = (watchdogs: JobDetail['watchdogs'], more: Partial<JobDetail> = {}): JobDetail =>
  aDetail(aSummary(Object.keys(watchdogs)), { watchdogs, ...more });

test('those with the least time stand first, and what was armed just now is not shown yet', () => {
  const detail = job({ late: armed(59_000), soon: armed(10_500), fresh: armed(60_000) });
  expect(guardsOf(detail, 1000).map(({ host, secondsLeft }) => [host, secondsLeft])).toEqual([
    ['soon', 10],
    ['late', 58],
  ]);
});

test('a host is no longer guarded once it was kept, went back or has an outcome', () => {
  const detail = job(
    { kept: armed(60_000, { state: 'kept' }), back: armed(60_000, { state: 'reverted' }), over: armed(60_000) },
    { outcomes: { over: { state: 'succeeded', generation: 2, system: null } } },
  );
  expect(guardsOf(detail, 30_000)).toEqual([]);
});

test('a time that is over, a host that goes back and a job that ended before are told apart', () => {
  const state = (detail: JobDetail): string | undefined => guardsOf(detail, 61_000)[0]?.state;
  expect(state(job({ nas: armed(60_000) }))).toBe('due');
  expect(state(job({ nas: armed(60_000, { state: 'reverting', reason: 'tcp 22: refused' }) }))).toBe('reverting');
  const left = job({ nas: armed(60_000) });
  const interrupted: JobDetail = { ...left, summary: { ...left.summary, state: 'interrupted' } };
  expect(guardsOf(interrupted, 59_000)[0]?.state).toBe('left');
  expect(state(interrupted)).toBe('past');
});

test('after its time nobody is told that a host goes back, but what it has said since', () => {
  const spec = { hosts: [{ name: 'nas', planned: { outPath: '/nix/store/new' } }] };
  const base = job({ nas: armed(60_000) }, { spec });
  const detail: JobDetail = { ...base, summary: { ...base.summary, state: 'interrupted' } };
  const [guard] = guardsOf(detail, 61_000);
  if (guard === undefined) throw new Error('it is not shown');
  expect(guardText(guard)).not.toMatch(/goes back/);
  const said = (status: Partial<HostStatus>, of = detail): string => sinceThen(of, guard, aStatus('nas', status));
  expect(said({ checkedAt: 59_000 })).toMatch(/as soon as it answers/);
  expect(said({ checkedAt: 70_000, reachability: 'offline' })).toMatch(/as soon as it answers/);
  expect(said({ checkedAt: 70_000, generation: 4 })).toBe(
    'It answers, and does not run the new system; it boots generation 4.',
  );
  expect(said({ checkedAt: 70_000, currentSystem: '/nix/store/new' })).toMatch(/runs the new system all the same/);
  expect(said({ checkedAt: 70_000 }, { ...detail, spec: {} })).toMatch(/The fleet page shows what it runs/);
});

test('what is told names the activation that runs, or the reason for going back', () => {
  const activating = job({ nas: armed(60_000) }, { steps: [aStep('nas', 'activate', 'running')] });
  expect(guardsOf(activating, 10_000).map(guardText)[0]).toMatch(/is being activated/);
  const going = job({ nas: armed(60_000, { state: 'reverting', reason: 'tcp 22: refused' }) });
  expect(guardsOf(going, 10_000).map(guardText)[0]).toMatch(/tcp 22: refused/);
});

test('a screen reader hears of a countdown when it begins and when little is left, not each second', () => {
  const heard = new Set(
    Array.from({ length: 58 }, (_, second) =>
      announcement(guardsOf(job({ nas: armed(60_000) }), 2000 + second * 1000)),
    ),
  );
  expect([...heard].filter((text) => text !== '')).toEqual([
    'nas goes back by itself unless it is confirmed within 60 seconds. Keep or revert?',
    'nas goes back by itself in less than 30 seconds. Keep or revert?',
    'nas goes back by itself in less than 10 seconds. Keep or revert?',
  ]);
});

const host = (name: string, watchdogSeconds: number | null, ...checks: string[]): DeployPreview['hosts'][number] => ({
  name: named(name),
  address: null,
  watchdogSeconds,
  waitsForChecks: false,
  checks: checks.map((check) => ({ name: check, kind: 'tcp' })),
  keys: 0,
  leavesOut: [],
  refusal: null,
});

test('the dialog says after how long hosts go back, also where they differ', () => {
  expect(guardSummary([host('a', 60), host('b', 60)], 'fleet')).toMatch(/^60 s after/);
  expect(guardSummary([host('a', 60), host('b', 90), host('c', null)], 'fleet')).toBe(
    'Goes back after 60 to 90 s, by host; not guarded: 1 host.',
  );
  expect(guardSummary([host('a', 60), { ...host('b', 90), waitsForChecks: true }], 60)).toBe(
    'Goes back after 60 to 90 s, by host. Longer than chosen on 1 host: health checks may take so long.',
  );
  expect(guardSummary(null, 'fleet')).toMatch(/60 s otherwise/);
  expect(guardSummary([host('a', null)], 'off')).toMatch(/stays so until somebody is at it/);
  expect([watchdogOfRequest('fleet'), watchdogOfRequest('off'), watchdogOfRequest(20)]).toEqual([undefined, 'off', 20]);
});

test('a check that several hosts have is named once', () => {
  expect(checkLines([host('a', 60, 'ssh', 'web'), host('b', 60, 'ssh')])).toEqual([
    { name: 'ssh', hosts: 'a, b' },
    { name: 'web', hosts: 'a' },
  ]);
});
