import { expect, test } from 'vitest';
import { Gate, TestEngine, host, temporaryHome } from './jobs/engine.ts';

test('two jobs never work on one host at once: the second waits and says for what', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const gate = new Gate(home);
  const first = await engine.play([gate.action], { hosts: ['web', 'db'] });
  const second = await engine.play([{ do: 'note', text: 'mine now' }], { hosts: ['mail', 'db'] });
  const waiting = await engine.until(second, (job) => job.summary.waitingFor !== null);
  expect(waiting.summary).toMatchObject({
    state: 'queued',
    waitingFor: { jobId: first, host: 'db', title: 'Play on web, db' },
  });
  await engine.until(first, (job) => job.commands.length > 0);
  await gate.open();
  const [before, after] = [await engine.over(first), await engine.over(second)];
  expect(after.summary.state).toBe('succeeded');
  expect(after.summary.startedAt).toBeGreaterThanOrEqual(before.summary.endedAt ?? Infinity);
});

test('jobs on different hosts run side by side', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const gate = new Gate(home);
  const first = await engine.play([gate.action], { hosts: ['web'] });
  const second = await engine.play([{ do: 'note', text: 'done' }], { hosts: ['db'] });
  expect((await engine.over(second)).summary.state).toBe('succeeded');
  expect((await engine.jobs.show(first)).summary.state).not.toBe('succeeded');
  await engine.until(first, (job) => job.commands.length > 0);
  await gate.open();
  await engine.over(first);
});

test('two names with one address are one host', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const gate = new Gate(home);
  const address = (name: string) => new Map([[host(name), '10.0.0.5:22']]);
  const first = await engine.play([gate.action], { hosts: ['web'], addresses: address('web') });
  const second = await engine.play([], { hosts: ['web-by-cable'], addresses: address('web-by-cable') });
  const waiting = await engine.until(second, (job) => job.summary.waitingFor !== null);
  expect(waiting.summary.waitingFor?.jobId).toBe(first);
  await gate.open();
  await engine.over(second);
});

test('an engine waits for the jobs of another engine on the same home, and shows them', async () => {
  using home = temporaryHome();
  await using app = new TestEngine(home);
  await using commandLine = new TestEngine(home);
  const gate = new Gate(home);
  const first = await app.play([gate.action]);
  const second = await commandLine.play([{ do: 'note', text: 'mine now' }]);
  const waiting = await commandLine.until(second, (job) => job.summary.waitingFor !== null);
  expect(waiting.summary.waitingFor?.jobId).toBe(first);
  expect((await app.jobs.list()).map((job) => job.id)).toEqual([second, first]);
  await gate.open();
  expect((await app.over(second)).notes.map((note) => note.text)).toEqual(['mine now']);
});

test('a job that waits can be cancelled, and the one behind it still waits for the first', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const gate = new Gate(home);
  const first = await engine.play([gate.action]);
  const second = await engine.play([{ do: 'note', text: 'never' }]);
  const third = await engine.play([{ do: 'note', text: 'at last' }]);
  await engine.jobs.cancel(second);
  const cancelled = await engine.over(second);
  expect(cancelled.summary).toMatchObject({ state: 'cancelled', startedAt: null });
  expect(cancelled.notes).toEqual([]);
  expect((await engine.jobs.show(third)).summary.waitingFor?.jobId).toBe(first);
  await engine.until(first, (job) => job.commands.length > 0);
  await gate.open();
  expect((await engine.over(third)).summary.state).toBe('succeeded');
});

test('a spec that does not fit and a kind that is not known are refused before anything is queued', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  await expect(engine.play([{ do: 'nonsense' }])).rejects.toMatchObject({ problem: { code: 'job-spec-invalid' } });
  const unknown = engine.jobs.queue({ kind: 'toString', spec: {}, title: '', fleetId: null, hosts: [] });
  await expect(unknown).rejects.toMatchObject({ problem: { code: 'job-kind-unknown' } });
  expect(await engine.jobs.list()).toEqual([]);
});

test('whoever watches all jobs hears of each change and of each end', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const stop = new AbortController();
  const watching = engine.jobs.watchAll(stop.signal);
  expect((await watching.next()).value).toEqual([]);
  const id = await engine.play([{ do: 'step', host: 'web', stage: 'build', state: 'done' }]);
  const states: string[] = [];
  for await (const summaries of watching) {
    states.push(...summaries.filter((summary) => summary.id === id).map((summary) => summary.state));
    if (states.at(-1) === 'succeeded') break;
  }
  expect(states[0]).toBe('queued');
  expect(new Set(states).size).toBe(states.includes('running') ? 3 : 2);
  stop.abort();
});
