import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Home } from '../../electron/engine/home.ts';
import { jobDetail } from '../../shared/contract/job.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { commandLine } from '../lab/index.ts';
import { Gate, TestEngine, host, temporaryHome } from './jobs/engine.ts';

type Program = ChildProcessByStdio<null, Readable, Readable>;

const run = (home: Home, program: string, argv: readonly string[]): Program =>
  spawn(program, argv, { env: { ...process.env, NIXSTEAD_HOME: home.root }, stdio: ['ignore', 'pipe', 'pipe'] });
const nixstead = (home: Home, ...argv: string[]): Program => run(home, process.execPath, [commandLine, ...argv]);

async function over(program: Program): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(program, 'close'),
    text(program.stdout),
    text(program.stderr),
  ]);
  return { exitCode, stdout, stderr };
}
const records = (jsonLines: string): unknown[] =>
  jsonLines
    .split('\n')
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));

async function exported(engine: TestEngine, ids: readonly JobId[]): Promise<unknown[]> {
  let lines = '';
  for await (const piece of engine.jobs.export({ ids, withLogs: true })) lines += piece.text;
  return records(lines);
}

test('the command line exports jobs as it ever did, and with --logs each line of theirs after them', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const older = await engine.play([{ do: 'log', text: 'older\n' }], { hosts: ['web', 'db'] });
  await engine.over(older);
  const id = await engine.play(
    [
      { do: 'log', text: 'evaluating\n' },
      { do: 'run', host: 'db', argv: ['sh', '-c', 'printf "\\033[1mbold\\033[0m\\n10 %%\\r100 %%\\n"'] },
      { do: 'log', host: 'web', text: 'last words' },
    ],
    { hosts: ['web', 'db'] },
  );
  const job = await engine.over(id);

  const plain = await over(nixstead(home, 'jobs', 'export'));
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(records(plain.stdout).map((record) => jobDetail.parse(record).summary.id)).toEqual([id, older]);

  const log = { version: 1, type: 'log', job: id };
  const logs = [
    { ...log, host: null, line: 1, text: 'evaluating' },
    { ...log, host: 'web', line: 1, text: 'last words' },
    { ...log, host: 'db', line: 1, text: 'bold' },
    { ...log, host: 'db', line: 2, text: '100 %' },
  ];
  const one = await over(nixstead(home, 'jobs', 'export', '--logs', id));
  const [first, ...rest] = records(one.stdout);
  expect(jobDetail.parse(first)).toEqual(job);
  expect(rest).toEqual(logs);
  expect(await exported(engine, [id])).toEqual([first, ...logs]);

  const all = records((await over(nixstead(home, 'jobs', 'export', '--logs'))).stdout);
  const ofOlder = { ...log, job: older, host: null, line: 1, text: 'older' };
  expect(all).toEqual([first, ...logs, expect.objectContaining({ version: 1, summary: expect.anything() }), ofOlder]);

  const unknown = await over(nixstead(home, 'jobs', 'export', '--json', '--logs', '20200101-000000-000000'));
  expect(unknown.exitCode).toBe(1);
  expect(records(unknown.stdout)).toMatchObject([{ error: { code: 'job-unknown' } }]);
});

test('of a job that goes on what is there is exported, and nobody waits for its end', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const gate = new Gate(home);
  const id = await engine.play([
    { do: 'log', host: 'web', text: 'so far\nin the mid' },
    { ...gate.action, host: 'web' },
    { do: 'log', host: 'web', text: 'dle\n' },
  ]);
  await engine.untilLog(id, 'web', 'in the mid');
  const texts = async (): Promise<unknown[]> =>
    (await exported(engine, [id])).slice(1).map((record) => (record as { text: string }).text);
  expect(await texts()).toEqual(['so far', 'in the mid']);
  await gate.open();
  await engine.over(id);
  expect(await texts()).toEqual(['so far', 'in the middle']);
});

/** A job that is over, and the file of its log of `web`. */
async function jobWithLog(home: Home): Promise<{ id: JobId; file: string }> {
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'log', host: 'web', text: 'much follows\n' }]);
  await engine.over(id);
  return { id, file: new JobFolder(join(home.jobs, id)).log(host('web')) };
}

test('a log of hundreds of megabytes goes through as it is read: memory stays what it was', async () => {
  using home = temporaryHome();
  const { id, file } = await jobWithLog(home);
  const lines = 1_500_000;
  const words = 'building a package of which much is told '.repeat(4);
  for (let written = 0; written < lines; written += 10_000) appendFileSync(file, `${words}\n`.repeat(10_000));
  expect(statSync(file).size).toBeGreaterThan(200 * 1024 ** 2);
  const program = nixstead(home, 'jobs', 'export', '--logs', id);
  const peak = (): number =>
    Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) / 1024;
  const read = createInterface({ input: program.stdout });
  const closed = once(program, 'close');
  let count = 0;
  let highest = 0;
  for await (const record of read) {
    count += 1;
    if (count % 100_000 === 0) highest = Math.max(highest, peak());
    if (count === lines) expect(JSON.parse(record)).toMatchObject({ line: lines - 1, text: words });
  }
  expect((await closed)[0]).toBe(0);
  expect(count).toBe(2 + lines);
  expect(highest).toBeGreaterThan(0);
  expect(highest).toBeLessThan(250);
});

test('whoever has read enough ends it quietly', async () => {
  using home = temporaryHome();
  const { id, file } = await jobWithLog(home);
  // Holes on the disk: more than anybody waits for.
  truncateSync(file, 64 * 1024 ** 3);
  const program = nixstead(home, 'jobs', 'export', '--logs', id);
  const told = text(program.stderr);
  const closed = once(program, 'close');
  await once(program.stdout, 'data');
  program.stdout.destroy();
  expect((await closed)[0]).toBe(0);
  expect(await told).toBe('');
});

test('a disk that is full while it is written to is told, not shown as a crash', async () => {
  using home = temporaryHome();
  const { id } = await jobWithLog(home);
  const script = 'exec "$@" >/dev/full';
  const program = run(home, 'sh', ['-c', script, 'sh', process.execPath, commandLine, 'jobs', 'export', '--logs', id]);
  const { exitCode, stderr } = await over(program);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^The output could not be written: ENOSPC: .*\n$/);
});
