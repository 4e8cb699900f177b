import { describe, expect, it } from 'vitest';
import { drawerJobs, summarizeJobs } from '../../../../renderer/jobs/drawer-jobs.ts';
import { filterJobs } from '../../../../renderer/jobs/job-filter.ts';
import { jobId } from '../../../../shared/contract/ids.ts';
import type { JobState } from '../../../../shared/contract/job.ts';
import { aSummary, JOB, named } from '../invented.ts';

const NOW = new Date(2026, 10, 21, 14, 0).getTime();
const job = (number: number, state: JobState, hosts = ['a'], ageMs = 0) =>
  aSummary(hosts, {
    id: jobId.parse(`20261121-031500-00000${number}`),
    title: `Deploy ${hosts.join(' ')}`,
    state,
    queuedAt: NOW - ageMs,
  });

describe('the drawer', () => {
  it('shows running jobs, then waiting ones, then the latest that are over', () => {
    const jobs = [job(1, 'queued'), job(2, 'succeeded'), job(3, 'running'), job(4, 'failed')];
    expect(drawerJobs(jobs).map(({ state }) => state)).toEqual(['running', 'queued', 'succeeded', 'failed']);
  });
  it('keeps the end of a long history out', () => {
    const jobs = Array.from({ length: 30 }, (_, index) => job(index % 10, 'succeeded'));
    expect(drawerJobs(jobs).length).toBeLessThan(10);
  });
  it('sums up in one line', () => {
    const waiting = { ...job(1, 'queued'), waitingFor: { jobId: JOB, host: named('db2'), title: 'x' } };
    const jobs = [waiting, job(2, 'running'), job(3, 'succeeded', ['a'], 30 * 3_600_000)];
    expect(summarizeJobs(jobs, NOW)).toBe('1 running · 1 waiting for db2 · 2 today');
    expect(summarizeJobs([], NOW)).toBe('');
  });
});

describe('the history', () => {
  const jobs = [job(1, 'succeeded', ['web', 'nas']), job(2, 'partial', ['db']), job(3, 'running', ['nas'])];
  const found = (...args: [string, Parameters<typeof filterJobs>[2]]): string[] =>
    filterJobs(jobs, ...args).map(({ id }) => id.slice(-1));

  it('finds jobs by host, title and id', () => {
    expect(found('nas', 'all')).toEqual(['1', '3']);
    expect(found('deploy DB', 'all')).toEqual(['2']);
    expect(found('000003', 'all')).toEqual(['3']);
  });
  it('counts what is only partly done among the failed', () => expect(found('', 'failed')).toEqual(['2']));
  it('shows what is not over', () => expect(found('', 'active')).toEqual(['3']));
});
