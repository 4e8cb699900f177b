import { execFileSync, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { TestEngine, temporaryHome } from './jobs/engine.ts';

const SECRET = 'correct-horse-battery-staple';

/** Files under a folder that hold a text, database and sockets' folders included. */
function filesWith(folder: string, wanted: string): string[] {
  const found = spawnSync('grep', ['-rlaF', wanted, folder], { encoding: 'utf8' });
  return found.stdout.split('\n').filter(Boolean);
}

test('a question waits for its answer, and the answer is written nowhere', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'ask', text: 'Password of web?', host: 'web' }]);
  const asking = await engine.until(id, (job) => job.summary.pendingPrompt !== null);
  const prompt = asking.summary.pendingPrompt;
  expect(prompt).toMatchObject({ kind: 'password', host: 'web', text: 'Password of web?' });
  await engine.jobs.answer(id, prompt?.id ?? '', SECRET);
  const job = await engine.over(id);
  expect(job.summary).toMatchObject({ state: 'succeeded', pendingPrompt: null });
  expect(job.notes.map((note) => note.text)).toEqual([`an answer of ${SECRET.length} characters`]);
  expect(filesWith(home.root, 'Password of web?')).not.toEqual([]);
  expect(filesWith(home.root, SECRET)).toEqual([]);
});

test('of two answers the first counts', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([
    { do: 'ask', text: 'one' },
    { do: 'ask', text: 'two' },
  ]);
  const asking = await engine.until(id, (job) => job.summary.pendingPrompt !== null);
  const first = asking.summary.pendingPrompt?.id ?? '';
  await engine.jobs.answer(id, first, 'abc');
  await expect(engine.jobs.answer(id, first, 'defg')).rejects.toMatchObject({ problem: { code: 'prompt-over' } });
  const second = await engine.until(id, (job) => job.summary.pendingPrompt?.text === 'two');
  await engine.jobs.answer(id, second.summary.pendingPrompt?.id ?? '', 'hi');
  const job = await engine.over(id);
  expect(job.notes.map((note) => note.text)).toEqual(['an answer of 3 characters', 'an answer of 2 characters']);
});

test('a program that asks on its terminal gets a reply there, and what it does not echo is in no log', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const script = 'stty -echo; printf "Word: "; read word; [ ${#word} = 28 ] && echo welcome';
  // The reply stands in the spec here, so only the log can be looked at.
  const id = await engine.play([{ do: 'converse', argv: ['sh', '-c', script], when: 'Word: ', reply: SECRET }]);
  await engine.over(id);
  expect(await engine.log(id, null)).toBe('Word: welcome\r\n');
});

test('a program with a terminal for questions alone writes into a pipe, and nothing that is typed is shown', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const asks = 'printf "Word: " >/dev/tty; read word </dev/tty; [ ${#word} = 28 ] && echo welcome';
  const script = `[ -t 0 ] || [ -t 1 ] || [ -t 2 ] || echo piped >&2; ${asks}; exit 7`;
  const id = await engine.play([
    { do: 'converse', argv: ['sh', '-c', script], when: 'Word: ', reply: SECRET, terminal: 'questions' },
  ]);
  expect((await engine.over(id)).commands).toMatchObject([{ exitCode: 7 }]);
  // What goes through the pipe may come before or after what stands on the terminal.
  const log = await engine.log(id, null);
  expect(['piped\n', 'Word: ', 'welcome\n'].reduce((rest, part) => rest.replace(part, ''), log)).toBe('');
});

test('the runner listens to those alone who can read the private job folder', async () => {
  using home = temporaryHome();
  await using engine = new TestEngine(home);
  const id = await engine.play([{ do: 'run', argv: ['sleep', '1000'] }]);
  await engine.until(id, (job) => job.commands.length > 0);
  const runner = new JobFolder(join(home.jobs, id)).readRunner();
  const socket = runner?.socket ?? '';
  expect(socket.length).toBeLessThan(100);
  const say = async (line: string): Promise<string> => text(connect(socket).end(`${line}\n`));
  const cancel = { action: 'cancel' };
  expect(await say(JSON.stringify({ token: 'x'.repeat(32), request: cancel }))).toContain('wrong token');
  expect(await say(JSON.stringify({ request: cancel }))).toContain('not a request');
  expect(await say('garbage')).toContain('not a request');
  expect((await engine.jobs.show(id)).summary.state).toBe('running');
  const modes = execFileSync(
    'find',
    [home.root, home.jobs, join(socket, '..'), '-path', home.cache, '-prune', '-o', '-perm', '/077', '-print'],
    {
      encoding: 'utf8',
    },
  );
  expect(modes).toBe('');
});
