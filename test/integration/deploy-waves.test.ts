import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab } from './deploy/deploy-lab.ts';

let home: DeployLab;
const hosts = ['a', 'b', 'c'];
const unit = (name: string): string => `pocket.units.${name} = "one";`;
const systems = (): Promise<(string | null)[]> => Promise.all(hosts.map((name) => home.host(name).currentSystem()));

async function waves(name: string, text: string): Promise<string> {
  const path = join(home.lab.folder, `${name}.toml`);
  await writeFile(path, text);
  return path;
}

describeLab('a deploy in waves', () => {
  beforeAll(async () => {
    home = await DeployLab.start('waves', hosts);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('begins the second when the first is through and its gate is open', async () => {
    const path = await home.fleet('steps', { a: unit('one'), b: unit('one'), c: unit('one') });
    const file = await waves('steps', '[[wave]]\ncount = 1\nwait = 0.01\nhealth = true\n');
    const { result, steps, stderr } = await home.deploy(path, 'a, b, c', '--waves', file);
    expect(result.state, stderr).toBe('succeeded');
    const through = steps.find(({ host, stage, state }) => host === 'a' && stage === 'verify' && state === 'done');
    const begun = steps.filter(({ host, stage, state }) => host !== 'a' && stage === 'plan' && state === 'running');
    expect(begun.length).toBeGreaterThan(1);
    for (const { at } of begun) expect(at - (through?.at ?? Infinity)).toBeGreaterThanOrEqual(500);
    const job = await home.job(result.job);
    expect(job.waves).toMatchObject([
      { name: 'canary', hosts: ['a'], state: 'done', failed: 0 },
      { name: 'the rest', hosts: ['b', 'c'], state: 'done' },
    ]);
  });

  test('is stopped by a failure: later hosts are not touched, and those that are done go back', async () => {
    const before = await systems();
    const path = await home.fleet('stops', {
      a: 'pocket.failActivation = true;',
      b: unit('two'),
      c: unit('two'),
    });
    await home.lab.controller.exec([
      'sh',
      '-c',
      `printf '%s' "$1" >"$2/nixstead.toml"`,
      'sh',
      '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a, b"\n',
      path,
    ]);
    const { result, exitCode, steps } = await home.deploy(path, 'a, b, c');
    expect(exitCode).toBe(1);
    expect(result.hosts).toMatchObject({
      a: { state: 'reverted' },
      b: { state: 'reverted', error: { code: 'wave-went-back' } },
      c: { state: 'skipped', error: { code: 'wave-not-reached' } },
    });
    expect(await systems()).toEqual(before);
    expect(steps.some(({ host, stage, state }) => host === 'b' && stage === 'verify' && state === 'done')).toBe(true);
    expect(steps.some(({ host, stage, state }) => host === 'c' && stage === 'plan' && state === 'running')).toBe(false);
    expect((await home.job(result.job)).waves?.map(({ state }) => state)).toEqual(['stopped', 'skipped']);
  });

  test('asks for a password of sudo once a host: its gate and going back use what was typed', async () => {
    const password = 'a password of admin';
    await using asking = new AsyncDisposableStack();
    for (const name of ['a', 'b']) asking.use(await home.host(name).sudoAsks(password));
    const before = await systems();
    const config = { a: unit('typed'), b: 'pocket.failActivation = true;' };
    const { path } = await home.lab.fleet('colmena', { name: 'typed', hosts: ['a', 'b'], config, user: 'admin' });
    const waves = '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "a"\nhealth = true\n';
    const check = '[hosts.a]\nhealth = [{ name = "root may", command = ["test", "-r", "/etc/shadow"] }]\n';
    await writeFile(join(path, 'nixstead.toml'), `${check}${waves}`);
    const { questions, outcomes } = await home.answer(path, ['a', 'b'], [password, password]);
    expect(questions.map((text) => text.replace(/@.*/, ''))).toEqual(Array(2).fill('Password for sudo on admin'));
    expect(outcomes, JSON.stringify(outcomes)).toMatchObject({
      a: { state: 'reverted', error: { code: 'wave-went-back' } },
      b: { state: 'reverted' },
    });
    expect(await systems()).toEqual(before);
  });

  test('waits for a person, and where nobody can be asked it stops there', async () => {
    const path = await home.fleet('pause', { a: unit('three'), b: unit('three') });
    const file = await waves('pause', '[[wave]]\non = "a"\npause = true\n');
    const { result, stderr } = await home.deploy(path, 'a, b', '--waves', file);
    expect(result.hosts).toMatchObject({ a: { state: 'succeeded' }, b: { state: 'skipped' } });
    expect(stderr).toContain('“a” is through. Go on with “the rest” (b)?');
    const wrong = await waves('wrong', '[[wave]]\ncount = 1\npercent = 3\n');
    const { exitCode, stderr: reason } = await home.cli(['deploy', path, '--on', 'a', '--yes', '--waves', wrong]);
    expect([exitCode, reason]).toEqual([2, expect.stringContaining('exactly one of these')]);
  });
});
