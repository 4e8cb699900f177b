import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jobId, type JobId } from '../../shared/contract/ids.ts';
import type { Home } from '../../electron/engine/home.ts';
import { createJobs } from '../../electron/engine/jobs/jobs.ts';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { takeAbandoned } from '../../electron/engine/jobs/predecessors.ts';
import { identify, isAlive } from '../../electron/engine/jobs/process-identity.ts';
import { openStore } from '../../electron/engine/store/open.ts';
import { Gate, TestEngine, fleet, host, temporaryHome } from './jobs/engine.ts';
import { kinds } from './jobs/kinds.ts';

/** Queues a job from an engine in a process of its own. */
async function queueElsewhere(home: Home, actions: unknown): Promise<{ id: JobId; engine: ChildProcess }> {
  const program = join(import.meta.dirname, 'jobs', 'engine-process.ts');
  const engine = spawn(process.execPath, [program, JSON.stringify(actions)], {
    env: { ...process.env, NIXSTEAD_HOME: home.root },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own, as a shell gives it, so that what is in it can be killed together.
    detached: true,
  });
  const line = z.tuple([z.instanceof(Buffer)]).parse(await once(engine.stdout, 'data'))[0];
  return { id: jobId.parse(line.toString().trim()), engine };
}

/** Kills an engine and everything in its process group. */
async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await exit;
}

function runnerOf(home: Home, id: JobId) {
  const runner = new JobFolder(join(home.jobs, id)).readRunner()?.runner;
  if (runner === undefined) throw new Error('no runner');
  return runner;
}

test('a job goes on when its engine is killed, and the next engine shows the same job going on', async () => {
  using home = temporaryHome();
  const gate = new Gate(home);
  const script = `echo before; cat ${gate.path}; echo after`;
  const { id, engine: first } = await queueElsewhere(home, [
    { do: 'step', host: 'web', stage: 'copy', state: 'running' },
    { do: 'run', host: 'web', argv: ['sh', '-c', script] },
    { do: 'step', host: 'web', stage: 'copy', state: 'done' },
  ]);
  await using observer = new TestEngine(home);
  await observer.untilLog(id, 'web', 'before');
  await kill(first);
  await using second = new TestEngine(home);
  expect((await second.jobs.show(id)).steps).toMatchObject([{ stage: 'copy', state: 'running' }]);
  expect((await second.jobs.list()).map((job) => [job.id, job.state])).toEqual([[id, 'running']]);
  const log = second.log(id, 'web');
  await gate.open();
  const job = await second.over(id);
  expect(job.summary).toMatchObject({ state: 'succeeded', stepsDone: 1 });
  expect(await log).toBe('before\r\nafter\r\n');
  expect((await second.jobs.list()).map((each) => each.state)).toEqual(['succeeded']);
});

test('a job that ended while no engine ran is shown as it ended', async () => {
  using home = temporaryHome();
  const gate = new Gate(home);
  const { id, engine } = await queueElsewhere(home, [
    gate.action,
    { do: 'outcome', host: 'web', outcome: { state: 'succeeded', generation: 7, system: '/nix/store/x' } },
  ]);
  const runner = await (async () => {
    await using observer = new TestEngine(home);
    await observer.until(id, (job) => job.commands.length > 0);
    return runnerOf(home, id);
  })();
  await kill(engine);
  await gate.open();
  await expect.poll(() => isAlive(runner), { timeout: 10_000 }).toBe(false);
  await using next = new TestEngine(home);
  const job = await next.jobs.show(id);
  expect(job.summary.state).toBe('succeeded');
  expect(job.outcomes).toMatchObject({ web: { state: 'succeeded', generation: 7 } });
  expect(next.store.jobs.lastOfHosts(fleet, 'play')).toMatchObject([{ host: 'web', jobId: id, state: 'succeeded' }]);
});

