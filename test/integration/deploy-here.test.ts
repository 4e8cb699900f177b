import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { generation } from '../../shared/contract/generation.ts';
import { hostStatus } from '../../shared/contract/host.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, nodePath } from '../lab/index.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
/** What the controller runs before anything is deployed to it. */
let first: string;
const callingProcess = join(import.meta.dirname, 'deploy/calling-process.ts');
const unit = (name: string): string => `pocket.units.${name} = "one";`;
/** A host that is deployed on itself alone, as with colmena's apply-local. */
const itself = (config: string): string =>
  `deployment.allowLocalDeployment = true;
   imports = [ ({ lib, ... }: { deployment.targetHost = lib.mkForce null; }) ];
   ${config}`;

async function run(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await home.lab.controller.exec(argv);
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return stdout.trim();
}

const runs = (): Promise<string> => run('readlink', '-f', '/run/current-system');

describeLab('a host that is this computer', () => {
  beforeAll(async () => {
    home = await DeployLab.start('here', ['one']);
    // The controller becomes a NixOS machine that runs a system of its own.
    const base = await home.lab.fleet('plain', { name: 'base', hosts: ['ctl'] });
    const toplevel = `${base.path}#nixosConfigurations.ctl.config.system.build.toplevel`;
    const nix = ['nix', '--extra-experimental-features', 'nix-command flakes'];
    first = await run(...nix, 'build', '--no-link', '--print-out-paths', toplevel);
    await run('nix-env', '-p', '/nix/var/nix/profiles/system', '--set', first);
    await run('sh', '-c', 'ln -sfn "$0" /run/current-system; ln -sfn "$0" /run/booted-system; touch /etc/NIXOS', first);
    await run('mkdir', '-p', '/run/systemd/system', '/run/wrappers/bin');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('is deployed without ssh, where the fleet allows it', async () => {
    const { path } = await home.lab.fleet('colmena', {
      name: 'itself',
      hosts: ['ctl', 'one'],
      config: { ctl: `deployment.allowLocalDeployment = true;\n${unit('itself')}`, one: unit('itself') },
    });
    const { result, steps, stderr } = await home.deploy(path, '*', '--reboot');
    expect(result.hosts, stderr).toMatchObject({ ctl: { state: 'succeeded' }, one: { state: 'succeeded' } });
    expect(stagesOf(steps, 'ctl')).toBe(
      'plan done, evaluate done, build done, copy skipped, activate done, confirm done, verify done',
    );
    expect(await runs()).toBe(result.hosts['ctl']?.system);
    const job = await home.job(result.job);
    expect(job.watchdogs['ctl']?.state).toBe('kept');
    expect(job.commands.some(({ command: { host, env } }) => host === 'ctl' && 'NIX_SSHOPTS' in env)).toBe(false);
    // Its way back is guarded and found as anybody's.
    const back = await home.cli(['rollback', path, '--on', 'ctl', '--to', 'previous', '--yes', '--json']);
    expect(back.exitCode, back.stdout).toBe(0);
    expect(await runs()).toBe(first);

    // As somebody who is not root, by way of the daemon and sudo.
    await run(
      'sh',
      '-c',
      'nix-daemon >/dev/null 2>&1 & until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.05; done',
    );
    const admin = { HOME: '/home/admin', USER: 'admin', NIXSTEAD_HOME: '/home/admin/state', NIX_REMOTE: 'daemon' };
    await run('sh', '-c', 'printf "[safe]\\n\\tdirectory = *\\n" >/home/admin/.gitconfig');
    const words = ['deploy', path, '--on', 'ctl', '--yes', '--json'];
    const asAdmin = await home.lab.controller.exec(['node', commandLine, ...words], {
      user: 'admin',
      env: admin,
      timeoutMs: 90_000,
    });
    expect(asAdmin.exitCode, asAdmin.stdout + asAdmin.stderr).toBe(0);
    expect(await runs()).toBe(result.hosts['ctl']?.system);
    expect(asAdmin.stdout).toContain('"state":"kept"');
  });

  test('is asked, looked over, sent back and cleaned without ssh and an address too', async () => {
    const fleet = async (name: string, config: string): Promise<string> =>
      (await home.lab.fleet('colmena', { name, hosts: ['ctl'], config: { ctl: itself(config) } })).path;
    const path = await fleet('asked', unit('asked'));
    await writeFile(
      join(path, 'nixstead.toml'),
      '[defaults]\nhealth = [{ command = ["test", "-e", "/root/well"] }, { no-new-failed-units = true }]\n',
    );
    await run('touch', '/root/well');
    const deployed = (await home.deploy(path, 'ctl')).result.hosts['ctl'];
    expect(deployed).toMatchObject({ state: 'succeeded' });

    const status = await home.cli(['fleet', 'status', path, '--on', 'ctl', '--json']);
    expect(z.array(hostStatus).parse(JSON.parse(status.stdout))).toMatchObject([
      { reachability: 'online', problem: null, currentSystem: await runs(), generation: deployed?.generation },
    ]);
    expect((await home.cli(['fleet', 'show', path])).stdout).toMatch(/ctl .* this computer /);
    const health = await home.cli(['health', path, '--on', 'ctl']);
    expect(health.exitCode, health.stdout + health.stderr).toBe(0);

    // Its watchdog is told what a person decides.
    const next = await fleet('decided', unit('decided'));
    await writeFile(
      join(next, 'nixstead.toml'),
      '[[defaults.health]]\ncommand = ["sh", "-c", "! ls /run/current-system/etc/systemd/system/decided.service"]\nwithin = 60\n',
    );
    const running = home.begin(next, 'ctl', '--watchdog', '60');
    await running.until(({ stage, state }) => stage === 'confirm' && state === 'running');
    expect((await home.cli(['jobs', 'revert', await home.latestJob()])).exitCode).toBe(0);
    expect((await running.over()).result.hosts['ctl']).toMatchObject({ state: 'reverted', system: deployed?.system });

    const list = async () => {
      const { stdout, stderr } = await home.cli(['generations', path, 'ctl', '--json']);
      expect(stdout, stderr).toMatch(/^\[/);
      return z.array(generation).parse(JSON.parse(stdout));
    };
    const oldest = (await list()).at(-1)?.number ?? 0;
    expect((await list()).find(({ isRunning }) => isRunning)).toMatchObject({ number: deployed?.generation });
    const calls = [
      { host: 'ctl' },
      { host: 'ctl', mark: oldest },
      { host: 'ctl', compare: [oldest, deployed?.generation] },
    ];
    const called = await home.lab.controller.exec([nodePath, callingProcess, path], { stdin: JSON.stringify(calls) });
    expect(JSON.parse(called.stdout), called.stderr).toMatchObject({
      said: [['well', 'passed', 'passed'], 'marked', { packages: expect.arrayContaining([]) }],
    });
    expect((await list()).at(-1)).toMatchObject({ number: oldest, isProtected: true });
    expect((await home.cli(['generations', path, 'ctl', '--unprotect', String(oldest)])).exitCode).toBe(0);
    const cleaned = await home.cli(['generations', path, 'ctl', '--keep', '1', '--yes']);
    expect(cleaned.exitCode, cleaned.stdout + cleaned.stderr).toBe(0);
    const [, ...older] = await list();
    expect(older.every((one) => one.isRunning || one.isBooted || one.isNext)).toBe(true);
  });
});
