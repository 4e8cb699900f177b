import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { projectRoot } from '../lab/index.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

const switched = 'plan done, evaluate done, build done, copy done, activate done, confirm done, verify done';
const unit = (name: string): string => `pocket.units.${name} = "one";`;
let home: DeployLab;

/** Puts stand-ins on the controller's PATH, where people have the real programs. */
async function install(...names: string[]): Promise<void> {
  for (const name of names) {
    const program = join(projectRoot, 'test/lab/deployers/main.ts');
    const stdin = `#!/bin/sh\nexec node ${program} ${name} "$@"\n`;
    const { controller } = home.lab;
    await controller.exec(['tee', `/usr/local/bin/${name}`], { stdin });
    await controller.exec(['chmod', '+x', `/usr/local/bin/${name}`]);
  }
}

const remove = (name: string) => home.lab.controller.exec(['rm', `/usr/local/bin/${name}`]);

describeLab('deploying with the programs that people have', () => {
  beforeAll(async () => {
    home = await DeployLab.start('engines', ['hive', 'plain', 'node']);
  });
  afterAll(() => home?.[Symbol.asyncDispose]());

  const colmenaFleet = async (name: string, config: string): Promise<string> =>
    (await home.lab.fleet('colmena', { name, hosts: ['hive'], config: { hive: config } })).path;

  test('a program that is not here is said to be missing before anything is started', async () => {
    const path = await colmenaFleet('missing', '');
    const { exitCode, stdout, stderr } = await home.cli([
      'deploy',
      path,
      '--on',
      'hive',
      '--yes',
      '--engine',
      'colmena',
    ]);
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain('colmena is not here');
  });

  test('colmena switches a host, guarded by our watchdog, and the host tells what came of it', async () => {
    await install('colmena');
    const path = await colmenaFleet('colmena', unit('samba'));
    const first = await home.deploy(path, 'hive', '--engine', 'colmena');
    expect(first.exitCode, first.stderr).toBe(0);
    const system = await home.host('hive').currentSystem();
    expect(first.result.hosts).toMatchObject({ hive: { state: 'succeeded', system } });
    expect(stagesOf(first.steps, 'hive')).toBe(switched);
    expect(await home.host('hive').read('systemctl', 'is-active', 'samba')).toBe('active');

    const { commands, watchdogs, spec } = await home.job(first.result.job);
    expect(watchdogs['hive']?.state).toBe('kept');
    expect(spec['engine']).toBe('colmena');
    const shown = commands.map(({ command, exitCode }) => [command.stage, command.argv.slice(1), exitCode]);
    expect(shown.at(-1)).toEqual(['build', ['apply', 'switch', '--config', `${path}/flake.nix`, '--on', 'hive'], 0]);
    const { stdout: log } = await home.cli(['jobs', 'log', first.result.job, '--host', 'hive']);
    expect(log).toContain(`Built "${system}"`);

    const again = await home.deploy(path, 'hive', '--engine', 'colmena');
    expect(again.result.hosts).toMatchObject({ hive: { state: 'unchanged', system } });
  });

  test('units that fail under colmena are told as such, since the host runs the new system', async () => {
    const path = await colmenaFleet('units', 'services.nginx.enable = true; pocket.failUnits = [ "nginx" ];');
    const { result } = await home.deploy(path, 'hive', '--engine', 'colmena');
    expect(result.hosts['hive']).toMatchObject({
      state: 'switched-with-failures',
      system: await home.host('hive').currentSystem(),
      error: { code: 'deploy-units-failed' },
    });
  });

  test('a host that colmena shut us out of goes back by itself', async () => {
    const host = home.host('hive');
    const before = await host.currentSystem();
    const path = await colmenaFleet('shut', 'pocket.breakFirewall = true;');
    const { result } = await home.deploy(path, 'hive', '--engine', 'colmena', '--watchdog', '8');
    expect(result.hosts['hive']).toMatchObject({ state: 'reverted', error: { code: 'deploy-reverted-unreachable' } });
    expect(await host.currentSystem()).toBe(before);
  });

  test('a build that fails under colmena is explained by what nix said, and touches nothing', async () => {
    const path = await colmenaFleet('broken', 'environment.etc.x.source = pkgs.runCommand "x" { } "exit 3";');
    const host = home.host('hive');
    const before = await host.currentSystem();
    const error = await home.deployFails(path, 'hive', '--engine', 'colmena');
    expect(error.code).toBe('nix-builder-failed');
    expect(await host.currentSystem()).toBe(before);
    expect((await host.exec(['sh', '-c', 'ls /nix/var/nix/gcroots | grep nixstead-'])).stdout).toBe('');
  });

  test.each(['nixos-rebuild', 'nixos-rebuild-ng'])(
    '%s switches, and each generation is given its own options',
    async (name) => {
      await install(name);
      const path = await home.fleet(name, { plain: unit(name) });
      const { result, steps, stderr } = await home.deploy(path, 'plain', '--engine', 'nixos-rebuild');
      const system = await home.host('plain').currentSystem();
      expect(result.hosts['plain'], stderr).toMatchObject({ state: 'succeeded', system });
      expect(stagesOf(steps, 'plain')).toBe(switched);
      const { watchdogs, commands } = await home.job(result.job);
      expect(watchdogs['plain']?.state).toBe('kept');
      expect(commands.at(-1)?.command.argv).toEqual(
        expect.arrayContaining(['--target-host', 'root@plain', name === 'nixos-rebuild' ? '--fast' : '--no-reexec']),
      );
      await remove(name);
    },
  );

  test('deploy-rs switches and confirms by itself; what it cannot do is refused', async () => {
    await install('deploy');
    const { path } = await home.lab.fleet('deploy-rs', { hosts: ['node'], config: { node: unit('syncthing') } });
    const { result, steps, stderr } = await home.deploy(path, 'node', '--engine', 'deploy-rs', '--watchdog', '20');
    const system = await home.host('node').currentSystem();
    expect(result.hosts['node'], stderr).toMatchObject({ state: 'succeeded', system });
    expect(stagesOf(steps, 'node')).toBe(switched);
    const { watchdogs, commands } = await home.job(result.job);
    expect(watchdogs).toEqual({});
    expect(commands.at(-1)?.command.argv).toEqual(expect.arrayContaining(['--confirm-timeout', '20']));
    expect((await home.deployFails(path, 'node', '--engine', 'deploy-rs', '--goal', 'test')).code).toBe('engine-goal');
  });

  test('a rollback of deploy-rs is told as one', async () => {
    const host = home.host('node');
    const before = [await host.currentSystem(), await host.generation()];
    const { path } = await home.lab.fleet('deploy-rs', {
      name: 'failing',
      hosts: ['node'],
      config: { node: 'pocket.failActivation = true;' },
    });
    const { result } = await home.deploy(path, 'node', '--engine', 'deploy-rs');
    expect(result.hosts['node']).toMatchObject({ state: 'reverted', error: { code: 'deploy-reverted-engine' } });
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);
  });
});