test('a runner that dies leaves a job that says in which step it was interrupted, and nothing that still runs', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const stubborn = `trap "" HUP INT; echo pid $$; while :; do sleep 0.2; done`;
  const id = await engine.play([
    { do: 'step', host: 'web', stage: 'build', state: 'done' },
    { do: 'step', host: 'web', stage: 'copy', state: 'running' },
    { do: 'step', host: 'web', stage: 'activate', state: 'waiting' },
    { do: 'run', host: 'web', argv: ['setsid', '--wait', 'sh', '-c', stubborn] },
  ]);
  const log = await engine.untilLog(id, 'web', /pid \d+\r\n/);
  const stray = identify(Number(/pid (\d+)/.exec(log)?.[1]));
  const next = await engine.play([{ do: 'note', text: 'my turn' }]);
  process.kill(runnerOf(home, id).pid, 'SIGKILL');
  const job = await engine.over(id);
  expect(job.summary).toMatchObject({ state: 'interrupted', stepsDone: 3, stepsTotal: 3 });
  expect(job.problem).toMatchObject({
    code: 'job-interrupted',
    title: 'Interrupted in step copy of web',
    canRetry: true,
  });
  expect(job.steps.map((step) => step.state)).toEqual(['done', 'cancelled', 'skipped']);
  expect(isAlive(stray)).toBe(false);
  expect((await engine.over(next)).summary.state).toBe('succeeded');
});

test.each(['none', 'questions'] as const)(
  'a program on pipes (terminal: %s) ends with its runner, also where no engine is there to end what was left',
  async (terminal) => {
    using home = temporaryHome();
    const { id, engine } = await queueElsewhere(home, [
      { do: 'run', host: 'web', terminal, argv: ['sh', '-c', 'trap "" INT; echo pid $$; sleep 1000 & wait'] },
    ]);
    const log = await (async () => {
      await using observer = new TestEngine(home);
      return await observer.untilLog(id, 'web', /pid \d+\n/);
    })();
    const program = identify(Number(/pid (\d+)/.exec(log)?.[1]));
    const runner = runnerOf(home, id);
    await kill(engine);
    expect(isAlive(program)).toBe(true);
    process.kill(runner.pid, 'SIGKILL');
    await expect.poll(() => isAlive(program), { timeout: 10_000 }).toBe(false);
  },
);

test.each(['none', 'questions'] as const)(
  'a program on pipes (terminal: %s) keeps its exit status, and hears an interrupt itself when it is cancelled',
  async (terminal) => {
    using home = temporaryHome();
    await using engine = new TestEngine(home);
    const failed = await engine.play([
      { do: 'run', host: 'web', terminal, argv: ['sh', '-c', 'echo out; echo err >&2; exit 7'] },
    ]);
    expect((await engine.over(failed)).commands).toMatchObject([{ exitCode: 7 }]);
    const told = 'trap "echo interrupted; exit 0" INT; echo here; while :; do sleep 0.1; done';
    const id = await engine.play([{ do: 'run', host: 'web', terminal, argv: ['sh', '-c', told] }]);
    await engine.untilLog(id, 'web', 'here');
    await engine.jobs.cancel(id);
    expect((await engine.over(id)).summary.state).toBe('cancelled');
    expect(await engine.log(id, 'web')).toContain('interrupted');
  },
);

test('a runner that died while no engine ran is found out, also when its last line is torn', async () => {
  using home = temporaryHome();
  const { id, engine } = await queueElsewhere(home, [
    { do: 'step', host: 'web', stage: 'activate', state: 'running' },
    { do: 'run', argv: ['sleep', '1000'] },
  ]);
  {
    await using observer = new TestEngine(home);
    await observer.until(id, (job) => job.commands.length > 0);
  }
  await kill(engine);
  const runner = runnerOf(home, id);
  process.kill(runner.pid, 'SIGKILL');
  await expect.poll(() => isAlive(runner), { timeout: 10_000 }).toBe(false);
  const { events } = new JobFolder(join(home.jobs, id));
  appendFileSync(events, '{"seq":9,"at":1,"type":"no');
  // Two engines see it at once; it is closed once.
  await using first = new TestEngine(home);
  await using second = new TestEngine(home);
  const [job] = await Promise.all([first.over(id), second.over(id)]);
  expect(job.problem).toMatchObject({ title: 'Interrupted in step activate of web' });
  expect(job.problem?.advice[0]).toContain('may have switched or not');
  expect(readFileSync(events, 'utf8').match(/"finished"/g)).toHaveLength(1);
});

