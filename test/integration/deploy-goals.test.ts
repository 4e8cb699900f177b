import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
const unit = (name: string): string => `pocket.units.${name} = "one";`;
const must = async (...argv: string[]): Promise<void> => {
  const { exitCode, stderr } = await home.lab.controller.exec(argv);
  expect(exitCode, stderr).toBe(0);
};

describeLab('deploying', () => {
  beforeAll(async () => {
    home = await DeployLab.start('goals', ['nas', 'pi', 'web', 'boot', 'test', 'push', 'admin', 'bring']);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('switches a host, tells each stage, and finds nothing to do when asked again', async () => {
    const path = await home.fleet('switch', { nas: unit('samba') });
    const before = await home.host('nas').generation();
    const first = await home.deploy(path, 'nas');
    expect(first.exitCode, first.stderr).toBe(0);
    const system = await home.host('nas').currentSystem();
    const generation = (before ?? 0) + 1;
    expect(first.result).toMatchObject({
      state: 'succeeded',
      hosts: { nas: { state: 'succeeded', generation, system } },
    });
    expect(stagesOf(first.steps, 'nas')).toBe(
      'plan done, evaluate done, build done, copy done, activate done, confirm done, verify done',
    );
    expect(await home.host('nas').generation()).toBe(generation);
    expect(await home.host('nas').read('systemctl', 'is-active', 'samba')).toBe('active');

    // What it has evaluated is remembered: whether the host is outdated is known without asking nix again.
    const { stdout } = await home.cli(['fleet', 'status', path, '--json']);
    expect(stdout).toMatch(new RegExp(`"wantedSystem":\\s*"${system}"`));

    const again = await home.deploy(path, 'nas');
    expect(again.exitCode).toBe(0);
    expect(again.result.hosts).toMatchObject({ nas: { state: 'unchanged', generation, system } });
    expect(stagesOf(again.steps, 'nas')).toBe(
      'plan done, evaluate done, build skipped, copy skipped, activate skipped, confirm skipped, verify skipped',
    );
    expect(await home.host('nas').generation()).toBe(generation);
  });

  test('evaluates nothing again of files that are as they were', async () => {
    const path = await home.fleet('known', { nas: unit('known') });
    const hostFile = 'hosts/nas/default.nix';
    const edit = async (from: string, to: string, file = hostFile): Promise<void> => {
      const text = await readFile(join(path, file), 'utf8');
      await writeFile(join(path, file), text.replace(from, to));
    };
    /** Deploys, and tells whether nix evaluated for it, and the derivation that was built. */
    const deploy = async () => {
      const { result, exitCode } = await home.deploy(path, 'nas');
      expect(exitCode, JSON.stringify(result)).toBe(0);
      const { commands, steps } = await home.job(result.job);
      const argv = commands.find(({ command }) => command.stage === 'build')?.command.argv ?? [];
      return {
        evaluated: commands.some(({ command }) => command.stage === 'evaluate'),
        note: steps.find(({ stage }) => stage === 'evaluate')?.note,
        state: result.hosts['nas']?.state,
        drvPath: argv.at(-1)?.replace(/\^out$/, ''),
      };
    };
    const first = await deploy();
    expect(first).toMatchObject({ evaluated: true, state: 'succeeded' });
    expect(await deploy()).toMatchObject({ evaluated: false, note: 'as evaluated before', state: 'unchanged' });

    // A change that is not committed counts, and so does one of a file that git was told to take for unchanged.
    await edit('"one"', '"two"');
    expect(await deploy()).toMatchObject({ evaluated: true, state: 'succeeded' });
    await must('git', '-C', path, 'update-index', '--assume-unchanged', hostFile);
    await edit('"two"', '"three"');
    expect(await deploy()).toMatchObject({ evaluated: true });
    await must('git', '-C', path, 'update-index', '--no-assume-unchanged', hostFile);

    // So does one that was taken back: it may have been there while nix read the files.
    const { drvPath = '' } = await deploy();
    expect(await deploy()).toMatchObject({ evaluated: false });
    await edit('"three"', '"four"');
    await edit('"four"', '"three"');
    expect(await deploy()).toMatchObject({ evaluated: true, state: 'unchanged' });

    // What nix has thrown away meanwhile is evaluated, which makes it anew.
    await must('nix', 'store', 'delete', '--ignore-liveness', drvPath);
    expect(await deploy()).toMatchObject({ evaluated: true, state: 'unchanged' });

    // An input that the lock does not name is looked up each time, so the files alone do not decide.
    const input = join(path, '../an-input');
    await mkdir(input);
    await writeFile(join(input, 'flake.nix'), '{ outputs = _: { }; }\n');
    await edit('inputs.', `inputs.more.url = "path:${input}";\n  inputs.`, 'flake.nix');
    for (let round = 0; round < 2; round += 1) {
      expect(await deploy()).toMatchObject({ evaluated: true, state: 'unchanged' });
    }
  });

  test('keeps the exact commands with the job', async () => {
    const path = await home.fleet('commands', { nas: unit('jellyfin') });
    const { result } = await home.deploy(path, 'nas');
    const { commands } = await home.job(result.job);
    const system = await home.host('nas').currentSystem();
    const shown = commands.map(({ command, exitCode }) => [command.stage, command.where, command.argv, exitCode]);
    expect(shown).toEqual([
      ['evaluate', 'here', expect.arrayContaining(['eval', '--apply']), 0],
      ['build', 'here', expect.arrayContaining(['build', expect.stringMatching(/\.drv\^out$/)]), 0],
      ['copy', 'here', expect.arrayContaining(['copy', '--to', 'ssh-ng://root@nas', system]), 0],
      ['activate', 'target', ['nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system], 0],
      ['activate', 'target', [`${system}/bin/switch-to-configuration`, 'switch'], 0],
    ]);
  });

  test('several hosts are deployed side by side, each as soon as its own system is built', async () => {
    const slow = 'environment.etc.slow.source = pkgs.slow 4;';
    const path = await home.fleet('pipeline', { pi: unit('quick'), web: slow });
    const { steps, result } = await home.deploy(path, 'pi, web');
    expect(result.state).toBe('succeeded');
    const at = (host: string, stage: string): number =>
      steps.find((step) => step.host === host && step.stage === stage && step.state === 'done')?.at ?? NaN;
    expect(at('pi', 'verify')).toBeLessThan(at('web', 'build'));
  });

  test('boot makes the new system the next one and leaves the running one', async () => {
    const path = await home.fleet('boot', { boot: unit('later') });
    const host = home.host('boot');
    const [running, generation] = [await host.currentSystem(), await host.generation()];
    const { result, exitCode } = await home.deploy(path, 'boot', '--goal', 'boot');
    expect([exitCode, result.hosts['boot']?.state]).toEqual([0, 'succeeded']);
    expect(await host.currentSystem()).toBe(running);
    expect(await host.generation()).toBe((generation ?? 0) + 1);
    expect((await home.deploy(path, 'boot', '--goal', 'boot')).result.hosts['boot']?.state).toBe('unchanged');
    await host.reboot();
    expect(await host.currentSystem()).not.toBe(running);
    expect((await home.deploy(path, 'boot')).result.hosts['boot']?.state).toBe('unchanged');
  });

  test('test switches until the next boot', async () => {
    const path = await home.fleet('test', { test: unit('maybe') });
    const host = home.host('test');
    const generation = await host.generation();
    const running = await host.currentSystem();
    expect((await home.deploy(path, 'test', '--goal', 'test')).result.state).toBe('succeeded');
    expect(await host.currentSystem()).not.toBe(running);
    expect(await host.generation()).toBe(generation);
  });

  test('dry-activate, push and build change nothing that runs', async () => {
    const path = await home.fleet('push', { push: unit('samba') });
    const host = home.host('push');
    const before = [await host.currentSystem(), await host.generation()];
    const build = await home.deploy(path, 'push', '--goal', 'build');
    const system = build.result.hosts['push']?.system ?? '';
    expect(stagesOf(build.steps, 'push')).toBe('plan done, evaluate done, build done');
    expect((await host.exec(['test', '-e', system])).exitCode).toBe(1);

    const push = await home.deploy(path, 'push', '--goal', 'push');
    expect(stagesOf(push.steps, 'push')).toBe('plan done, evaluate done, build done, copy done');
    expect((await host.exec(['test', '-e', system])).exitCode).toBe(0);

    const dry = await home.deploy(path, 'push', '--goal', 'dry-activate');
    expect(dry.result.hosts['push']?.state).toBe('succeeded');
    const job = await home.job(dry.result.job);
    expect(job.steps.find(({ stage }) => stage === 'activate')).toMatchObject({
      state: 'done',
      note: expect.stringMatching(/^would start [1-9]/),
    });
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);
  });

  test('works as a user who may become root, whose copies nix there trusts', async () => {
    const { path: hive } = await home.lab.fleet('colmena', { name: 'hive', hosts: ['admin'], user: 'admin' });
    const { result, stderr } = await home.deploy(hive, 'admin');
    expect(result.hosts['admin']?.state, stderr).toBe('succeeded');
    const { commands } = await home.job(result.job);
    expect(commands.map(({ command }) => command.argv)).toContainEqual([
      'sudo',
      '-H',
      '--',
      `${await home.host('admin').currentSystem()}/bin/switch-to-configuration`,
      'switch',
    ]);
  });

  test('becomes root with the command that a node of deploy-rs names', async () => {
    const host = home.host('admin');
    const become = '/usr/local/bin/become';
    await host.exec(['tee', become], { stdin: '#!/bin/sh\nexec sudo "$@"\n' });
    await host.read('chmod', '+x', become);
    // Nix is run as root there by sudo alone.
    await host.nixTrustsAdmin();
    const config = { admin: unit('become') };
    const { path } = await home.lab.fleet('deploy-rs', { name: 'become', hosts: ['admin'], config, user: 'admin' });
    const flake = join(path, 'flake.nix');
    const text = await readFile(flake, 'utf8');
    await writeFile(flake, text.replace('user = "root";', '$& sudo = "become -u";'));
    const { result, stderr } = await home.deploy(path, 'admin');
    const system = await host.currentSystem();
    expect(result.hosts['admin'], stderr).toMatchObject({ state: 'succeeded', system });
    const { commands } = await home.job(result.job);
    const switchTo = ['become', '-u', 'root', `${system}/bin/switch-to-configuration`, 'switch'];
    expect(commands.map(({ command }) => command.argv)).toContainEqual(switchTo);
  });

  test('push asks for the password of sudo where nix there does not trust the user, and needs none where it does', async () => {
    const host = home.host('bring');
    const fleet = async (name: string): Promise<{ path: string; system: string }> => {
      const about = { name, hosts: ['bring'], config: { bring: unit(name) }, user: 'admin' } as const;
      const { path } = await home.lab.fleet('colmena', about);
      const { result } = await home.deploy(path, 'bring', '--goal', 'build');
      return { path, system: result.hosts['bring']?.system ?? '' };
    };
    const has = async (system: string): Promise<boolean> => (await host.exec(['test', '-e', system])).exitCode === 0;
    const before = [await host.currentSystem(), await host.generation()];
    const password = 'a password of admin';
    await using _asking = await host.sudoAsks(password);

    const untrusted = await fleet('untrusted');
    const error = await home.deployFails(untrusted.path, 'bring', '--goal', 'push');
    expect(error).toMatchObject({
      code: 'nix-path-unsigned',
      title: `This user may not bring unsigned paths to admin@${host.address}`,
    });
    const question = `Password for sudo on admin@${host.address}`;
    const wrong = await home.answer(untrusted.path, ['bring'], ['one', 'two', 'three'], { goal: 'push' });
    expect(wrong.outcomes['bring']).toMatchObject({ state: 'failed', error: { code: 'deploy-sudo-refused' } });
    expect(await has(untrusted.system)).toBe(false);
    const typed = await home.answer(untrusted.path, ['bring'], [password], { goal: 'push' });
    expect([typed.questions, typed.outcomes['bring']?.state]).toEqual([[question], 'succeeded']);
    expect(await has(untrusted.system)).toBe(true);

    await host.nixTrustsAdmin();
    const trusted = await fleet('trusted');
    const free = await home.answer(trusted.path, ['bring'], [], { goal: 'push' });
    expect([free.questions, free.outcomes['bring']?.state]).toEqual([[], 'succeeded']);
    expect(await has(trusted.system)).toBe(true);
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);
  });

  test('lets the target build its own system where the fleet says so', async () => {
    const { path } = await home.lab.fleet('colmena', {
      name: 'own',
      hosts: ['web'],
      config: { web: 'deployment.buildOnTarget = true;\npocket.units.own = "one";' },
    });
    const { result, steps, stderr } = await home.deploy(path, 'web');
    expect(result.hosts['web']?.state, stderr).toBe('succeeded');
    expect(stagesOf(steps, 'web')).toBe(
      'plan done, evaluate done, build done, copy skipped, activate done, confirm done, verify done',
    );
    const system = await home.host('web').currentSystem();
    expect((await home.lab.controller.exec(['test', '-e', system ?? ''])).exitCode).toBe(1);
  });
});
