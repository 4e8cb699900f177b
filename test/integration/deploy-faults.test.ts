import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { canSetClocks, setClock } from '../lab/wrong-clock/set-clock.ts';
import { filesWith } from '../lab/files-with.ts';
import { DeployLab, RunningDeploy, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
const unit = (name: string): string => `pocket.units.${name} = "one";`;

describeLab('a deploy that goes wrong', () => {
  beforeAll(async () => {
    home = await DeployLab.start('faults', ['good', 'bad', 'cut', 'cable', 'rekeyed']);
    await home.lab.up(['full'], { size: '40m' });
    await home.lab.up(['debian'], { role: 'debian' });
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('on a host that is not there fails in the plan, and the others are deployed', async () => {
    const { path } = await home.lab.fleet('colmena', {
      name: 'away',
      hosts: ['good', 'nowhere'],
      config: { good: unit('one') },
    });
    const { result, steps, exitCode } = await home.deploy(path, 'good, nowhere');
    expect([exitCode, result.state]).toEqual([1, 'partial']);
    expect(result.hosts).toMatchObject({
      good: { state: 'succeeded' },
      nowhere: { state: 'failed', error: { code: 'ssh-unreachable', canRetry: true } },
    });
    expect(stagesOf(steps, 'nowhere')).toMatch(/^plan failed, evaluate (done|skipped), build skipped/);
  });

  test('with a key that the host does not know is denied before anything is built', async () => {
    const key = join(home.lab.folder, 'stranger');
    await home.lab.controller.exec(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const { path } = await home.lab.fleet('colmena', {
      name: 'stranger',
      hosts: ['bad'],
      config: { bad: `deployment.sshOptions = [ "-i" "${key}" ];` },
    });
    const { result, steps } = await home.deploy(path, 'bad');
    expect(result.hosts['bad']?.error).toMatchObject({
      code: 'ssh-denied',
      evidence: expect.stringContaining('1 key was tried'),
    });
    expect(stagesOf(steps, 'bad')).toContain('build skipped');
  });

  test('on a host with another key than before stops, with both keys side by side', async () => {
    const path = await home.fleet('rekeyed', { rekeyed: unit('one') });
    expect((await home.deploy(path, 'rekeyed')).exitCode).toBe(0);
    const host = home.host('rekeyed');
    const old = await host.hostKey();
    const now = await host.regenerateHostKey();
    const error = await home.deployFails(path, 'rekeyed');
    expect(error).toMatchObject({
      code: 'ssh-host-key-changed',
      evidence: `now:    ssh-ed25519 ${now.fingerprint}\nbefore: ssh-ed25519 ${old.fingerprint}`,
    });
    const [, command = ''] = /: (ssh-keygen -R .*)$/m.exec(error.advice.join('\n')) ?? [];
    expect((await home.lab.controller.exec(['sh', '-c', command])).exitCode).toBe(0);
    expect((await home.deploy(path, 'rekeyed')).exitCode).toBe(0);
  });

  test('on a machine without Nix says so in the plan', async () => {
    const path = await home.fleet('debian', { debian: '' });
    expect(await home.deployFails(path, 'debian')).toMatchObject({ code: 'deploy-no-nix' });
  });

  test('in a build names the derivation and the compiler’s own words, and the other host goes on', async () => {
    const path = await home.fleet('build', {
      good: unit('two'),
      bad: 'environment.etc.x.source = pkgs.failing;',
    });
    const { result, steps } = await home.deploy(path, 'good, bad');
    expect(result).toMatchObject({ state: 'partial', hosts: { good: { state: 'succeeded' } } });
    expect(result.hosts['bad']?.error).toMatchObject({
      code: 'nix-builder-failed',
      title: 'failing could not be built: its builder failed with exit code 2',
      evidence: expect.stringContaining("src/main.c:42:13: error: 'colour' undeclared"),
    });
    expect(stagesOf(steps, 'bad')).toBe(
      'plan done, evaluate done, build failed, copy skipped, activate skipped, confirm skipped, verify skipped',
    );
  });

  test.each([
    ['throws', 'environment.etc.x.text = throw "no such disk";', 'no such disk'],
    ['fails an assertion', 'assertions = [ { assertion = false; message = "give it a disk"; } ];', 'give it a disk'],
    ['has a wrong attribute', 'environment.etc.x.text = pkgs.noSuchPackage;', 'noSuchPackage'],
  ])('a host that %s when it is evaluated fails alone', async (name, config, words) => {
    const path = await home.fleet(`eval-${name.replaceAll(' ', '-')}`, {
      good: unit(`eval${words.length}`),
      bad: config,
    });
    const { result, steps } = await home.deploy(path, 'good, bad');
    expect(result).toMatchObject({ state: 'partial', hosts: { good: { state: 'succeeded' } } });
    expect(result.hosts['bad']).toMatchObject({ state: 'failed', error: { code: expect.stringMatching(/^nix-/) } });
    expect(JSON.stringify(result.hosts['bad']?.error)).toContain(words);
    expect(stagesOf(steps, 'bad')).toMatch(/^plan done, evaluate failed, build skipped/);
  });

  test('a host whose evaluation memory does not suffice for fails alone, and can be tried again', async () => {
    const hungry = "builtins.foldl' (sum: next: sum + next) 0 (builtins.genList (number: number) 100000000)";
    const path = await home.fleet('hungry', {
      good: unit('hungry'),
      bad: `environment.etc.x.text = toString (${hungry});`,
    });
    // 200 MB suffice for the other host.
    const argv = ['deploy', path, '--on', 'good, bad', '--yes', '--json'];
    const { result, steps } = await new RunningDeploy(home.lab, argv, { GC_MAXIMUM_HEAP_SIZE: '200000000' }).over();
    expect(result).toMatchObject({ state: 'partial', hosts: { good: { state: 'succeeded' } } });
    expect(result.hosts['bad']).toMatchObject({
      state: 'failed',
      error: { code: 'nix-killed-by-memory', title: 'Memory ran out', canRetry: true },
    });
    expect(stagesOf(steps, 'bad')).toMatch(/^plan done, evaluate failed, build skipped/);
  });

  test('on a full disk says whose it is, and works when there is room', async () => {
    const path = await home.fleet('full', { full: 'environment.etc.data.source = pkgs.payload 30;' });
    const host = home.host('full');
    const running = await host.currentSystem();
    await host.fillDisk(8 * 1024);
    const error = await home.deployFails(path, 'full');
    expect(error).toMatchObject({ code: 'nix-disk-full-target', title: 'The disk of root@full is full' });
    expect(await host.currentSystem()).toBe(running);
    await host.freeDisk();
    expect((await home.deploy(path, 'full')).result.state).toBe('succeeded');
  });

  test('a link that is cut in mid-copy fails within 15 s, and a retry goes on from there', async () => {
    // Nix goes on at the first path that is not complete, so there are many.
    const list = 'environment.etc.list.text = toString (builtins.genList (part: pkgs.payload (part + 1)) 12);';
    const path = await home.fleet('cut', { cut: list });
    const host = home.host('cut');
    await host.link({ kbitPerSecond: 40_000 });
    const running = home.begin(path, 'cut');
    const { total: whole } = await running.until((step) => step.stage === 'copy' && step.done > 40 * 1024 * 1024);
    await host.link('down');
    const cutAt = Date.now();
    const { result } = await running.over();
    expect(Date.now() - cutAt).toBeLessThan(15_000 + 2000);
    expect(result.hosts['cut']).toMatchObject({
      state: 'failed',
      error: { code: 'ssh-connection-lost', canRetry: true },
    });
    await host.link('up');
    const again = await home.deploy(path, 'cut');
    expect(again.result.state).toBe('succeeded');
    const copied = again.steps.findLast((step) => step.stage === 'copy')?.total ?? 0;
    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThan(whole - 5 * 1024 * 1024);
  });

  test('an activation that fails is a failure, and without a watchdog the host stays in what it came to', async () => {
    const path = await home.fleet('activation', { bad: `${unit('act')}\npocket.failActivation = true;` });
    const { result, steps } = await home.deploy(path, 'bad', '--watchdog', 'off');
    const host = home.host('bad');
    expect(result.hosts['bad']).toMatchObject({
      state: 'failed',
      system: await host.currentSystem(),
      generation: await host.generation(),
      error: { code: 'deploy-activation-failed', title: 'The activation script failed on bad' },
    });
    expect(stagesOf(steps, 'bad')).toContain('activate failed, confirm done, verify failed');
  });

  test('a unit that fails leaves the host switched, and is named', async () => {
    const path = await home.fleet('units', { bad: `${unit('nginx')}\npocket.failUnits = [ "nginx" ];` });
    const { result, exitCode, steps } = await home.deploy(path, 'bad');
    const host = home.host('bad');
    expect([exitCode, result.state]).toEqual([1, 'partial']);
    expect(result.hosts['bad']).toMatchObject({
      state: 'switched-with-failures',
      system: await host.currentSystem(),
      error: { code: 'deploy-units-failed', title: 'bad was switched, and a unit failed: nginx.service' },
    });
    expect(stagesOf(steps, 'bad')).toContain('activate failed, confirm done, verify done');
    expect(await host.exec(['systemctl', 'is-failed', 'nginx'])).toMatchObject({ exitCode: 0 });
  });

  test('a unit that had failed before and fails again is no failure, and hides none', async () => {
    const host = home.host('bad');
    const broken = `${unit('nginx')}\npocket.failUnits = [ "nginx" ];`;
    const path = await home.fleet('again', { bad: `${broken}\n${unit('again')}` });
    const { result, exitCode, steps } = await home.deploy(path, 'bad');
    expect([exitCode, result.hosts['bad']]).toMatchObject([0, { state: 'succeeded' }]);
    expect(stagesOf(steps, 'bad')).toContain('activate done, confirm done, verify done');
    // A service that fails over and over is failed each time, though systemd does not call it so in between.
    const loop = 'cd /run/lab-units && echo auto-restart >loop.service && echo 1 >loop.service.status';
    await host.read('sh', '-c', loop);
    const looping = await home.fleet('looping', { bad: `${broken}\n${unit('looping')}` });
    const second = await home.deploy(looping, 'bad');
    expect(second.result.hosts['bad']).toMatchObject({ state: 'succeeded' });
    expect(stagesOf(second.steps, 'bad')).toContain('activate done');
    const { stdout } = await home.cli(['jobs', 'log', second.result.job, '--host', 'bad']);
    expect(stdout).toContain('the following units failed: loop.service, nginx.service');
    await host.read('rm', '/run/lab-units/loop.service', '/run/lab-units/loop.service.status');

    const before = await host.currentSystem();
    // The exit status is that of the unit, not that of the activation.
    const worse = await home.fleet('hidden', { bad: `${broken}\npocket.failActivation = true;` });
    expect((await home.deploy(worse, 'bad')).result.hosts['bad']).toMatchObject({
      state: 'reverted',
      error: { code: 'deploy-reverted-activation' },
    });
    expect(await host.currentSystem()).toBe(before);
  });

  test('sudo that wants a password is told before anything is built, and gets it where somebody is asked', async () => {
    const { path } = await home.lab.fleet('colmena', {
      ...{ name: 'sudo', hosts: ['cable'], user: 'admin' as const },
      config: { cable: unit('typed') },
    });
    const host = home.host('cable');
    const password = 'a password of admin';
    await using _ = await host.sudoAsks(password);
    const { result, steps } = await home.deploy(path, 'cable');
    expect(result.hosts['cable']?.error).toMatchObject({ code: 'deploy-sudo-password' });
    expect(stagesOf(steps, 'cable')).toContain('plan failed');
    expect(stagesOf(steps, 'cable')).toContain('build skipped');

    const question = `Password for sudo on admin@${host.address}`;
    const refused = await home.answer(path, ['cable'], ['wrong', '']);
    expect(refused.questions).toEqual([question, `The last answer was not right. ${question}`]);
    expect(refused.outcomes['cable']).toMatchObject({ state: 'failed', error: { code: 'deploy-sudo-refused' } });

    const { questions, outcomes } = await home.answer(path, ['cable'], [password]);
    expect(questions).toEqual([question]);
    expect(outcomes['cable'], JSON.stringify(outcomes)).toMatchObject({
      state: 'succeeded',
      system: await host.currentSystem(),
    });
    expect(await filesWith(join(home.lab.folder, 'state'), password)).toEqual([]);
  });

  test('a second app that deploys to a host in mid-activation changes nothing, whatever the clock there says', async () => {
    const host = home.host('good');
    const first = await home.fleet('first-app', {
      good: `${unit('app')}\nsystem.activationScripts.waits = "until [ -e /run/go-on ]; do sleep 0.1; done";`,
    });
    const second = await home.fleet('second-app', { good: unit('other') });
    const running = home.begin(first, 'good');
    await running.untilWatchdog('good', 'armed');
    await host.read('sh', '-c', 'until ls /run/nixstead/*/pid >/dev/null 2>&1; do sleep 0.05; done');
    // A clock that was set while it runs makes everything look old; nothing of it may be swept.
    await host.read('sh', '-c', 'touch -d "3 days ago" /run/nixstead/*');
    const words = ['deploy', second, '--on', 'good', '--yes', '--json'];
    const other = new RunningDeploy(home.lab, words, { NIXSTEAD_HOME: join(home.lab.folder, 'other-app') });
    const { result: refused } = await other.over();
    expect(refused.hosts['good']).toMatchObject({ state: 'failed', error: { code: 'deploy-busy', canRetry: true } });
    await host.read('touch', '/run/go-on');
    const { result } = await running.over();
    expect(result.hosts['good'], JSON.stringify(result)).toMatchObject({
      state: 'succeeded',
      system: await host.currentSystem(),
      generation: await host.generation(),
    });
    expect(running.watchdogs.at(-1)?.state).toBe('kept');
    const again = new RunningDeploy(home.lab, words, { NIXSTEAD_HOME: join(home.lab.folder, 'other-app') });
    expect((await again.over()).result.hosts['good']).toMatchObject({
      state: 'succeeded',
      system: await host.currentSystem(),
    });
  });

  test.skipIf(!canSetClocks).each(process.env['NIXSTEAD_LONG'] === '1' ? [-3, 400] : [400])(
    'a host whose clock is wrong by %i days is switched, guarded and brought back as any other',
    async (days) => {
      const host = home.host('cable');
      await setClock(host, days * 86_400);
      const now = Number(await host.read('date', '+%s'));
      expect(Math.abs(now - Date.now() / 1000 - days * 86_400)).toBeLessThan(60);
      const name = `clock${Math.abs(days)}`;
      const good = await home.fleet(name, { cable: unit(name) });
      const running = home.begin(good, 'cable', '--watchdog', '30');
      const { result } = await running.over();
      expect(result.hosts['cable'], JSON.stringify(result)).toMatchObject({ state: 'succeeded' });
      expect(running.watchdogs.map(({ state }) => state)).toEqual(['armed', 'kept']);
      const before = [await host.currentSystem(), await host.generation()];
      // Nobody can tell it to go back, so its own timer has to.
      const bad = await home.fleet(`${name}-bad`, { cable: 'pocket.breakFirewall = true;' });
      const back = home.begin(bad, 'cable', '--watchdog', '6');
      const armed = await back.untilWatchdog('cable', 'armed');
      const { result: reverted } = await back.over();
      expect(reverted.hosts['cable']).toMatchObject({
        state: 'reverted',
        error: { code: 'deploy-reverted-unreachable' },
      });
      const wentBack = back.watchdogs.find(({ state }) => state === 'reverted')?.at ?? Infinity;
      expect(wentBack - armed.at).toBeLessThan((6 + 10) * 1000);
      expect([await host.currentSystem(), await host.generation()]).toEqual(before);
    },
  );

  test('a full /boot is foretold by a plan, and a switch that meets it leaves the host as it was', async () => {
    const host = home.host('bad');
    // What an earlier test left behind: a unit that failed.
    const before = [await host.currentSystem(), await host.generation()];
    await host.read(
      'sh',
      '-c',
      'mkdir -p /boot; mount -t tmpfs -o size=8k tmpfs /boot; cat /dev/zero > /boot/full || :',
    );
    const path = await home.fleet('boot', { bad: `${unit('boot')}\npocket.kernelVersion = "6.12.80";` });
    const planned = await home.deployFails(path, 'bad', '--goal', 'dry-activate');
    expect(planned).toMatchObject({
      code: 'deploy-no-room',
      title: expect.stringContaining('/boot has too little room'),
    });
    const error = await home.deployFails(path, 'bad');
    expect(error).toMatchObject({
      code: 'deploy-boot-full',
      title: 'The boot loader of bad could not be set: /boot is full there; it went back to the system before',
      evidence: expect.stringContaining('No space left on device'),
    });
    expect([await host.currentSystem(), await host.generation()]).toEqual(before);
    const stays = await home.deployFails(path, 'bad', '--watchdog', 'off');
    expect(stays).toMatchObject({ code: 'deploy-boot-full', title: expect.stringMatching(/\/boot is full there$/) });
    expect(stays.advice[0]).toMatch(/runs the system from before; .*its boot loader still starts another/);
    await host.read('umount', '/boot');
    expect((await home.deploy(path, 'bad')).result.hosts['bad']?.state).toMatch(/succeeded/);
  });

  test('hostile names, addresses and options are refused with the reason and reach no command', async () => {
    const path = join(home.lab.folder, 'fleets/hostile');
    await mkdir(path);
    const trap = join(home.lab.folder, 'trapped');
    const names = ['a;reboot', `$(touch ${trap})`, '-oProxyCommand=x', '../x', 'x'.repeat(300)];
    const hosts = [
      ...names.map((name) => `${JSON.stringify(name)} = host { };`).map((text) => text.replaceAll('$(', '\\$(')),
      `address = host { targetHost = "-oProxyCommand=touch ${trap}"; };`,
      `user = host { targetUser = "a;touch ${trap}"; };`,
      `options = host { sshOptions = [ "-o" "ProxyCommand=touch ${trap}" ]; };`,
      'good = host { targetHost = "good"; };',
    ];
    const flake = `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
  inputs.colmena = { url = "github:zhaofengli/colmena"; inputs.nixpkgs.follows = "nixpkgs"; };
  outputs = { self, nixpkgs, colmena }: let
    host = deployment: { inherit deployment; pocket.units.hostile = "one"; fileSystems."/" = { device = "/dev/sda1"; fsType = "ext4"; }; };
  in {
    colmenaHive = colmena.lib.makeHive self.outputs.colmena;
    colmena = {
      meta.nixpkgs = import nixpkgs { system = "x86_64-linux"; };
      ${hosts.join('\n      ')}
    };
  };
}
`;
    await writeFile(join(path, 'flake.nix'), flake);
    await home.lab.lock(path);
    const { result, steps } = await home.deploy(path, '*');
    expect(result.state).toBe('partial');
    const states = Object.entries(result.hosts).map(([name, { state, error }]) => [name, state, error?.code]);
    expect(states).toHaveLength(9);
    for (const [name, state, code] of states) {
      if (name === 'good') expect(state).toBe('succeeded');
      else expect([name, state, code]).toEqual([name, 'failed', expect.stringMatching(/refused/)]);
    }
    for (const name of names) expect(stagesOf(steps, name)).toMatch(/^plan failed, evaluate skipped, build skipped/);
    const { commands } = await home.job(result.job);
    for (const { command } of commands.filter(({ command: { stage } }) => stage !== 'evaluate')) {
      expect(command.host).toBe('good');
    }
    expect((await home.lab.controller.exec(['test', '-e', trap])).exitCode).toBe(1);
    await rm(path, { recursive: true });
  });
});