test('a job whose engine died before it could start a runner does not start later by surprise', async () => {
  using home = temporaryHome();
  const { store } = openStore(home);
  const row = { kind: 'play', title: 'Play', fleetId: fleet, hosts: [{ name: host('web'), address: null }] };
  const id = jobId.parse('20200101-000000-abcdef');
  const ended = spawn('true');
  const queuedBy = identify(ended.pid ?? 0);
  await once(ended, 'exit');
  const full = { ...row, id, spec: { actions: [], afterCancel: [] }, queuedAt: 1 };
  store.jobs.admit(full, () => new JobFolder(join(home.jobs, id)).create({ version: 1, ...full, after: [], queuedBy }));
  store[Symbol.dispose]();
  await using engine = new TestEngine(home);
  const job = await engine.over(id);
  expect(job.summary.state).toBe('interrupted');
  expect(job.problem?.code).toBe('runner-not-started');
  // Its runner, had it been on its way, finds the job taken.
  const runner = spawn(process.execPath, [
    join(import.meta.dirname, '../../electron/engine/jobs/runner.ts'),
    join(home.jobs, id),
  ]);
  expect(await once(runner, 'exit')).toEqual([0, null]);
  expect(readFileSync(new JobFolder(join(home.jobs, id)).events, 'utf8')).not.toContain('"started"');
});

test('a job whose engine died right after it started a runner is left to that runner, however slowly it comes up', async () => {
  using home = temporaryHome();
  const { store } = openStore(home);
  const id = jobId.parse('20200101-000000-abcdef');
  const ended = spawn('true');
  const queuedBy = identify(ended.pid ?? 0);
  await once(ended, 'exit');
  const hosts = [{ name: host('web'), address: null }];
  const spec = { actions: [{ do: 'note', text: 'here' }], afterCancel: [] };
  const row = { id, kind: 'play', title: 'Slow', fleetId: fleet, hosts, spec, queuedAt: 1 };
  const folder = new JobFolder(join(home.jobs, id));
  store.jobs.admit(row, () => folder.create({ version: 1, ...row, after: [], queuedBy }));
  store[Symbol.dispose]();
  // This process stands for the one that is coming up.
  folder.writeStarting(identify(process.pid));
  await using engine = new TestEngine(home);
  await using other = new TestEngine(home);
  // An engine looks when it starts; what it closes is closed before it does anything else.
  expect((await other.over(await other.play([], { hosts: ['nas'] }))).summary.state).toBe('succeeded');
  expect((await engine.jobs.show(id)).summary.state).toBe('queued');
  const files = ['../../electron/engine/jobs/runner.ts', 'jobs/kinds.ts'].map((file) =>
    join(import.meta.dirname, file),
  );
  spawn(process.execPath, [files[0] ?? '', folder.path, files[1] ?? ''], { stdio: 'inherit' });
  expect((await engine.over(id)).summary.state).toBe('succeeded');
});

test('a job that waits for one which never started takes it out of the way, and engines close it', async () => {
  using home = temporaryHome();
  const { store } = openStore(home);
  const ended = spawn('true');
  const queuedBy = identify(ended.pid ?? 0);
  await once(ended, 'exit');
  const id = jobId.parse('20200101-000000-abcdef');
  const hosts = [{ name: host('web'), address: null }];
  const row = { id, kind: 'play', title: 'Lost', fleetId: fleet, hosts, spec: {}, queuedAt: 1 };
  store.jobs.admit(row, () => new JobFolder(join(home.jobs, id)).create({ version: 1, ...row, after: [], queuedBy }));
  // Taken, as a waiting runner does, by somebody who is alive and says no more about it.
  expect(takeAbandoned(new JobFolder(join(home.jobs, id)))).toBe(true);
  store[Symbol.dispose]();
  await using engine = new TestEngine(home);
  const next = await engine.play([{ do: 'note', text: 'my turn' }]);
  expect((await engine.over(next)).summary.state).toBe('succeeded');
  expect((await engine.over(id)).problem?.code).toBe('runner-not-started');
});

test('a job whose runner was not on the disk yet when the power went off is closed, and holds up nobody', async () => {
  using home = temporaryHome();
  const { store } = openStore(home);
  const ended = spawn('true');
  const queuedBy = identify(ended.pid ?? 0);
  await once(ended, 'exit');
  const id = jobId.parse('20200101-000000-abcdef');
  const hosts = [{ name: host('web'), address: null }];
  const row = { id, kind: 'play', title: 'Cut off', fleetId: fleet, hosts, spec: {}, queuedAt: 1 };
  store.jobs.admit(row, () => new JobFolder(join(home.jobs, id)).create({ version: 1, ...row, after: [], queuedBy }));
  writeFileSync(join(home.jobs, id, 'runner.json'), '');
  store[Symbol.dispose]();
  await using engine = new TestEngine(home);
  const next = await engine.play([{ do: 'note', text: 'my turn' }]);
  expect((await engine.over(next)).summary.state).toBe('succeeded');
  expect((await engine.over(id)).summary.state).toBe('interrupted');
});

