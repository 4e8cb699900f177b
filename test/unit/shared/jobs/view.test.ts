import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostName, jobId } from '../../../../shared/contract/ids.ts';
import {
  jobDetail,
  jobEvent,
  type JobDetail,
  type JobEvent,
  type JobSummary,
} from '../../../../shared/contract/job.ts';
import { emptyJobDetail, foldJobEvent, isOver } from '../../../../shared/jobs/view.ts';

const web = hostName.parse('web');
const summary: JobSummary = {
  id: jobId.parse('20261121-031500-a1b2c3'),
  kind: 'deploy',
  title: 'Deploy web',
  fleetId: null,
  hosts: [web],
  state: 'queued',
  queuedAt: 1,
  startedAt: null,
  endedAt: null,
  waitingFor: { jobId: jobId.parse('20261121-031400-a1b2c3'), host: web, title: 'Deploy all' },
  stepsDone: 0,
  stepsTotal: 0,
  estimatedMsLeft: null,
  pendingPrompt: null,
};
const empty = emptyJobDetail(summary, { goal: 'switch' });

type WithoutEnvelope<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never;
const numbered = (events: readonly WithoutEnvelope<JobEvent>[]): JobEvent[] =>
  events.map((event, seq) => ({ ...event, seq, at: 1000 + seq }));
const fold = (events: readonly WithoutEnvelope<JobEvent>[], from: JobDetail = empty): JobDetail =>
  numbered(events).reduce(foldJobEvent, from);

const step = (stage: 'build' | 'copy' | 'activate', state: 'waiting' | 'running' | 'done' | 'failed') => ({
  type: 'step' as const,
  step: {
    host: web,
    stage,
    state,
    done: 1,
    total: 2,
    unit: 'derivations' as const,
    bytesPerSecond: 5,
    note: '',
    startedAt: 1,
    endedAt: null,
  },
});

test('a job that starts runs and waits for nobody', () => {
  const job = fold([{ type: 'started', pid: 7 }]);
  expect(job.summary).toMatchObject({ state: 'running', startedAt: 1000, waitingFor: null });
  expect(job.nextSeq).toBe(1);
});

test('a step replaces the one of the same host and stage, and the summary counts those that are over', () => {
  const job = fold([step('build', 'running'), step('copy', 'waiting'), step('build', 'done')]);
  expect(job.steps.map(({ stage, state }) => [stage, state])).toEqual([
    ['build', 'done'],
    ['copy', 'waiting'],
  ]);
  expect(job.summary).toMatchObject({ stepsDone: 1, stepsTotal: 2 });
});

test('nothing of a finished job is still running', () => {
  const finished = { type: 'finished' as const, state: 'cancelled' as const, problem: null };
  const prompt = {
    id: 'q',
    kind: 'confirm' as const,
    host: null,
    text: '?',
    fingerprint: null,
    knownFingerprint: null,
  };
  const job = fold([
    step('build', 'done'),
    step('copy', 'running'),
    step('activate', 'waiting'),
    { type: 'prompt', prompt },
    finished,
  ]);
  expect(job.steps.map(({ state, endedAt }) => [state, endedAt])).toEqual([
    ['done', null],
    ['cancelled', 1004],
    ['skipped', null],
  ]);
  expect(job.summary).toMatchObject({ state: 'cancelled', endedAt: 1004, pendingPrompt: null, stepsDone: 3 });
  expect(isOver(job.summary.state)).toBe(true);
});

test('a command is one entry, told when it starts and when it ends; the same one again is another', () => {
  const command = { host: web, stage: 'build' as const, where: 'here' as const, argv: ['nix', 'build'], env: {} };
  const other = { ...command, argv: ['nix', 'copy'] };
  const tell = (which: typeof command, exitCode: number | null) =>
    ({ type: 'command', command: which, exitCode }) as const;
  const job = fold([tell(command, null), tell(other, null), tell(command, 1), tell(command, null), tell(command, 0)]);
  expect(job.commands.map((each) => [each.command.argv[1], each.exitCode, each.at])).toEqual([
    ['build', 1, 1000],
    ['copy', null, 1001],
    ['build', 0, 1003],
  ]);
});

test('a build event changes the derivations that it names and leaves the others', () => {
  const node = (drv: string, state: 'waiting' | 'done') => ({
    ...{ drv, name: drv, state, kind: 'build' as const, phase: null, machine: null },
    ...{ startedAt: null, endedAt: null, inputs: [] },
  });
  const job = fold([
    { type: 'build', host: web, nodes: [node('a', 'waiting'), node('b', 'waiting')] },
    { type: 'build', host: web, nodes: [node('b', 'done'), node('c', 'waiting')] },
  ]);
  expect(job.builds['web']?.map(({ drv, state }) => `${drv} ${state}`)).toEqual(['a waiting', 'b done', 'c waiting']);
});

test('a host that is named like a property of every object is a host like any other', () => {
  const host = hostName.parse('constructor');
  const outcome = { state: 'succeeded' as const, generation: 1, system: null };
  const job = fold([
    { type: 'build', host, nodes: [] },
    { type: 'outcome', host, outcome },
    { type: 'goes-back', host, generation: 3 },
    { type: 'goes-back', host: web, generation: 4 },
  ]);
  expect(Object.keys(job.builds)).toEqual(['constructor']);
  expect(job.goesBackTo).toEqual({ constructor: 3, web: 4 });
  expect(job.outcomes).toEqual({ constructor: outcome });
});

