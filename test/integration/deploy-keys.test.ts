import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hostStatus, type HostStatus } from '../../shared/contract/host.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

/** Values that must be nowhere but in their files; the last lines of a big one tell whether it came whole. */
const planted = { text: 'planted-text-7f31', file: 'planted-file-52ac', command: 'planted-command-90de' };
const big = `${planted.file}\n${'0123456789abcdef\n'.repeat(20_000)}end\n`;

let home: DeployLab;
const at = (name: string): string => join(home.lab.folder, name);

/** Nix text of keys. */
const keys = (text: string): Record<string, string> => ({ vault: `deployment.keys = { ${text} };\n${makesUser}` });
/** As NixOS makes users: while the new system is activated. */
const makesUser = `system.activationScripts.keeper = ''
  grep -q ^keeper: /etc/group || echo 'keeper:x:4711:' >>/etc/group
  grep -q ^keeper: /etc/passwd || echo 'keeper:x:4711:4711::/:/bin/sh' >>/etc/passwd
'';`;

async function fleet(name: string, text: string): Promise<string> {
  const { path } = await home.lab.fleet('colmena', { name, hosts: ['vault'], config: keys(text) });
  return path;
}

async function status(path: string): Promise<HostStatus> {
  const { stdout } = await home.cli(['fleet', 'status', path, '--json']);
  const [found] = z.array(hostStatus).parse(JSON.parse(stdout));
  if (found === undefined) throw new Error(stdout);
  return found;
}

/** Keeps the words and the environment of every process until it is stopped. */
async function watchProcesses(run: (argv: string[]) => Promise<{ stdout: string }>): Promise<() => Promise<string>> {
  const loop = `rm -f /tmp/stop; (while [ ! -e /tmp/stop ]; do
    cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | sort -u >>/tmp/seen; sleep 0.02
  done; sort -u /tmp/seen >/tmp/seen.all; rm /tmp/seen /tmp/stop) </dev/null >/dev/null 2>&1 &`;
  await run(['sh', '-c', loop]);
  const end = 'touch /tmp/stop; while [ -e /tmp/stop ]; do sleep 0.05; done; cat /tmp/seen.all';
  return async () => (await run(['sh', '-c', end])).stdout;
}

