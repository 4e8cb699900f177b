import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { Gate, TestEngine, host, temporaryHome } from './jobs/engine.ts';

test('a job runs its programs on a terminal, keeps their output and says how they ended', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([
    { do: 'step', host: 'web', stage: 'build', state: 'running' },
    { do: 'run', host: 'web', argv: ['sh', '-c', 'test -t 1 && tput cols; echo "$TERM $LANG"; exit 3'] },
    { do: 'step', host: 'web', stage: 'build', state: 'failed' },
  ]);
  const job = await engine.over(id);
  expect(job.summary).toMatchObject({ state: 'failed', stepsDone: 1, stepsTotal: 1 });
  expect(job.commands).toMatchObject([{ exitCode: 3, command: { host: 'web', where: 'here', env: {} } }]);
  expect(await engine.log(id, 'web')).toBe('120\r\nxterm-256color C.UTF-8\r\n');
});

test('an argument vector reaches the program as it is: no shell sees it', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const words = ['a;reboot', '$(touch /tmp/x)', '`id`', '"quoted\'', '*', ''];
  const id = await engine.play([{ do: 'run', argv: ['printf', '%s\\n', ...words] }]);
  await engine.over(id);
  expect((await engine.log(id, null)).split('\r\n')).toEqual([...words, '']);
});

test('control bytes and bytes that are no UTF-8 are kept as they came and shown as replacement characters', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([
    { do: 'run', host: 'web', argv: ['printf', String.raw`a\377\000\033[31mb\303\050\007`] },
  ]);
  await engine.over(id);
  const file = new JobFolder(join(home.jobs, id)).log(host('web'));
  expect(readFileSync(file).toString('latin1')).toBe('a\xff\x00\x1b[31mb\xc3\x28\x07');
  expect(await engine.log(id, 'web')).toBe('a\ufffd\x00\x1b[31mb\ufffd(\x07');
});

test('a line of 1 MB comes through whole', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'run', argv: ['sh', '-c', 'head -c 1000000 /dev/zero | tr "\\0" x; echo end'] }]);
  await engine.over(id);
  expect(await engine.log(id, null)).toBe(`${'x'.repeat(1_000_000)}end\r\n`);
});

test('host names of every kind have logs of their own, and none becomes part of a path', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const hosts = ['a;reboot', '$(x)', '-oProxyCommand=x', '../x', '/etc/passwd', 'n'.repeat(300), 'NUL', '__proto__'];
  const id = await engine.play(
    hosts.map((name, index) => ({ do: 'log', host: name, text: `line ${index}\n` })),
    { hosts },
  );
  await engine.over(id);
  for (const [index, name] of hosts.entries()) expect(await engine.log(id, name)).toBe(`line ${index}\n`);
  const files = readdirSync(join(home.jobs, id, 'log'));
  expect(files).toHaveLength(hosts.length);
  for (const file of files) expect(file).toMatch(/^[0-9a-f]{32}\.log$/);
});

test('a new size of the window reaches the terminals that follow it, and only those', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const trap = 'trap "stty size; exit" WINCH; stty size; sleep 1000 & wait';
  const id = await engine.play([{ do: 'run', followsWindow: true, argv: ['sh', '-c', trap] }]);
  await engine.untilLog(id, null, '30 120\r\n');
  await engine.jobs.resize(id, 99, 44);
  await engine.over(id);
  expect(await engine.log(id, null)).toBe('30 120\r\n44 99\r\n');

  const gate = new Gate(home);
  const waiting = `echo here; cat ${gate.path}; stty size`;
  const fixed = await engine.play([{ do: 'run', argv: ['sh', '-c', waiting] }]);
  await engine.untilLog(fixed, null, 'here');
  await engine.jobs.resize(fixed, 99, 44);
  await gate.open();
  await engine.over(fixed);
  expect(await engine.log(fixed, null)).toBe('here\r\n30 120\r\n');
  // The window may still have the job open when it is over.
  await engine.jobs.resize(fixed, 80, 24);
});

test('a program that is not there is named, and nothing counts as run', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'run', argv: ['no-such-program-here'] }]);
  const job = await engine.over(id);
  expect(job.summary.state).toBe('failed');
  expect(job.commands).toEqual([]);
  expect(job.problem).toMatchObject({
    code: 'program-missing',
    title: 'The program no-such-program-here was not found',
  });
});

test('output that is meant for a parser is not written to the log', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([
    { do: 'run', isLogged: false, argv: ['printf', 'äöü'] },
    { do: 'log', text: 'readable\n' },
  ]);
  const job = await engine.over(id);
  expect(job.notes.map((note) => note.text)).toEqual(['äöü']);
  expect(await engine.log(id, null)).toBe('readable\n');
});

test('a program killed by a signal is told as shells tell it', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'run', argv: ['sh', '-c', 'kill -9 $$'] }]);
  expect((await engine.over(id)).commands).toMatchObject([{ exitCode: 137 }]);
});

test('a mistake in the code of a job closes it as failed, with where it happened', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'throw', text: 'off by one' }]);
  const { problem } = await engine.over(id);
  expect(problem?.code).toBe('job-crashed');
  expect(problem?.evidence).toMatch(/off by one.*kinds\.ts/s);
});
