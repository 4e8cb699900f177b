import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { generation, type Generation } from '../../shared/contract/generation.ts';
import { hostStatus, type HostStatus } from '../../shared/contract/host.ts';
import type { JobDetail } from '../../shared/contract/job.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { filesWith } from '../lab/files-with.ts';
import { projectRoot, type LabHost } from '../lab/index.ts';
import { realDeployer } from '../lab/real-tools.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

const switched = 'plan done, evaluate done, build done, copy done, activate done, confirm done, verify done';
const unit = (name: string): string => `pocket.units.${name} = "one";`;
let home: DeployLab;

/** Puts programs on the controller's PATH: the real ones where the environment names them, else their stand-ins. */
async function install(...names: string[]): Promise<void> {
  for (const name of names) {
    const real = realDeployer(name);
    if (real !== null) {
      await home.lab.controller.exec(['ln', '-sfn', real.program, `/usr/local/bin/${name}`]);
      continue;
    }
    const program = join(projectRoot, 'test/lab/deployers/main.ts');
    const stdin = `#!/bin/sh\nexec node ${program} ${name} "$@"\n`;
    const { controller } = home.lab;
    await controller.exec(['tee', `/usr/local/bin/${name}`], { stdin });
    await controller.exec(['chmod', '+x', `/usr/local/bin/${name}`]);
  }
}

/** Puts a program on the controller's PATH that does something to the fleet's files before it begins. */
async function installAfter(name: string, before: string): Promise<void> {
  await install(name);
  const program = `/usr/local/bin/${name}`;
  const aside = `/usr/local/bin/${name}.then`;
  const stdin = `#!/bin/sh\ncase $1 in --version) ;; *) ${before} ;; esac\nexec ${aside} "$@"\n`;
  const { controller } = home.lab;
  await controller.exec(['mv', program, aside]);
  await controller.exec(['tee', program], { stdin });
  await controller.exec(['chmod', '+x', program]);
}

/** Shell: a unit of the fleet is called otherwise. */
const editing = (path: string): string =>
  `grep -rl approved ${path} | grep -v /.git/ | xargs sed -i s/approved/edited/`;
const edit = (path: string) => home.lab.controller.exec(['sh', '-c', editing(path)]);

const remove = (name: string) => home.lab.controller.exec(['rm', `/usr/local/bin/${name}`]);

const password = 'a password of admin';

/** The user of a host gets a password and needs it for sudo; nix there takes what this user brings. */
async function wantsPassword(host: LabHost): Promise<void> {
  await host.sudoAsks(password);
  await host.nixTrustsAdmin();
}

/** A fleet of one host, which nixos-rebuild and deploy-rs know and log in to as an ordinary user. */
async function asAdmin(name: string, config: string): Promise<string> {
  const options = { name: `${name}-as-admin`, hosts: [name], config: { [name]: config }, user: 'admin' } as const;
  return (await home.lab.fleet('deploy-rs', options)).path;
}

/** What is wrong with each host of the hive. */
const hive = {
  fine: unit('samba'),
  lame: 'services.nginx.enable = true; pocket.failUnits = [ "nginx" ];',
  shut: 'pocket.breakFirewall = true;',
  stuck: 'pocket.activationSeconds = 60;',
  broken: 'environment.etc.x.source = pkgs.runCommand "x" { } "exit 3";',
} as const;
const hiveHosts = ['fine', 'lame', 'shut', 'stuck', 'broken'] as const;

