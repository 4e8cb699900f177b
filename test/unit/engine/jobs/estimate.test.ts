import { expect, test } from 'vitest';
import { hostName, jobId, type HostName } from '../../../../shared/contract/ids.ts';
import type { BuildNode, JobDetail, Stage, Step } from '../../../../shared/contract/job.ts';
import { emptyJobDetail } from '../../../../shared/jobs/view.ts';
import { estimateAtStart, estimateMsLeft, type History } from '../../../../electron/engine/jobs/estimate.ts';

const NOW = 100_000;
const step = (host: string, stage: Stage, more: Partial<Step> = {}): Step => ({
  ...{ host: hostName.parse(host), stage, state: 'waiting', done: 0, total: 0, unit: 'steps' },
  ...{ bytesPerSecond: null, note: '', startedAt: null, endedAt: null },
  ...more,
});
const node = (
  drv: string,
  state: BuildNode['state'],
  inputs: string[] = [],
  startedAt: number | null = null,
): BuildNode => ({
  ...{ drv, name: drv, state, kind: 'build', phase: null, machine: null, startedAt, endedAt: null, inputs },
});
const job = (steps: Step[], builds: JobDetail['builds'] = {}): JobDetail => ({
  ...emptyJobDetail(
    {
      ...{
        id: jobId.parse('20261121-031500-a1b2c3'),
        kind: 'deploy',
        title: '',
        fleetId: null,
        hosts: [],
        state: 'running',
      },
      ...{ queuedAt: 0, startedAt: 0, endedAt: null, waitingFor: null, stepsDone: 0, stepsTotal: 0 },
      ...{ estimatedMsLeft: null, pendingPrompt: null },
    },
    {},
  ),
  steps,
  builds,
});
const history = (stages: Record<string, number>, builds: Record<string, number> = {}): History => ({
  stage: (host: HostName, stage: Stage) => stages[`${host} ${stage}`] ?? null,
  build: (name) => builds[name] ?? null,
});

test('hosts go on side by side: the longest of them counts, with its stages one after the other', () => {
  const known = history({ 'web build': 3000, 'web copy': 1000, 'db build': 3500 });
  expect(estimateMsLeft(job([step('web', 'build'), step('web', 'copy'), step('db', 'build')]), known, NOW)).toBe(4000);
});

test('without history of a stage that is still to come there is no estimate', () => {
  const known = history({ 'web build': 3000 });
  expect(estimateMsLeft(job([step('web', 'build'), step('web', 'copy')]), known, NOW)).toBeNull();
  expect(estimateMsLeft(job([step('web', 'build', { state: 'done' })]), known, NOW)).toBeNull();
});

test('a running stage is expected to take what is left of it', () => {
  const running = step('web', 'activate', { state: 'running', startedAt: NOW - 1000 });
  expect(estimateMsLeft(job([running]), history({ 'web activate': 4000 }), NOW)).toBe(3000);
  expect(estimateMsLeft(job([running]), history({ 'web activate': 500 }), NOW)).toBe(0);
});

test('a copy that is well under way is measured by itself, also without history', () => {
  const copy = step('web', 'copy', { state: 'running', startedAt: NOW - 1000, done: 50, total: 200 });
  expect(estimateMsLeft(job([copy]), history({}), NOW)).toBeNull();
  expect(estimateMsLeft(job([{ ...copy, done: 100 }]), history({}), NOW)).toBe(1000);
});

test('a build takes as long as its longest chain of derivations, less what has passed', () => {
  const nodes = [
    node('kernel', 'running', [], NOW - 2000),
    node('system', 'waiting', ['kernel', 'tool']),
    node('tool', 'done'),
  ];
  const known = history({ 'web build': 1 }, { kernel: 10_000, system: 500, tool: 90_000 });
  expect(estimateMsLeft(job([step('web', 'build', { state: 'running' })], { web: nodes }), known, NOW)).toBe(8500);
});

test('derivations that were told as a circle do not hang the estimate', () => {
  const nodes = [node('a', 'waiting', ['b']), node('b', 'waiting', ['a'])];
  expect(estimateMsLeft(job([step('web', 'build')], { web: nodes }), history({}, { a: 10, b: 5 }), NOW)).toBe(15);
});

test('what a job would have been expected to take is told by the history alone, whatever it did', () => {
  const known = history({ 'web build': 3000, 'web copy': 1000 }, { kernel: 90_000 });
  const steps = [
    step('web', 'build', { state: 'done', startedAt: 0, endedAt: 7000 }),
    step('web', 'copy', { state: 'skipped' }),
  ];
  expect(estimateAtStart(job(steps, { web: [node('kernel', 'done')] }), known)).toBe(4000);
  expect(estimateAtStart(job([...steps, step('web', 'activate')]), known)).toBeNull();
  // Nothing of it had to be done, which was clear at the start.
  const isKnown = step('web', 'evaluate', { state: 'done', endedAt: 1 });
  expect(estimateAtStart(job([isKnown, ...steps]), known)).toBe(4000);
});