test('a runner that cannot start fails its job with the words of the failure', async () => {
  using home = temporaryHome();
  const { store } = openStore(home);
  const broken = join(home.cache, 'broken.ts');
  writeFileSync(broken, 'throw new Error("no such luck");');
  await using jobs = createJobs({ home, store, kinds: { kinds, file: broken } });
  const id = await jobs.queue({ kind: 'play', spec: { actions: [] }, title: 'Play', fleetId: null, hosts: [] });
  for await (const _update of jobs.watch(id));
  const job = await jobs.show(id);
  expect(job.summary.state).toBe('failed');
  expect(job.problem?.evidence).toContain('no such luck');
  store[Symbol.dispose]();
});

test('when the database is lost, jobs come back from their folders, and those that run are still waited for', async () => {
  using home = temporaryHome();
  const gate = new Gate(home);
  const { id, engine } = await queueElsewhere(home, [gate.action]);
  {
    await using observer = new TestEngine(home);
    await observer.until(id, (job) => job.commands.length > 0);
  }
  await kill(engine);
  for (const suffix of ['', '-wal', '-shm']) rmSync(home.database + suffix, { force: true });
  await using next = new TestEngine(home);
  expect((await next.jobs.list()).map((job) => [job.id, job.state])).toEqual([[id, 'running']]);
  const second = await next.play([{ do: 'note', text: 'mine now' }]);
  const waiting = await next.until(second, (job) => job.summary.waitingFor !== null);
  expect(waiting.summary.waitingFor?.jobId).toBe(id);
  await gate.open();
  expect((await next.over(second)).summary.state).toBe('succeeded');
});

test('the outcome of a host that was done is known though the job was interrupted later, and is told once', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const outcome = { state: 'succeeded', generation: 7, system: '/nix/store/x' };
  const early = { do: 'early-outcome', host: 'web', outcome };
  const cut = await engine.play([early, { do: 'run', argv: ['sleep', '1000'] }], { hosts: ['web', 'db'] });
  await engine.until(cut, (job) => job.commands.length > 0);
  process.kill(runnerOf(home, cut).pid, 'SIGKILL');
  expect(await engine.over(cut)).toMatchObject({ summary: { state: 'interrupted' }, outcomes: { web: outcome } });
  const last = engine.store.jobs.lastOfHosts(fleet, 'play').map((each) => [each.host, each.state]);
  expect(last).toEqual([
    ['db', 'interrupted'],
    ['web', 'succeeded'],
  ]);
  const whole = await engine.play([early]);
  await engine.over(whole);
  expect(readFileSync(new JobFolder(join(home.jobs, whole)).events, 'utf8').match(/"type":"outcome"/g)).toHaveLength(1);
});

test('of an old job beyond the number that is kept, the line in the history stays', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home, { jobs: 1, bytes: 1e9 });
  const old = await engine.play([
    { do: 'log', text: 'long ago\n' },
    { do: 'step', host: 'web', stage: 'build', state: 'done' },
  ]);
  await engine.over(old);
  expect(await engine.log(old, null)).toBe('long ago\n');
  await engine.over(await engine.play([]));
  expect(existsSync(join(home.jobs, old))).toBe(false);
  expect((await engine.jobs.show(old)).summary).toMatchObject({ state: 'succeeded', stepsDone: 1, stepsTotal: 1 });
  expect(await engine.log(old, null)).toBe('');
});

test('how long a job will take is known from the last one of the same host, and not before', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const build = (state: string) => ({ do: 'step', host: 'web', stage: 'build', state });
  const gate = new Gate(home);
  const first = await engine.play([build('running'), gate.action, build('done')]);
  const running = await engine.until(first, (job) => job.commands.length > 0);
  expect(running.summary.estimatedMsLeft).toBeNull();
  await gate.open();
  await engine.over(first);
  const second = await engine.play([build('waiting'), gate.action, build('done')]);
  const estimated = await engine.until(second, (job) => job.summary.estimatedMsLeft !== null);
  expect(estimated.summary.state).toBe('running');
  await gate.open();
  expect((await engine.over(second)).summary.estimatedMsLeft).toBeNull();
});