test('an answer to another question leaves the open one', () => {
  const prompt = {
    id: 'q1',
    kind: 'password' as const,
    host: web,
    text: '?',
    fingerprint: null,
    knownFingerprint: null,
  };
  expect(
    fold([
      { type: 'prompt', prompt },
      { type: 'answered', promptId: 'q0' },
    ]).summary.pendingPrompt,
  ).toEqual(prompt);
  expect(
    fold([
      { type: 'prompt', prompt },
      { type: 'answered', promptId: 'q1' },
    ]).summary.pendingPrompt,
  ).toBeNull();
});

test('the problem of the end is the problem of the job', () => {
  const problem = { code: 'job-interrupted', title: 'Interrupted', evidence: '', advice: [] };
  expect(fold([{ type: 'finished', state: 'interrupted', problem }]).problem).toEqual(problem);
});

const host = fc.constantFrom('web', 'db', 'toString').map((name) => hostName.parse(name));
const stage = fc.constantFrom('plan', 'build', 'copy', 'activate');
const problem = fc.record({
  code: fc.string(),
  title: fc.string(),
  evidence: fc.string(),
  advice: fc.array(fc.string()),
});
const anyEvent = fc.oneof(
  fc.record({ type: fc.constant('started'), pid: fc.nat() }),
  fc.record({
    type: fc.constant('step'),
    step: fc.record({
      ...{ host, stage, done: fc.nat(), total: fc.nat(), note: fc.string(), bytesPerSecond: fc.constant(null) },
      state: fc.constantFrom('waiting', 'running', 'done', 'skipped', 'failed', 'cancelled'),
      unit: fc.constantFrom('bytes', 'derivations'),
      startedAt: fc.constant(null),
      endedAt: fc.constant(null),
    }),
  }),
  fc.record({
    type: fc.constant('command'),
    command: fc.record({
      ...{ host: fc.option(host), stage, where: fc.constantFrom('here', 'target') },
      argv: fc.array(fc.constantFrom('nix', 'copy'), { maxLength: 2 }),
      env: fc.constant({}),
    }),
    exitCode: fc.option(fc.nat(3)),
  }),
  fc.record({
    type: fc.constant('build'),
    host,
    nodes: fc.array(
      fc.record({
        ...{
          drv: fc.constantFrom('a', 'b', 'c'),
          name: fc.string(),
          state: fc.constantFrom('waiting', 'running', 'done'),
        },
        ...{ kind: fc.constant('build'), phase: fc.constant(null), machine: fc.constant(null) },
        ...{ startedAt: fc.constant(null), endedAt: fc.constant(null), inputs: fc.constant([]) },
      }),
      { maxLength: 3 },
    ),
  }),
  fc.record({ type: fc.constant('answered'), promptId: fc.constantFrom('p', 'q') }),
  fc.record({
    type: fc.constant('prompt'),
    prompt: fc.record({
      ...{ id: fc.constantFrom('p', 'q'), kind: fc.constant('confirm'), host: fc.option(host), text: fc.string() },
      ...{ fingerprint: fc.constant(null), knownFingerprint: fc.constant(null) },
    }),
  }),
  fc.record({ type: fc.constant('problem'), host: fc.option(host), stage, problem }),
  fc.record({ type: fc.constant('note'), text: fc.string() }),
  fc.record({
    type: fc.constant('finished'),
    state: fc.constantFrom('succeeded', 'failed', 'cancelled'),
    problem: fc.option(problem),
  }),
);
const history = fc
  .array(anyEvent, { maxLength: 30 })
  .map((events) => events.map((event, seq) => jobEvent.parse({ ...event, seq, at: 1000 + seq })));

test('a snapshot at any point and the events after it, also overlapping ones, are the same as all events', () => {
  fc.assert(
    fc.property(history, fc.nat(30), fc.nat(5), (events, cut, overlap) => {
      const all = events.reduce(foldJobEvent, empty);
      // Over the wire, as the window gets it.
      const snapshot = jobDetail.parse(JSON.parse(JSON.stringify(events.slice(0, cut).reduce(foldJobEvent, empty))));
      const later = events.slice(Math.max(0, cut - overlap)).reduce(foldJobEvent, snapshot);
      expect(later).toEqual(all);
    }),
  );
});

test('folding changes nothing that was folded before', () => {
  fc.assert(
    fc.property(history, (events) => {
      let job = empty;
      for (const event of events) {
        const before = structuredClone(job);
        const next = foldJobEvent(job, event);
        expect(job).toEqual(before);
        job = next;
      }
    }),
  );
});

test('the last that was said of a host’s watchdog is what is shown', () => {
  const said = (state: 'armed' | 'kept') => ({
    type: 'watchdog' as const,
    host: web,
    watchdog: { state, seconds: 60, deadlineAt: 5000, reason: '' },
  });
  expect(fold([said('armed')]).watchdogs).toMatchObject({ web: { state: 'armed', deadlineAt: 5000 } });
  expect(fold([said('armed'), said('kept')]).watchdogs).toMatchObject({ web: { state: 'kept' } });
});