describeLab('keys of a colmena fleet', () => {
  beforeAll(async () => {
    home = await DeployLab.start('keys', ['vault', 'pair']);
    await writeFile(at('key-file'), big, { mode: 0o600 });
    await writeFile(at('key-source'), planted.command, { mode: 0o600 });
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('come to the host with owner and mode, and their values are nowhere else', async () => {
    const path = await fleet(
      'hive',
      `text.text = "${planted.text}";
       file = { keyFile = "${at('key-file')}"; destDir = "/etc/secrets"; name = "big"; permissions = "0440"; };
       own = { keyCommand = [ "cat" "${at('key-source')}" ]; user = "keeper"; group = "keeper"; };
       late = { keyCommand = [ "cat" "${at('key-source')}" ]; user = "keeper"; uploadAt = "post-activation"; };`,
    );
    const host = home.host('vault');
    const stops = [
      await watchProcesses((argv) => host.exec(argv)),
      await watchProcesses((argv) => home.lab.controller.exec(argv)),
    ];
    const { result, steps, stderr } = await home.deploy(path, 'vault');
    const seen = (await Promise.all(stops.map((stop) => stop()))).join('\n');
    expect(result.hosts['vault']?.state, stderr).toBe('succeeded');
    expect(stagesOf(steps, 'vault')).toBe(
      'plan done, evaluate done, build done, copy done, keys done, activate done, confirm done, verify done',
    );
    const files = ['/run/keys/text', '/etc/secrets/big', '/run/keys/own', '/run/keys/late'];
    expect(await host.read('stat', '-c', '%n %U:%G %a', ...files)).toBe(
      [
        '/run/keys/text root:root 600',
        '/etc/secrets/big root:root 440',
        '/run/keys/own keeper:keeper 600',
        '/run/keys/late keeper:root 600',
      ].join('\n'),
    );
    const { stdout } = await host.exec(['cat', ...files]);
    expect(stdout).toBe(`${planted.text}${big}${planted.command}${planted.command}`);
    expect(await host.read('find', '/run/keys', '/etc/secrets', '-name', '.*')).toBe('');

    expect(seen).toContain('nixstead-key');
    for (const value of Object.values(planted)) expect(seen).not.toContain(value);
    const job = await home.job(result.job);
    const log = (await home.cli(['jobs', 'log', result.job, '--host', 'vault'])).stdout;
    expect(log).toContain('Key own: /run/keys/own (keeper:keeper 0600), from the command cat.');
    const state = join(home.lab.folder, 'state');
    const remembered = (await readdir(state, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(remembered.map(({ name }) => name)).toEqual(expect.arrayContaining(['events.jsonl']));
    for (const { parentPath, name } of remembered) {
      const content = await readFile(join(parentPath, name), 'latin1');
      for (const value of Object.values(planted)) expect(content.includes(value), `${parentPath}/${name}`).toBe(false);
    }
    for (const value of Object.values(planted)) expect(JSON.stringify(job) + stderr).not.toContain(value);
  });

  test('that a reboot took away come back with the goal keys, and with a deploy that finds nothing else to do', async () => {
    const path = await fleet('again', `again = { text = "${planted.text}"; user = "keeper"; group = "keeper"; };`);
    const host = home.host('vault');
    expect((await home.deploy(path, 'vault')).result.state).toBe('succeeded');
    const [system, generation] = [await host.currentSystem(), await host.generation()];
    await host.reboot();
    expect((await host.exec(['test', '-e', '/run/keys/again'])).exitCode).toBe(1);
    const { result, steps } = await home.deploy(path, 'vault', '--goal', 'keys');
    expect(result.hosts['vault']).toMatchObject({ state: 'succeeded', generation, system });
    expect(stagesOf(steps, 'vault')).toBe('plan done, keys done');
    expect(await host.read('cat', '/run/keys/again')).toBe(planted.text);
    await host.read('rm', '/run/keys/again');
    expect((await home.deploy(path, 'vault')).result.hosts['vault']?.state).toBe('unchanged');
    expect(await host.read('stat', '-c', '%U:%G %a', '/run/keys/again')).toBe('keeper:keeper 600');
  });

  test('come back with the restart that a deploy asks for', async () => {
    const text = `back = { text = "${planted.text}"; user = "keeper"; group = "keeper"; };`;
    const path = await fleet('restarted', `${text}\n}; pocket = { kernelVersion = "6.12.90";`);
    const host = home.host('vault');
    const before = await host.bootId();
    const { result, steps, stderr } = await home.deploy(path, 'vault', '--reboot');
    expect(result.hosts['vault']?.state, stderr).toBe('succeeded');
    expect(await host.bootId()).not.toBe(before);
    expect(stagesOf(steps, 'vault')).toMatch(/keys done, activate done, confirm done, reboot done, verify done$/);
    expect(await host.read('stat', '-c', '%U:%G %a', '/run/keys/back')).toBe('keeper:keeper 600');
    expect(await host.read('cat', '/run/keys/back')).toBe(planted.text);
    expect(await status(path)).not.toHaveProperty('areKeysGone');
  });

  test('come back with the restart of a host that goes back with its wave; going back alone says that they are gone', async () => {
    const host = home.host('vault');
    const before = { system: await host.currentSystem(), generation: await host.generation() };
    const kept = keys(`kept = { text = "${planted.text}"; };\n}; pocket = { kernelVersion = "6.12.91";`);
    const config = { ...kept, pair: 'pocket.failActivation = true;' };
    const { path } = await home.lab.fleet('colmena', { name: 'back', hosts: ['vault', 'pair'], config });
    const waves = '[waves]\nwhen-stopped = "go-back"\n[[waves.wave]]\non = "vault"\n';
    await writeFile(join(path, 'nixstead.toml'), waves);
    const boot = await host.bootId();
    const { result } = await home.deploy(path, 'vault, pair', '--reboot');
    expect(result.hosts['vault'], JSON.stringify(result)).toMatchObject({
      ...{ state: 'reverted', ...before },
      error: { code: 'wave-went-back' },
    });
    const log = (await home.cli(['jobs', 'log', result.job, '--host', 'vault'])).stdout;
    expect(log.match(/^Restarts: /gm)).toHaveLength(2);
    expect(await host.bootId()).not.toBe(boot);
    expect(await host.read('cat', '/run/keys/kept')).toBe(planted.text);

    expect((await home.deploy(path, 'vault', '--reboot')).result.state).toBe('succeeded');
    const back = await home.cli(['rollback', path, '--on', 'vault', '--to', 'previous', '--reboot', '--yes', '--json']);
    expect(back.exitCode, back.stdout).toBe(0);
    expect((await host.exec(['test', '-e', '/run/keys/kept'])).exitCode).toBe(1);
    const told = await home.cli(['jobs', 'log', await home.latestJob(), '--host', 'vault']);
    expect(told.stdout).toContain('the goal “keys” uploads them again');
  });

  test('that are gone since the host was restarted are missed, and come back with one command', async () => {
    const path = await fleet(
      'gone',
      `gone = { text = "${planted.text}"; user = "keeper"; }; stays = { text = "x"; destDir = "/etc/secrets"; };`,
    );
    const { path: asAdmin } = await home.lab.fleet('colmena', {
      name: 'gone-admin',
      hosts: ['vault'],
      config: keys(`gone = { text = "${planted.text}"; user = "keeper"; };`),
      user: 'admin',
    });
    const host = home.host('vault');
    expect((await home.deploy(path, 'vault')).result.state).toBe('succeeded');
    const mark = await host.read('cat', '/var/lib/nixstead/keys');
    expect(mark).toBe(`${await host.bootId()}\n/run/keys/gone`);
    expect(await status(path)).not.toHaveProperty('areKeysGone');

    await host.reboot();
    expect(await status(path)).toMatchObject({ reachability: 'online', areKeysGone: true });
    expect(await status(asAdmin)).toMatchObject({ areKeysGone: true });
    // Who looks does not read keys here and send them there: that is asked for.
    expect((await host.exec(['test', '-e', '/run/keys/gone'])).exitCode).toBe(1);
    const shown = await home.cli(['fleet', 'status', path]);
    expect(shown.stdout).toContain('its keys are gone since it was restarted: deploy with --goal keys');
    // A fleet without keys misses none.
    const without = await home.lab.fleet('colmena', { name: 'none', hosts: ['vault'] });
    expect(await status(without.path)).not.toHaveProperty('areKeysGone');

    const { result } = await home.deploy(path, 'vault', '--goal', 'keys');
    expect(result.hosts['vault']?.state).toBe('succeeded');
    expect(await host.read('cat', '/run/keys/gone')).toBe(planted.text);
    expect(await status(path)).not.toHaveProperty('areKeysGone');

    // Somebody else may have put them there.
    await host.reboot();
    await host.read('sh', '-c', 'mkdir -m 0750 -p /run/keys; echo other >/run/keys/gone');
    expect(await status(path)).not.toHaveProperty('areKeysGone');
    // Who cannot look into the folder cannot tell.
    expect(await status(asAdmin)).not.toHaveProperty('areKeysGone');
  });

  test('whose upload is cancelled are there as far as is told', async () => {
    const gate = at('gate');
    await home.lab.controller.exec(['mkfifo', gate]);
    const path = await fleet(
      'cancelled',
      `one.text = "first"; two.text = "second"; until.keyCommand = [ "cat" "${gate}" ]; zero.text = "never";`,
    );
    const running = home.begin(path, 'vault', '--goal', 'keys');
    await running.until(({ stage, state }) => stage === 'keys' && state === 'running');
    const id = await home.latestJob();
    await home.untilLog(id, 'vault', 'Key two:');
    await home.cancel(id);
    const { result } = await running.over();
    expect(result.hosts['vault']).toMatchObject({
      state: 'cancelled',
      error: { evidence: '2 of 4 keys were written on vault.' },
    });
    const there = (await home.host('vault').read('ls', '/run/keys')).split('\n');
    expect(['one', 'two', 'until', 'zero'].filter((name) => there.includes(name))).toEqual(['one', 'two']);
  });

  test('that cannot be uploaded say why, and the key that is there stays as it was', async () => {
    const host = home.host('vault');
    await host.read('sh', '-c', 'mkdir -p /run/keys; echo before >/run/keys/lost');
    const owner = await fleet('owner', `lost = { text = "${planted.text}"; group = "nobody-such"; };`);
    expect(await home.deployFails(owner, 'vault', '--goal', 'keys')).toMatchObject({
      code: 'key-owner-missing',
      evidence: expect.stringContaining('nobody-such'),
    });
    expect(await host.read('cat', '/run/keys/lost')).toBe('before');
    expect(await host.read('find', '/run/keys', '-name', '.*')).toBe('');

    // The command tells its secret before it fails, on stderr beside other words.
    await writeFile(
      at('fails'),
      `#!/bin/sh\necho ${planted.command}\necho ${planted.command} >&2\necho 'locked' >&2\nexit 3\n`,
    );
    await chmod(at('fails'), 0o700);
    const command = await fleet('command', `lost.keyCommand = [ "${at('fails')}" "${planted.text}" ];`);
    const problem = await home.deployFails(command, 'vault', '--goal', 'keys');
    expect(problem).toMatchObject({ code: 'key-command-failed', evidence: `${at('fails')}: exit 3` });

    const missing = await fleet('missing', `lost.keyFile = "${at('not-there')}";`);
    expect(await home.deployFails(missing, 'vault')).toMatchObject({ code: 'key-file-unreadable' });
    expect(await host.read('cat', '/run/keys/lost')).toBe('before');
  });

  test.each(['keys', 'switch'])('that nix complains about are quoted nowhere (%s)', async (goal) => {
    const conflict = await fleet(
      `conflict-${goal}`,
      `twice.text = "${planted.text}"; }; imports = [ { deployment.keys.twice.text = "${planted.command}"; } ];
       pocket.units = { twice = "one";`,
    );
    const wrong = await fleet(`wrong-${goal}`, `wrong.text = { value = "${planted.text}"; };`);
    const problems = [];
    for (const path of [conflict, wrong]) problems.push(await home.deployFails(path, 'vault', '--goal', goal));
    expect(problems[0]).toMatchObject({
      code: 'nix-option-conflict',
      title: 'The option deployment.keys.twice.text is set to different values',
    });
    const state = join(home.lab.folder, 'state');
    for (const { parentPath, name } of await readdir(state, { recursive: true, withFileTypes: true })) {
      const content = await readFile(join(parentPath, name), 'latin1').catch(() => '');
      for (const value of Object.values(planted)) expect(content.includes(value), `${parentPath}/${name}`).toBe(false);
    }
    const job = await home.latestJob();
    const shown = [await home.cli(['jobs', 'show', job]), await home.cli(['jobs', 'log', job, '--host', 'vault'])];
    for (const value of Object.values(planted)) expect(JSON.stringify([problems, shown])).not.toContain(value);
  });

  test('come with a plan from its own files alone', async () => {
    const path = await fleet(
      'planned',
      `planned = { text = "${planted.text}"; };\n}; pocket.units = { planned = "one";`,
    );
    const host = home.host('vault');
    const before = await host.currentSystem();
    expect((await home.cli(['plan', path, '--on', 'vault', '--json'])).exitCode).toBe(0);
    const plan = await home.latestJob();
    const file = join(path, 'flake.nix');
    const text = await readFile(file, 'utf8');
    expect(text).toContain(planted.text);

    await writeFile(file, text.replace(planted.text, 'of nobody'));
    const refused = await home.deploy(path, 'vault', '--planned', plan);
    const title = 'The keys of vault may be others than when the plan was made; nothing was changed';
    expect(refused.result.hosts['vault']).toMatchObject({
      state: 'failed',
      error: { code: 'deploy-plan-outdated', title },
    });
    // Who looks before anything is begun is told as well.
    const shown = await home.cli(['deploy', path, '--on', 'vault', '--yes', '--planned', plan]);
    expect([shown.exitCode, shown.stderr.split('Commands')[0]]).toEqual([1, expect.stringContaining(title)]);
    expect(await host.currentSystem()).toBe(before);
    expect((await host.exec(['test', '-e', '/run/keys/planned'])).exitCode).toBe(1);

    await writeFile(file, text);
    const { result } = await home.deploy(path, 'vault', '--planned', plan);
    expect(result.hosts['vault']?.state, JSON.stringify(result)).toBe('succeeded');
    expect(await host.read('cat', '/run/keys/planned')).toBe(planted.text);
  });

  test('whose owner no activation makes are told, with the host in its new system', async () => {
    const path = await fleet(
      'nobody',
      `lost = { text = "x"; user = "nobody-such"; };\n}; pocket.units = { other = "one";`,
    );
    const { result } = await home.deploy(path, 'vault');
    expect(result.hosts['vault']).toMatchObject({
      state: 'switched-with-failures',
      error: { code: 'key-owner-missing' },
    });
    expect(await home.host('vault').read('stat', '-c', '%U:%G %a', '/run/keys/lost')).toBe('root:root 600');
  });
});
