import { describe, expect, it } from 'vitest';
import { explainState, hostsToRetry, jobDurationMs } from '../../../../renderer/deploy/job-words.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';
import { aDetail, aSummary, JOB, named } from '../invented.ts';

const outcome = (state: HostOutcome['state']): HostOutcome => ({ state, generation: null, system: null });

describe('what a job’s state means is said in words', () => {
  it('a waiting job names the job and the host that it waits for', () => {
    const waitingFor = { jobId: JOB, host: named('nas'), title: 'Deploy all' };
    expect(explainState(aDetail(aSummary(['nas'], { state: 'queued', waitingFor })))).toMatch(/‘Deploy all’.*nas/);
  });
  it('a partial job names the hosts that are missing', () => {
    const detail = aDetail(aSummary(['a', 'b', 'c'], { state: 'partial' }), {
      outcomes: { a: outcome('succeeded'), b: outcome('failed') },
    });
    expect(explainState(detail)).toBe('1 of 3 hosts done. Not done: b, c.');
    const error = { code: 'deploy-offline-later', title: '', evidence: '', advice: [] };
    const putOff = aDetail(aSummary(['a', 'b', 'c'], { state: 'partial' }), {
      outcomes: { a: outcome('succeeded'), b: { ...outcome('skipped'), error } },
    });
    expect(explainState(putOff)).toBe('1 of 3 hosts done. Deployed when back: b. Not done: c.');
    const switched = aDetail(aSummary(['a', 'b'], { state: 'partial' }), {
      outcomes: { a: outcome('succeeded'), b: outcome('switched-with-failures') },
    });
    expect(explainState(switched)).toBe('All were switched. On b units failed.');
  });
  it('a cancelled job says what stays', () => {
    const summary = aSummary(['a', 'b'], { state: 'cancelled' });
    expect(explainState(aDetail(summary))).toMatch(/before any host was changed/);
    expect(explainState(aDetail(summary, { outcomes: { a: outcome('succeeded') } }))).toMatch(/a was done before/);
  });
  it('an interrupted job guesses nothing', () => {
    expect(explainState(aDetail(aSummary(['a'], { state: 'interrupted' })))).toMatch(/Nothing is guessed/);
  });
  it('a job that runs or succeeded needs no explanation', () => {
    expect(explainState(aDetail(aSummary(['a'])))).toBeNull();
    expect(explainState(aDetail(aSummary(['a'], { state: 'succeeded' })))).toBeNull();
  });
});

it('a retry takes every host that is not where it should be, also those that were never reached', () => {
  const outcomes = {
    a: outcome('succeeded'),
    b: outcome('unchanged'),
    c: outcome('switched-with-failures'),
    d: outcome('failed'),
  };
  expect(hostsToRetry(aDetail(aSummary(['a', 'b', 'c', 'd', 'e'], { state: 'partial' }), { outcomes }))).toEqual([
    'c',
    'd',
    'e',
  ]);
});

it('a job’s duration runs until it ends and is unknown before it begins', () => {
  expect(jobDurationMs(aSummary(['a'], { startedAt: null }), 5000)).toBeNull();
  expect(jobDurationMs(aSummary(['a'], { startedAt: 1000 }), 5000)).toBe(4000);
  expect(jobDurationMs(aSummary(['a'], { startedAt: 1000, endedAt: 3000 }), 5000)).toBe(2000);
});
