import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hostHealth } from '../../shared/contract/health.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { filesWith } from '../lab/files-with.ts';
import { nodePath } from '../lab/index.ts';
import { AtTerminal } from './deploy/at-terminal.ts';
import { DeployLab } from './deploy/deploy-lab.ts';

let home: DeployLab;
let path: string;
let asking: AsyncDisposable;
const password = 'a password of admin';
const marks = '/nix/var/nix/gcroots/nixstead-protected';
const callingProcess = join(import.meta.dirname, 'deploy/calling-process.ts');
const calledResult = z.object({ said: z.array(z.unknown()), jobs: z.array(z.unknown()) });

async function called(...calls: readonly object[]): Promise<z.infer<typeof calledResult>> {
  const { stdout, stderr } = await home.lab.controller.exec([nodePath, callingProcess, path], {
    stdin: JSON.stringify(calls),
    timeoutMs: 90_000,
  });
  if (stdout === '') throw new Error(stderr);
  return calledResult.parse(JSON.parse(stdout));
}

describeLab('sudo that wants a password, outside of jobs', () => {
  beforeAll(async () => {
    home = await DeployLab.start('sudo', ['vault', 'free']);
    const hosts = [home.host('vault'), home.host('free')];
    const keys = await Promise.all(hosts.map(async (host) => `${host.address} ${(await host.hostKey()).publicKey}\n`));
    await writeFile(join(home.lab.folder, 'home/.ssh/known_hosts'), keys.join(''));
    ({ path } = await home.lab.fleet('colmena', { name: 'sudo', hosts: ['vault', 'free'], user: 'admin' }));
    await writeFile(
      join(path, 'nixstead.toml'),
      '[defaults]\nhealth = [{ name = "root reads", command = ["test", "-r", "/etc/shadow"] }, { tcp = 22 }]\n',
    );
    asking = await home.host('vault').sudoAsks(password);
  });
  afterAll(async () => {
    await asking[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
  });

  test('where nobody can be asked, health tells what needs no root, and why the rest was not tried', async () => {
    const { exitCode, stdout } = await home.cli(['health', path, '--on', '*', '--json']);
    const answers = stdout
      .trim()
      .split('\n')
      .map((text) => hostHealth.parse(JSON.parse(text)));
    const of = (host: string) => answers.find((answer) => answer.host === host);
    expect(of('free')).toMatchObject({ problem: null, results: [{ state: 'passed' }, { state: 'passed' }] });
    expect(of('vault')).toMatchObject({
      problem: {
        code: 'sudo-password-wanted',
        title: `sudo on admin@${home.host('vault').address} asks for a password`,
      },
      results: [
        { name: 'root reads', state: 'waiting', tries: 0 },
        { kind: 'tcp', state: 'passed' },
      ],
    });
    expect([exitCode, answers.length]).toEqual([1, 2]);
    const refused = await home.cli(['generations', path, 'vault', '--protect', '1']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('asks for a password');
  });

  test('at a terminal it is asked for, again where it was wrong, and then no more', async () => {
    const health = new AtTerminal(home.lab, ['health', path, '--on', '*']);
    await health.until('asks for a password');
    await health.until('Password: ');
    health.type('wrong');
    await health.until('was not right');
    await health.until('Password: ');
    health.type(password);
    const { exitCode, shown } = await health.over();
    expect(exitCode, shown).toBe(0);
    expect(shown.match(/✓ passed/g)).toHaveLength(4);
    expect(shown).not.toContain(password);

    const given = new AtTerminal(home.lab, ['health', path, '--on', 'vault']);
    for (const guess of ['one', 'two', 'three']) {
      await given.until('Password: ');
      given.type(guess);
    }
    const refused = await given.over();
    expect(refused.exitCode).toBe(1);
    expect(refused.shown).toContain('sudo on vault does not let the user become root');
    expect(refused.shown).toContain('· not tried');
    expect(refused.shown.match(/Password: /g)).toHaveLength(3);
  });

  test('a generation is protected at a terminal, and no longer, with the password; without an answer nothing is changed', async () => {
    const host = home.host('vault');
    const number = String(await host.generation());
    const marked = async () => (await host.exec(['test', '-L', `${marks}/${number}`])).exitCode === 0;
    const none = new AtTerminal(home.lab, ['generations', path, 'vault', '--protect', number]);
    await none.until('Password: ');
    none.type('');
    expect((await none.over()).exitCode).toBe(1);
    expect(await marked()).toBe(false);
    for (const [option, word] of [
      ['--protect', /protected/],
      ['--unprotect', /^(?!.*protected)/s],
    ] as const) {
      const acting = new AtTerminal(home.lab, ['generations', path, 'vault', option, number]);
      await acting.until('Password: ');
      acting.type(password);
      const { exitCode, shown } = await acting.over();
      expect(exitCode, shown).toBe(0);
      expect(shown).toMatch(word);
      expect(await marked()).toBe(option === '--protect');
    }
  });

  test('one engine asks once for looks and marks of a host, makes no job of them, and nothing keeps the password', async () => {
    const host = home.host('vault');
    const mark = await host.generation();
    const { said, jobs } = await called(
      { host: 'vault' },
      { host: 'vault', password: 'wrong' },
      { host: 'vault', mark, password },
      { host: 'vault' },
      { host: 'vault', mark },
      { host: 'free', mark },
    );
    expect(said).toEqual([
      ['sudo-password-wanted', 'waiting', 'passed'],
      ['sudo-password-wrong', 'waiting', 'passed'],
      'marked',
      ['well', 'passed', 'passed'],
      'marked',
      'marked',
    ]);
    expect(jobs).toEqual([]);
    expect(await host.read('ls', marks)).toBe(String(mark));
    expect(await filesWith(join(home.lab.folder, 'state'), password)).toEqual([]);
    expect((await called({ host: 'vault', mark })).said).toEqual(['sudo-password-wanted']);
  });
});
