import { expect, test } from 'vitest';
import { identify, isAlive } from '../../electron/engine/jobs/process-identity.ts';
import { jobId } from '../../shared/contract/ids.ts';
import { TestEngine, temporaryHome } from './jobs/engine.ts';

/** The processes whose numbers a log tells as `pid N`. */
function processesIn(log: string) {
  return [...log.matchAll(/pid (\d+)/g)].map(([, pid]) => identify(Number(pid)));
}

test('cancel ends the program, its children and those in sessions of their own, then asks what the state is', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const script = `sh -c 'echo pid $$; sleep 1000 & wait' & setsid sh -c 'echo pid $$; sleep 1000; :' & echo pid $$; wait`;
  const id = await engine.play(
    [
      { do: 'run', host: 'web', argv: ['sh', '-c', script] },
      { do: 'note', text: 'never' },
    ],
    {
      afterCancel: [{ do: 'run', isAfterCancel: true, argv: ['echo', 'looked'] }],
    },
  );
  const processes = processesIn(await engine.untilLog(id, 'web', /(pid \d+\r\n[^]*){3}/));
  expect(processes.map(isAlive)).toEqual([true, true, true]);
  await engine.jobs.cancel(id);
  const job = await engine.over(id);
  expect(job.summary.state).toBe('cancelled');
  expect(processes.map(isAlive)).toEqual([false, false, false]);
  expect(job.notes).toEqual([]);
  expect(await engine.log(id, null)).toBe('looked\r\n');
});

test('what does not listen to SIGINT or SIGTERM is killed', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const script = `trap "" INT TERM HUP; echo pid $$; while :; do sleep 0.2; done`;
  const id = await engine.play([{ do: 'run', argv: ['sh', '-c', script] }]);
  const processes = processesIn(await engine.untilLog(id, null, /pid \d+\r\n/));
  await engine.jobs.cancel(id);
  const job = await engine.over(id);
  expect(job.summary.state).toBe('cancelled');
  expect(job.commands).toMatchObject([{ exitCode: 137 }]);
  expect(processes.map(isAlive)).toEqual([false]);
});

test('a program may clean up when it is cancelled', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const script = 'trap "echo cleaned; exit 5" INT; echo ready; sleep 1000 & wait';
  const id = await engine.play([{ do: 'run', argv: ['sh', '-c', script] }]);
  await engine.untilLog(id, null, 'ready');
  await engine.jobs.cancel(id);
  expect((await engine.over(id)).commands).toMatchObject([{ exitCode: 5 }]);
  expect(await engine.log(id, null)).toBe('ready\r\ncleaned\r\n');
});

test('a question that is open when a job is cancelled is asked no more', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'ask', text: 'Really?' }]);
  const asking = await engine.until(id, (job) => job.summary.pendingPrompt !== null);
  await engine.jobs.cancel(id);
  const job = await engine.over(id);
  expect(job.summary).toMatchObject({ state: 'cancelled', pendingPrompt: null });
  const late = engine.jobs.answer(id, asking.summary.pendingPrompt?.id ?? '', 'yes');
  await expect(late).rejects.toMatchObject({ problem: { code: 'job-over' } });
});

test('cancelling a job that is over, or that never was, is refused with the reason', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'note', text: 'quick' }]);
  await engine.over(id);
  await expect(engine.jobs.cancel(id)).rejects.toMatchObject({ problem: { code: 'job-over' } });
  const unknown = jobId.parse('20200101-000000-abcdef');
  await expect(engine.jobs.cancel(unknown)).rejects.toMatchObject({ problem: { code: 'job-unknown' } });
  await expect(engine.jobs.show(unknown)).rejects.toMatchObject({ problem: { code: 'job-unknown' } });
});
