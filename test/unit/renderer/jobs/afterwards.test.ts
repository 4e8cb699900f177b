import { expect, test } from 'vitest';
import type { HostOutcome, JobDetail } from '../../../../shared/contract/job.ts';
import {
  compareJobs,
  isInComparedGroup,
  type ComparedGroup,
  type ComparedHost,
} from '../../../../renderer/jobs/compare-jobs.ts';
import { JobNewsReader, noticeOf, windowTitle } from '../../../../renderer/jobs/job-notices.ts';
import { jobSummaryText } from '../../../../renderer/jobs/job-summary-text.ts';
import { planSumText } from '../../../../renderer/deploy/plan.ts';
import { aDetail, aProblem, aStep, aSummary, JOB, named } from '../invented.ts';

const ended = (state: HostOutcome['state'], system: string | null): HostOutcome => ({ state, generation: 7, system });
const job = (hosts: readonly string[], more: Partial<JobDetail> = {}): JobDetail =>
  aDetail(aSummary(hosts, { state: 'partial', startedAt: 0, endedAt: 61_000 }), more);

test('a summary names every host with its result and times, and what went wrong with its proof', () => {
  const text = jobSummaryText(
    job(['nas', 'pi'], {
      steps: [aStep('nas', 'build', 'done', { startedAt: 0, endedAt: 4000 })],
      outcomes: { nas: ended('succeeded', '/nix/store/a'), pi: ended('reverted', null) },
      spec: { origin: { by: 'sam@desk', commit: { revision: '4f2c91e0', changedFiles: 3 } } },
      problems: [{ host: named('pi'), stage: 'confirm', problem: aProblem }],
    }),
  );
  expect(text).toMatch(/^Deploy nas, pi: partly done\n.*took 1 min 1 s, job 2026/);
  expect(text).toContain('by sam@desk, commit 4f2c91e0 and 3 changed files\n');
  expect(text).toContain('  nas  succeeded, generation 7  (build 4.0 s)\n');
  expect(text).toContain('  pi   went back, generation 7\n');
  expect(text).toContain('What went wrong:\n  pi: It broke\n    error: no\n');
});

test('a summary says which plan was carried out, and what it came to', () => {
  const changes: JobDetail['changes'][string] = {
    ...{ before: null, after: '/nix/store/a', packages: [], addedBytes: 3 * 1024 ** 2, removedBytes: 0 },
    units: { stopped: ['a.service'], restarted: ['b.service'], reloaded: [], started: [] },
    ...{ rebootFor: ['kernel'], risks: [], space: [], commits: null, isUnknown: false },
  };
  const carriedOut = { spec: { plan: JOB }, changes: { nas: changes } };
  const sum = '1 host would change · +3.0 MiB new in all · 2 units would stop or restart · 1 host would need a reboot';
  expect(jobSummaryText(job(['nas', 'pi'], carriedOut))).toContain(`as planned in job ${JOB}: ${sum}\n`);
  const failed = { nas: ended('failed', null) };
  expect(planSumText(job(['nas', 'pi'], { ...carriedOut, outcomes: failed }))).toBe(sum);
  // A plan that would not fit is none that would be carried out.
  expect(
    planSumText(job(['nas'], { spec: { goal: 'dry-activate' }, changes: { nas: changes }, outcomes: failed })),
  ).toBe(null);
  expect(planSumText(job(['nas']))).toBe(null);
});

test('two deploys are compared host by host and stage by stage; hosts of both stand first', () => {
  const first = job(['only', 'nas'], {
    steps: [
      aStep('nas', 'plan', 'done', { startedAt: 0, endedAt: 500 }),
      aStep('nas', 'evaluate', 'done', { startedAt: 0, endedAt: 1000 }),
      aStep('nas', 'copy', 'done', { startedAt: 1000, endedAt: 3000 }),
    ],
    outcomes: { nas: ended('succeeded', '/nix/store/a') },
  });
  const second = job(['nas'], {
    steps: [aStep('nas', 'copy', 'done', { startedAt: 0, endedAt: 900 })],
    outcomes: { nas: ended('reverted', '/nix/store/b') },
  });
  const [nas, only] = compareJobs(first, second);
  expect(nas).toMatchObject({ host: 'nas', took: [3000, 900], isSameSystem: false });
  expect(nas?.stages.find(({ stage }) => stage === 'copy')?.times).toEqual([2000, 900]);
  expect(nas?.outcomes.map((outcome) => outcome?.state)).toEqual(['succeeded', 'reverted']);
  expect(only).toMatchObject({ host: 'only', outcomes: [null, null], took: [null, null], isSameSystem: null });
  const groupsOf = (host: ComparedHost | undefined): ComparedGroup[] =>
    (['all', 'result', 'system'] as const).filter((group) => host && isInComparedGroup(host, group));
  expect(groupsOf(nas)).toEqual(['all', 'result', 'system']);
  expect(groupsOf(only)).toEqual(['all']);
});

test('a job is told of once, when it was seen under way and is over', () => {
  const jobs = new JobNewsReader();
  expect(jobs.take([aSummary(['old'], { state: 'succeeded' })])).toEqual([]);
  expect(jobs.take([aSummary(['nas'])])).toEqual([]);
  const over = aSummary(['nas'], { state: 'failed' });
  expect(jobs.take([over])).toEqual([{ kind: 'ended', job: over }]);
  expect(jobs.take([over])).toEqual([]);
  expect(noticeOf({ kind: 'ended', job: over })).toEqual({ title: 'Deploy nas: failed', body: 'nas' });
});

test('a wave that waits for a person, and one after which nothing goes on, are told of once, and stand in the title', () => {
  const jobs = new JobNewsReader();
  const prompt = { kind: 'go-on', host: null, fingerprint: null, knownFingerprint: null } as const;
  const text = '“canary” is through. Go on?';
  const asking = aSummary(['nas'], { state: 'running', pendingPrompt: { id: 'p1', text, ...prompt } });
  expect(jobs.take([asking])).toEqual([{ kind: 'asks', job: asking }]);
  expect(jobs.take([asking])).toEqual([]);
  expect(noticeOf({ kind: 'asks', job: asking })).toEqual({ title: 'Deploy nas: waits for you', body: text });
  const again = aSummary(['nas'], { state: 'running', pendingPrompt: { id: 'p2', text, ...prompt } });
  expect(jobs.take([again])).toHaveLength(1);
  const activity = {
    text: 'No other wave begins: nas failed in “canary” or before',
    done: 0,
    total: 2,
    isHalted: true,
  } as const;
  const halted = aSummary(['nas'], { state: 'running', activity });
  expect(jobs.take([halted])).toEqual([{ kind: 'halted', job: halted }]);
  expect(jobs.take([halted])).toEqual([]);
  expect(noticeOf({ kind: 'halted', job: halted })).toEqual({ title: 'Deploy nas: stopped', body: activity.text });
  expect(windowTitle([halted, asking], 'home')).toBe('(1) Deploy nas waits for you – home – Nixstead');
  expect(windowTitle([halted], 'home')).toBe('Deploy nas (stopped) – home – Nixstead');
  expect(windowTitle([], undefined)).toBe('Nixstead');
});