describeLab('deploying with the programs that people have', () => {
  beforeAll(async () => {
    home = await DeployLab.start('engines', [
      ...hiveHosts,
      'plain',
      'typed',
      'asked',
      'node',
      'failing',
      'first',
      'back',
    ]);
  });
  afterAll(() => home?.[Symbol.asyncDispose]());

  test('a program that is not here is said to be missing before anything is started', async () => {
    const { path } = await home.lab.fleet('colmena', { name: 'missing', hosts: ['fine'] });
    const argv = ['deploy', path, '--on', 'fine', '--yes', '--engine', 'colmena'];
    const { exitCode, stdout, stderr } = await home.cli(argv);
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain('colmena is not here');
  });

  test('colmena deploys hosts beside each other under our watchdog, and each tells what came of it', async () => {
    await install('colmena');
    const { path } = await home.lab.fleet('colmena', { name: 'hive', hosts: [...hiveHosts], config: hive });
    const before = new Map(
      await Promise.all(hiveHosts.map(async (name) => [name, await home.host(name).currentSystem()] as const)),
    );
    const { result, steps, stderr } = await home.deploy(path, '*', '--engine', 'colmena', '--watchdog', '18');
    const now = async (name: string): Promise<string | null> => home.host(name).currentSystem();
    expect(result.hosts, stderr + JSON.stringify(result.hosts)).toMatchObject({
      fine: { state: 'succeeded', system: await now('fine') },
      lame: { state: 'switched-with-failures', system: await now('lame'), error: { code: 'deploy-units-failed' } },
      shut: { state: 'reverted', error: { code: 'deploy-reverted-unreachable' } },
      stuck: { state: 'reverted', error: { code: 'deploy-reverted-stuck' } },
      broken: { state: 'failed', error: { code: 'nix-builder-failed' } },
    });
    expect(stagesOf(steps, 'fine')).toBe(switched);
    expect(await home.host('fine').read('systemctl', 'is-active', 'samba')).toBe('active');
    expect(await now('fine')).not.toBe(before.get('fine'));
    for (const name of ['shut', 'stuck', 'broken'] as const) expect(await now(name), name).toBe(before.get(name));
    // Nothing of a watch is left where nothing was changed.
    expect((await home.host('broken').exec(['sh', '-c', 'ls /nix/var/nix/gcroots'])).stdout).not.toContain('nixstead-');

    const { commands, watchdogs, spec } = await home.job(result.job);
    expect(watchdogs['fine']?.state).toBe('kept');
    expect(spec['engine']).toBe('colmena');
    expect(commands.map(({ command, exitCode }) => [command.stage, command.argv.slice(1), exitCode])).toContainEqual([
      'build',
      ['apply', 'switch', '--config', `${path}/flake.nix`, '--on', 'fine'],
      0,
    ]);
    const { stdout: log } = await home.cli(['jobs', 'log', result.job, '--host', 'fine']);
    expect(log).toContain(`Built "${await now('fine')}"`);
  });

  test('a plan for colmena is made by nix, and carried out by colmena; push copies and activates nothing', async () => {
    await install('colmena');
    const { path } = await home.lab.fleet('colmena', {
      name: 'plan',
      hosts: ['shut'],
      config: { shut: unit('planned') },
    });
    const host = home.host('shut');
    const before = await host.currentSystem();
    const push = await home.deploy(path, 'shut', '--engine', 'colmena', '--goal', 'push');
    expect(stagesOf(push.steps, 'shut')).toBe('plan done, evaluate done, build done, copy done');
    expect(await host.currentSystem()).toBe(before);

    const remote = { name: 'remote', hosts: ['shut'], config: { shut: unit('remote') } };
    const words = ['--engine', 'colmena', '--goal', 'push', '--build-on', 'target'];
    const { path: there } = await home.lab.fleet('colmena', remote);
    const built = await home.deploy(there, 'shut', ...words);
    expect(built.result.hosts['shut'], built.stderr).toMatchObject({ state: 'succeeded' });
    expect(stagesOf(built.steps, 'shut')).toBe('plan done, evaluate done, build done, copy skipped');
    const { commands } = await home.job(built.result.job);
    expect(commands.at(-1)?.command.argv).toContain('--build-on-target');
    const log = (await home.cli(['jobs', 'log', built.result.job, '--host', 'shut'])).stdout;
    const system = /Built "([^"]+)" on target node/.exec(log)?.[1] ?? '';
    expect((await host.exec(['test', '-e', system])).exitCode).toBe(0);
    expect((await home.lab.controller.exec(['test', '-e', system])).exitCode).toBe(1);

    const plan = await home.deploy(path, 'shut', '--engine', 'colmena', '--goal', 'dry-activate');
    const planned = await home.job(plan.result.job);
    expect(planned.spec).toMatchObject({ engine: 'nix', asked: { engine: 'colmena' } });
    const { result } = await home.deploy(path, 'shut', '--planned', plan.result.job);
    expect((await home.job(result.job)).spec['engine']).toBe('colmena');
    expect(result.hosts['shut']).toMatchObject({ state: 'succeeded', system: planned.changes['shut']?.after });
  });

  test.each([
    ['colmena', 'colmena', 'colmena'],
    ['nixos-rebuild', 'nixos-rebuild-ng', 'plain'],
    ['deploy-rs', 'deploy', 'deploy-rs'],
  ] as const)('what was edited since nobody approved, and %s does not bring it', async (engine, name, kind) => {
    await install(name);
    const hosts = ['fine', 'plain'];
    const config = { fine: unit('approved'), plain: unit('approved') };
    const { path } = await home.lab.fleet(kind, { name: `edited-${engine}`, hosts, config });
    const waves = join(home.lab.folder, 'edited.toml');
    await writeFile(waves, '[[wave]]\ncount = 1\nwait = 0.05\n');
    const before = await home.host('plain').currentSystem();
    // Colmena carries out plans; the others deploy what a person has seen in the preview.
    const plan = await home.deploy(path, '*', '--engine', engine, '--goal', 'dry-activate');
    const words = engine === 'colmena' ? ['--planned', plan.result.job] : ['--engine', engine];
    const running = home.begin(path, '*', ...words, '--waves', waves);
    await running.until(({ host, stage, state }) => host === 'fine' && stage === 'verify' && state === 'done');
    await edit(path);
    const { result, stderr } = await running.over();
    expect(result.hosts, stderr).toMatchObject({
      fine: { state: 'succeeded' },
      plain: { state: 'failed', system: before, error: { code: 'engine-files-changed' } },
    });
    expect(await home.host('plain').currentSystem()).toBe(before);
  });

  test('what is edited while colmena reads it is not confirmed, and goes back', async () => {
    const config = { plain: unit('approved') };
    const { path } = await home.lab.fleet('colmena', { name: 'raced', hosts: ['plain'], config });
    await installAfter('colmena', editing(path));
    const host = home.host('plain');
    const before = [await host.currentSystem(), await host.generation()];
    const { result, stderr } = await home.deploy(path, 'plain', '--engine', 'colmena');
    expect(result.hosts['plain'], stderr).toMatchObject({
      state: 'reverted',
      system: before[0],
      error: {
        code: 'deploy-reverted-other-system',
        advice: expect.arrayContaining([expect.stringContaining('plain runs the system from before and boots it')]),
      },
    });
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);
    expect((await home.job(result.job)).watchdogs['plain']?.state).toBe('reverted');
  });

  test('colmena deploys later what the commit of then says, whatever was edited since', async () => {
    await install('colmena');
    const options = { name: 'pinned', hosts: ['plain'], config: { plain: unit('approved') } };
    const { path } = await home.lab.fleet('colmena', options);
    const host = home.host('plain');
    await host.powerOff();
    const { result } = await home.deploy(path, 'plain', '--engine', 'colmena', '--offline', 'later');
    expect(result.hosts['plain']).toMatchObject({ error: { code: 'deploy-offline-later' } });
    const waiting = await home.latestJob();
    await edit(path);
    await host.powerOn();
    const { outcomes, problem, commands } = await home.jobOver(waiting);
    expect(outcomes['plain'], JSON.stringify([outcomes, problem])).toMatchObject({
      state: 'succeeded',
      system: await host.currentSystem(),
    });
    expect(await host.read('ls', '/run/current-system/etc/systemd/system')).toContain('approved.service');
    const [, , , , config] = commands.find(({ command }) => command.stage === 'build')?.command.argv ?? [];
    expect(config).toMatch(/^git\+file:.*[?&]rev=[0-9a-f]{40}$/);
  });

  test('a cancelled colmena is ended, and the host says what it is in and that it goes back', async () => {
    await install('colmena');
    const { path } = await home.lab.fleet('colmena', {
      name: 'cancelled',
      hosts: ['fine'],
      config: { fine: `${unit('late')} pocket.activationSeconds = 30;` },
    });
    const host = home.host('fine');
    const before = await host.currentSystem();
    const running = home.begin(path, 'fine', '--engine', 'colmena', '--watchdog', '8');
    await running.untilWatchdog('fine', 'armed');
    await home.cancel(await home.latestJob());
    const { result } = await running.over();
    expect(result.hosts['fine']).toMatchObject({ state: 'cancelled' });
    expect(result.hosts['fine']?.error?.evidence).toMatch(/goes back by itself at/);
    const isBack = `until [ -s /run/nixstead/*/watchdog.status ]; do sleep 0.2; done; readlink -f /run/current-system`;
    expect((await host.exec(['sh', '-c', isBack])).stdout.trim()).toBe(before);
  });

  test.each(['nixos-rebuild', 'nixos-rebuild-ng'])('%s switches, given the options of its generation', async (name) => {
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
  });

  test('nixos-rebuild is given the password of sudo that a person typed', async () => {
    await install('nixos-rebuild-ng');
    await wantsPassword(home.host('typed'));
    const path = await asAdmin('typed', unit('rebuild'));
    const { job, questions, outcomes } = await home.answer(path, ['typed'], [password], { engine: 'nixos-rebuild' });
    expect(outcomes['typed'], JSON.stringify(outcomes)).toMatchObject({
      state: 'succeeded',
      system: await home.host('typed').currentSystem(),
    });
    expect(questions).toEqual([`Password for sudo on admin@${home.host('typed').address}`]);
    const { commands, watchdogs } = await home.job(job);
    expect(watchdogs['typed']?.state).toBe('kept');
    expect(commands.at(-1)?.command.argv).toEqual(expect.arrayContaining(['--sudo', '--ask-sudo-password']));
    expect(await filesWith(join(home.lab.folder, 'state'), password)).toEqual([]);
    await remove('nixos-rebuild-ng');
  });

  test('deploy-rs is given the password of sudo that a person typed', async () => {
    await install('deploy');
    await wantsPassword(home.host('asked'));
    const path = await asAdmin('asked', unit('syncthing'));
    const { job, questions, outcomes } = await home.answer(path, ['asked'], [password], { engine: 'deploy-rs' });
    expect(outcomes['asked'], JSON.stringify(outcomes)).toMatchObject({
      state: 'succeeded',
      system: await home.host('asked').currentSystem(),
    });
    expect(questions).toEqual([`Password for sudo on admin@${home.host('asked').address}`]);
    const { commands } = await home.job(job);
    expect(commands.at(-1)?.command.argv).toEqual(expect.arrayContaining(['--interactive-sudo', 'true']));
    expect(await filesWith(join(home.lab.folder, 'state'), password)).toEqual([]);
  });

  test('what cannot be given a password says so before anything is built', async () => {
    await install('colmena', 'nixos-rebuild');
    await wantsPassword(home.host('typed'));
    const hosts = ['typed'];
    const config = { typed: unit('never') };
    const { path } = await home.lab.fleet('colmena', { name: 'never', hosts, config, user: 'admin' });
    expect(await home.deployFails(path, 'typed', '--engine', 'colmena')).toMatchObject({
      code: 'engine-sudo-password',
      title: 'sudo on typed asks for a password, which colmena cannot be given; nothing was changed',
    });
    // The shell script of that name asks on the host's terminal, once for each command.
    const error = await home.deployFails(await asAdmin('typed', unit('never')), 'typed', '--engine', 'nixos-rebuild');
    expect(error).toMatchObject({ code: 'engine-sudo-password' });
    await remove('nixos-rebuild');
  });

  test('a deploy-rs that is cancelled while it activates leaves nothing that guards the host, which is said', async () => {
    await install('deploy');
    const config = { node: `${unit('late')} pocket.activationSeconds = 30;` };
    const { path } = await home.lab.fleet('deploy-rs', { name: 'ended', hosts: ['node'], config });
    const running = home.begin(path, 'node', '--engine', 'deploy-rs');
    await running.until(({ stage, state }) => stage === 'activate' && state === 'running');
    await home.cancel(await home.latestJob());
    const { result } = await running.over();
    expect(result.hosts['node']).toMatchObject({ state: 'cancelled' });
    expect(result.hosts['node']?.error?.evidence).toContain('its rollback with it: nothing guards node.');
    await home.host('node').exec(['pkill', '-f', 'switch-to-configuration']);
  });

  test('deploy-rs confirms by itself, its rollback is told as one, and what it cannot do is refused', async () => {
    await install('deploy');
    const { path } = await home.lab.fleet('deploy-rs', {
      hosts: ['node', 'failing', 'first'],
      config: {
        node: unit('syncthing'),
        failing: 'pocket.failActivation = true;',
        first: 'pocket.failActivation = true;',
      },
    });
    // It goes back to what it has made itself alone.
    const own = await home.lab.fleet('deploy-rs', { name: 'own', hosts: ['failing'] });
    const { stderr: earlier, exitCode } = await home.deploy(own.path, 'failing', '--engine', 'deploy-rs');
    expect(exitCode, earlier).toBe(0);
    const failing = home.host('failing');
    const before = [await failing.currentSystem(), await failing.generation()];
    const words = ['--engine', 'deploy-rs', '--watchdog', '20', '--build-on', 'target'];
    const { result, steps, stderr } = await home.deploy(path, '*', ...words);
    expect(result.hosts, stderr + JSON.stringify(result.hosts)).toMatchObject({
      node: { state: 'succeeded', system: await home.host('node').currentSystem() },
      failing: { state: 'reverted', error: { code: 'deploy-reverted-engine' } },
      first: {
        state: 'failed',
        error: { code: 'deploy-revert-failed', evidence: expect.stringContaining('re-activating the last generation') },
      },
    });
    expect([await failing.currentSystem(), await failing.generation()]).toEqual(before);
    expect(stagesOf(steps, 'node')).toBe(switched.replace('copy done', 'copy skipped'));
    const { watchdogs, commands } = await home.job(result.job);
    expect(watchdogs).toEqual({});
    expect(commands.at(-1)?.command.argv).toEqual(
      expect.arrayContaining(['--confirm-timeout', '20', '--remote-build']),
    );
    const isHere = await home.lab.controller.exec(['test', '-e', result.hosts['node']?.system ?? '']);
    expect(isHere.exitCode).toBe(1);
    expect((await home.deployFails(path, 'node', '--engine', 'deploy-rs', '--goal', 'test')).code).toBe('engine-goal');
  });

  test('what deploy-rs alone brings is brought by it where nobody names an engine', async () => {
    await install('deploy');
    const { path } = await home.lab.fleet('deploy-rs', { name: 'offered', hosts: ['back'] });
    const flake = join(path, 'flake.nix');
    const system = '          profiles.system = {';
    const mark = `          profiles.mark = {
            user = "root";
            sshUser = "root";
            path =
              let pkgs = nixpkgs.legacyPackages.\${system};
              in deploy-rs.lib.\${system}.activate.custom (pkgs.runCommand "mark" { } "mkdir $out") "touch /run/brought";
          };
`;
    await writeFile(flake, (await readFile(flake, 'utf8')).replace(system, mark + system));
    const host = home.host('back');
    const isBrought = async (): Promise<boolean> => (await host.exec(['test', '-e', '/run/brought'])).exitCode === 0;
    const deployed = async (...words: string[]): Promise<JobDetail> => {
      const { result, stderr } = await home.deploy(path, 'back', ...words);
      expect(result.hosts['back']?.state, stderr).toMatch(/succeeded|unchanged/);
      return home.job(result.job);
    };

    // A plan is of systems: what carries it out brings nothing else.
    const plan = await deployed('--goal', 'dry-activate');
    const approved = await deployed('--planned', plan.summary.id);
    expect([approved.spec['engine'], await isBrought()]).toEqual(['nix', false]);
    const usual = await deployed();
    expect([usual.spec['engine'], await isBrought()]).toEqual(['deploy-rs', true]);

    await host.exec(['rm', '/run/brought']);
    await remove('deploy');
    const without = await deployed();
    expect([without.spec['engine'], await isBrought()]).toEqual(['nix', false]);
    expect(without.spec['hosts']).toMatchObject([{ leavesOut: ['mark'] }]);
  });

  test('a host that deploy-rs deployed goes back under our watchdog, and returns where a check fails then', async () => {
    await install('deploy');
    const host = home.host('back');
    const at = async (): Promise<Pick<Generation, 'system' | 'number'>> => ({
      system: (await host.currentSystem()) ?? '',
      number: (await host.generation()) ?? 0,
    });
    const profile = (): Promise<string> => host.read('readlink', '-f', '/nix/var/nix/profiles/system');
    const deployed = async (config: string): Promise<{ path: string } & Awaited<ReturnType<typeof at>>> => {
      const { path } = await home.lab.fleet('deploy-rs', { name: 'back', hosts: ['back'], config: { back: config } });
      const { result, stderr } = await home.deploy(path, 'back', '--engine', 'deploy-rs');
      expect(result.hosts['back']?.state, stderr).toBe('succeeded');
      expect(await profile()).toMatch(/activatable-/);
      return { path, ...(await at()) };
    };
    const rollback = async (path: string, to: string, ...options: string[]): Promise<JobDetail> => {
      await home.cli(['rollback', path, '--on', 'back', '--to', to, '--json', ...options]);
      return home.job(await home.latestJob());
    };
    const first = await deployed('system.activationScripts.well = "touch /run/well";');
    const asFirst = new Date().toISOString();
    const { path, ...second } = await deployed('system.activationScripts.well = "rm -f /run/well";');

    const asked = await home.cli(['fleet', 'status', path, '--json']);
    expect(z.array(hostStatus).parse(JSON.parse(asked.stdout))).toMatchObject([
      { currentSystem: second.system, profileSystem: second.system, generation: second.number },
    ]);
    expect((await home.deploy(path, 'back')).result.hosts['back']).toMatchObject({ state: 'unchanged' });

    const list = await home.cli(['generations', path, 'back', '--json']);
    expect(z.array(generation).parse(JSON.parse(list.stdout)).slice(0, 2)).toMatchObject([
      { ...second, profile: await profile(), isRunning: true, isNext: true },
      { number: first.number, system: first.system, isRunning: false, isNext: false },
    ]);
    await home.cli(['generations', path, 'back', '--protect', String(first.number)]);
    const kept = await home.cli(['generations', path, 'back', '--delete', String(first.number), '--yes', '--json']);
    expect(kept.stdout + kept.stderr).toContain('It is protected.');

    const plan = await rollback(path, 'previous', '--plan-only');
    expect(plan.changes['back']).toMatchObject({ before: second.system, after: first.system });
    const planned = await rollback(path, 'previous', '--yes', '--planned', plan.summary.id);
    expect(planned.outcomes['back'], JSON.stringify(planned.outcomes)).toMatchObject({
      state: 'succeeded',
      system: first.system,
      generation: first.number,
    });
    expect(planned.watchdogs['back']?.state).toBe('kept');
    expect(await at()).toEqual({ system: first.system, number: first.number });
    // It is there already, and the one before would be one more.
    const again = await rollback(path, 'previous', '--yes', '--planned', plan.summary.id);
    expect(again.outcomes['back']?.state).toBe('unchanged');

    // The newer one breaks what is well in the older.
    const check = '[defaults]\nhealth = [{ command = ["test", "-e", "/run/well"], within = 3, every = 0.2 }]\n';
    await writeFile(join(path, 'nixstead.toml'), check);
    const forward = await rollback(path, String(second.number), '--yes');
    expect(forward.outcomes['back'], JSON.stringify(forward.outcomes)).toMatchObject({
      state: 'reverted',
      system: first.system,
      generation: first.number,
      error: { code: 'deploy-reverted-health' },
    });
    expect(await at()).toEqual({ system: first.system, number: first.number });
    expect(await host.read('ls', '/run/well')).toBe('/run/well');

    await writeFile(join(path, 'nixstead.toml'), '');
    expect((await rollback(path, String(second.number), '--yes')).outcomes['back']?.state).toBe('succeeded');
    const then = await rollback(path, asFirst, '--yes');
    expect(then.outcomes['back'], JSON.stringify(then.outcomes)).toMatchObject({ state: 'succeeded' });
    expect(await at()).toEqual({ system: first.system, number: first.number });
  });

  test('a generation of deploy-rs that does not boot is not what it boots from then on', async () => {
    await install('deploy');
    const host = home.host('back');
    const state = async () => [
      await host.currentSystem(),
      await host.generation(),
      await host.read('cat', '/boot/lab-default'),
    ];
    const deployed = async (more: string): Promise<string> => {
      const config = { back: `boot.loader.systemd-boot.enable = true; ${more}` };
      const { path } = await home.lab.fleet('deploy-rs', { name: 'boots', hosts: ['back'], config });
      const { result, stderr } = await home.deploy(path, 'back', '--engine', 'deploy-rs');
      expect(result.hosts['back']?.state, stderr).toBe('succeeded');
      return path;
    };
    const rollback = async (path: string, to: number | null, ...options: string[]): Promise<JobDetail> => {
      await home.cli(['rollback', path, '--on', 'back', '--to', String(to), '--yes', '--json', ...options]);
      return home.job(await home.latestJob());
    };
    await deployed(unit('boots'));
    const well = await host.generation();
    const path = await deployed('pocket.kernelVersion = "6.12.74"; pocket.failsToBoot = true;');
    const panics = await host.generation();
    expect((await rollback(path, well)).outcomes['back']?.state).toBe('succeeded');
    await host.reboot();
    const before = await state();
    const { outcomes } = await rollback(path, panics, '--reboot');
    expect(outcomes['back'], JSON.stringify(outcomes)).toMatchObject({
      state: 'reverted',
      system: before[0],
      generation: well,
      error: { code: 'deploy-reboot-went-back' },
    });
    expect(await state()).toEqual(before);
  });

  test('what deploy-rs makes boot is tried once, and kept when the host is seen up with it', async () => {
    await install('deploy');
    const host = home.host('back');
    const config = { back: 'boot.loader.systemd-boot.enable = true; pocket.kernelVersion = "6.12.80";' };
    const { path } = await home.lab.fleet('deploy-rs', { name: 'tried', hosts: ['back'], config });
    const status = async (): Promise<HostStatus | undefined> =>
      z.array(hostStatus).parse(JSON.parse((await home.cli(['fleet', 'status', path, '--json'])).stdout))[0];
    const boots = (): Promise<string> => host.read('cat', '/boot/lab-default');
    const before = await host.currentSystem();
    const { result } = await home.deploy(path, 'back', '--engine', 'deploy-rs', '--goal', 'boot');
    expect(result.hosts['back'], JSON.stringify(result)).toMatchObject({ state: 'succeeded', system: before });
    const waiting = await status();
    expect(waiting).toMatchObject({ pendingBoot: 'waiting', currentSystem: before });
    expect(waiting?.profileSystem).not.toBe(before);
    expect(await boots()).toBe(before);

    await host.reboot();
    expect(await host.currentSystem()).toBe(waiting?.profileSystem);
    await status();
    const job = await home.jobOver(await home.latestJob());
    expect(job.summary.title).toBe('Confirm the boot of back');
    expect(job.outcomes['back'], JSON.stringify(job)).toMatchObject({ state: 'succeeded' });
    expect(await boots()).toBe(waiting?.profileSystem);
    expect(await status()).not.toHaveProperty('pendingBoot');

    // The next one is booted once, and nobody looks before the boot after it.
    const kept = await host.currentSystem();
    const other = { back: 'boot.loader.systemd-boot.enable = true; pocket.kernelVersion = "6.12.81";' };
    const next = await home.lab.fleet('deploy-rs', { name: 'tried-next', hosts: ['back'], config: other });
    await home.deploy(next.path, 'back', '--engine', 'deploy-rs', '--goal', 'boot');
    for (const _ of [1, 2]) await host.reboot();
    expect(await host.currentSystem()).toBe(kept);
    await status();
    expect((await home.jobOver(await home.latestJob())).outcomes['back']).toMatchObject({
      state: 'reverted',
      error: { code: 'deploy-reboot-went-back' },
    });
    expect(await status()).toMatchObject({ currentSystem: kept, profileSystem: kept });
  });
});
