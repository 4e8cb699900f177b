import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fleetView } from '../../shared/contract/fleet.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine } from '../lab/index.ts';
import { DeployLab, stagesOf } from './deploy/deploy-lab.ts';

let home: DeployLab;
const kernel = (version: string): string => `pocket.kernelVersion = "${version}";`;
const unit = (name: string): string => `pocket.units.${name} = "one";`;

/** As the data folder of a Mac is named; that of the lab becomes it. */
const dataFolder = 'Application Support';
/** As that of a Mac. */
const temporary = '/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T';

/** On a computer like a Mac: nothing is where nix is, paths are long and have spaces, and tar is BSD's where this machine has it. */
function cliWithoutNix(...words: string[]) {
  const change = `set -e
mount --bind /dev/null "$(readlink -f /usr/bin/nix)"
if ${home.lab.folder}/bsdtar --version >/dev/null 2>&1; then mount --bind ${home.lab.folder}/bsdtar "$(command -v tar)"; fi
mkdir -p ${temporary}
cd ${home.lab.folder}
[ -e "$NIXSTEAD_HOME" ] || { mv state "$NIXSTEAD_HOME"; ln -s "$NIXSTEAD_HOME" state; }
exec "$@"`;
  const argv = ['unshare', '--mount', 'sh', '-c', change, 'sh', 'node', commandLine, ...words, '--json'];
  const env = { NIXSTEAD_HOME: join(home.lab.folder, dataFolder), TMPDIR: temporary };
  return home.lab.controller.exec(argv, { timeoutMs: 90_000, env });
}

/** Its key is seen when something is built there; inputs of the lab are folders, which the machine has to have. */
async function haveTwoRunNix(): Promise<void> {
  const { controller, folder } = home.lab;
  const chosen = await cliWithoutNix('nix-host', 'root@two', '--yes');
  expect(chosen.stdout, chosen.stderr).toContain('"nixHost":"root@two"');
  const config = join(folder, 'state/ssh/config');
  const bring = `tar -cf - -C / ${join(folder, 'inputs').slice(1)} | ssh -F ${config} root@two tar -xf - -C /`;
  expect((await controller.exec(['sh', '-c', bring])).exitCode).toBe(0);
}

describeLab('a deploy to hosts that restart, or are away', () => {
  beforeAll(async () => {
    home = await DeployLab.start('operations', ['one', 'two', 'lost']);
    await copyFile('/usr/bin/bsdtar', join(home.lab.folder, 'bsdtar')).catch(() => undefined);
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('restarts hosts with another kernel, of each tag one at a time, and none that need it not', async () => {
    const { path } = await home.lab.fleet('colmena', {
      name: 'kernels',
      hosts: ['one', 'two', 'lost'],
      tags: { one: ['web'], two: ['web'] },
      config: { one: kernel('6.12.70'), two: kernel('6.12.70'), lost: unit('quiet') },
    });
    const boots = await Promise.all(['one', 'two', 'lost'].map((name) => home.host(name).bootId()));
    const { result, steps, exitCode } = await home.deploy(path, '*', '--reboot');
    expect([exitCode, result.state], JSON.stringify(result)).toEqual([0, 'succeeded']);
    const now = await Promise.all(['one', 'two', 'lost'].map((name) => home.host(name).bootId()));
    expect(now.map((id, index) => id !== boots[index])).toEqual([true, true, false]);
    for (const name of ['one', 'two']) {
      const host = home.host(name);
      expect(stagesOf(steps, name)).toMatch(/confirm done, reboot done, verify done$/);
      expect(result.hosts[name]?.system).toBe(await host.currentSystem());
      expect(await host.read('readlink', '-f', '/run/booted-system')).toBe(result.hosts[name]?.system);
    }
    expect(stagesOf(steps, 'lost')).toMatch(/reboot skipped, verify done$/);
    // Nobody restarts before the one in front is back.
    const { steps: detail } = await home.job(result.job);
    const [first, second] = ['one', 'two']
      .flatMap((name) => detail.find((step) => step.host === name && step.stage === 'reboot') ?? [])
      .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
    const { commands } = await home.job(result.job);
    const asked = commands.filter(({ command }) => command.stage === 'reboot');
    expect(asked.map(({ exitCode: code }) => code)).toEqual([0, 0]);
    const later = asked.find(({ command }) => command.host === second?.host);
    expect(later?.at).toBeGreaterThanOrEqual(first?.endedAt ?? Infinity);
  });

  test('with nothing to do but a restart that is due does that alone', async () => {
    const path = await home.fleet('due', { one: kernel('6.12.71') });
    expect((await home.deploy(path, 'one')).result.state).toBe('succeeded');
    const before = await home.host('one').bootId();
    const { result, steps } = await home.deploy(path, 'one', '--reboot');
    expect(result.hosts['one']).toMatchObject({ state: 'succeeded', system: await home.host('one').currentSystem() });
    expect(stagesOf(steps, 'one')).toMatch(/activate skipped, confirm skipped, reboot done, verify done$/);
    expect(await home.host('one').bootId()).not.toBe(before);
    expect((await home.deploy(path, 'one', '--reboot')).result.hosts['one']?.state).toBe('unchanged');
  });

  test('does not restart a host whose unit failed, nor when that is tried again and it is failed still', async () => {
    const config = `${kernel('6.12.72')}\n${unit('late')}\npocket.failUnits = [ "late" ];`;
    const path = await home.fleet('ill', { two: config });
    const before = await home.host('two').bootId();
    const { result } = await home.deploy(path, 'two', '--reboot');
    expect(result.hosts['two']?.state).toBe('switched-with-failures');
    await home.cli(['jobs', 'retry', result.job, '--yes', '--json']);
    const again = await home.job(await home.latestJob());
    expect(again.outcomes['two']).toMatchObject({ state: 'switched-with-failures', failedUnits: ['late.service'] });
    expect(await home.host('two').bootId()).toBe(before);
  });

  test('that is cancelled once its host was told to restart says so', async () => {
    const host = home.host('lost');
    const path = await home.fleet('cut', { lost: kernel('6.12.79') });
    const off = host.staysOff();
    const running = home.begin(path, 'lost', '--reboot');
    await running.until(({ stage, state }) => stage === 'reboot' && state === 'running');
    await off;
    await home.cancel(await home.latestJob());
    const { result } = await running.over();
    expect(result.hosts['lost']).toMatchObject({
      state: 'cancelled',
      system: null,
      error: { evidence: 'lost was told to restart. lost cannot be asked what it runs.' },
    });
    await host.powerOn();
    expect((await home.deploy(path, 'lost')).result.hosts['lost']?.system).toBe(await host.currentSystem());
  });

  test('going back over a kernel restarts too, where that is wanted', async () => {
    const host = home.host('one');
    const path = await home.fleet('over-kernel', { one: kernel('6.12.71') });
    const before = { boot: await host.bootId(), generation: (await host.generation()) ?? 0 };
    const words = [
      'rollback',
      path,
      '--on',
      'one',
      '--to',
      String(before.generation - 1),
      '--reboot',
      '--yes',
      '--json',
    ];
    const { exitCode, stdout } = await home.cli(words);
    expect(exitCode, stdout).toBe(0);
    expect(await host.bootId()).not.toBe(before.boot);
    expect(await host.generation()).toBe(before.generation - 1);
    expect(await host.read('readlink', '-f', '/run/booted-system')).toBe(await host.currentSystem());
  });

  test('a boot loader that can try a system once goes back at the next boot where it does not come up', async () => {
    const host = home.host('two');
    const well = await home.deploy(await home.fleet('tries', { two: kernel('6.12.73') }), 'two', '--reboot');
    expect(well.result.hosts['two'], JSON.stringify(well.result)).toMatchObject({ state: 'succeeded' });
    const { stdout: log } = await home.cli(['jobs', 'log', well.result.job, '--host', 'two']);
    expect(log).toContain('Its next boot is guarded');
    const before = { system: await host.currentSystem(), generation: await host.generation() };
    const bootsNext = (): Promise<string> => host.read('cat', '/boot/lab-default');
    expect(await bootsNext()).toBe(before.system);

    const path = await home.fleet('panics', { two: `${kernel('6.12.74')}\npocket.failsToBoot = true;` });
    const { result, steps } = await home.deploy(path, 'two', '--reboot');
    expect(result.hosts['two'], JSON.stringify(result)).toMatchObject({
      state: 'reverted',
      ...before,
      error: { code: 'deploy-reboot-went-back' },
    });
    expect(stagesOf(steps, 'two')).toContain('reboot failed');
    expect([await host.currentSystem(), await host.generation(), await bootsNext()]).toEqual([
      before.system,
      before.generation,
      before.system,
    ]);
    const newest = `/nix/var/nix/profiles/system-${(before.generation ?? 0) + 1}-link`;
    expect(await host.read('readlink', newest)).toMatch(/^\/nix\/store\//);
    expect((await host.exec(['ls', '/var/lib/nixstead/next-boot'])).exitCode).not.toBe(0);
  });

  test('a host that comes back with another system than was deployed is said so, with both', async () => {
    const host = home.host('one');
    const before = await host.currentSystem();
    // As where /boot was not mounted: what was written there is gone after the restart. The boot loader can do no more.
    await host.read('mv', '/usr/bin/bootctl', '/root');
    await host.read('sh', '-c', 'readlink -f /run/current-system >/boot/lab-default && mount -t tmpfs tmpfs /boot');
    const path = await home.fleet('unmounted', { one: kernel('6.12.75') });
    const error = await home.deployFails(path, 'one', '--reboot');
    expect(error).toMatchObject({
      code: 'deploy-reboot-other-system',
      evidence: expect.stringContaining(`runs:   ${before}`),
    });
    expect((await home.deploy(path, 'one', '--reboot')).result.hosts['one']).toMatchObject({ state: 'succeeded' });
    await host.read('mv', '/root/bootctl', '/usr/bin');
  });

  test('a host that does not come back from its restart is said so, and others of its tag stay up', async () => {
    const { path } = await home.lab.fleet('colmena', {
      name: 'gone',
      hosts: ['lost', 'two'],
      tags: { lost: ['web'], two: ['web'] },
      config: { lost: kernel('6.12.72'), two: `${kernel('6.12.72')}\npocket.activationSeconds = 8;` },
    });
    const off = home.host('lost').staysOff();
    const before = await home.host('two').bootId();
    const { result, exitCode } = await home.deploy(path, '*', '--reboot', '--reboot-limit', '8');
    await off;
    expect([exitCode, result.state]).toEqual([1, 'partial']);
    expect(result.hosts).toMatchObject({
      lost: { state: 'failed', system: null, error: { code: 'deploy-reboot-gone' } },
      two: { state: 'switched-with-failures', error: { code: 'deploy-reboot-held' } },
    });
    expect(await home.host('two').bootId()).toBe(before);
    await home.host('lost').powerOn();
    expect(await home.host('lost').currentSystem()).not.toBeNull();
  });

  test('leaves out what is off where that is wanted, and says so: three of ten', async () => {
    const more = ['three', 'four', 'five', 'six', 'seven'];
    await home.lab.up(more);
    await home.host('lost').powerOff();
    const on = ['one', 'two', ...more];
    const off = ['lost', 'nowhere', 'nobody'];
    const { path } = await home.lab.fleet('colmena', {
      name: 'skip',
      hosts: [...on, ...off],
      config: Object.fromEntries(on.map((name) => [name, unit('skip')])),
    });
    const { result, steps, exitCode } = await home.deploy(path, '*', '--offline', 'skip');
    expect([exitCode, result.state]).toEqual([1, 'partial']);
    for (const name of on) expect([name, result.hosts[name]?.state]).toEqual([name, 'succeeded']);
    for (const name of off) {
      expect(result.hosts[name]).toMatchObject({
        state: 'skipped',
        error: { code: 'deploy-offline-skipped', canRetry: true },
      });
    }
    expect(stagesOf(steps, 'lost')).toMatch(/^plan skipped, evaluate (done|skipped), build skipped/);
  });

  test('waits for a host that is off, and deploys it when it comes', async () => {
    const path = await home.fleet('wait', { lost: unit('waited') });
    const running = home.begin(path, 'lost', '--offline', '60');
    await running.until((step) => step.stage === 'plan' && step.state === 'running');
    await home.untilLog(await home.latestJob(), 'lost', 'does not answer and is waited for');
    await home.host('lost').powerOn();
    const { result } = await running.over();
    expect(result.hosts['lost']).toMatchObject({
      state: 'succeeded',
      system: await home.host('lost').currentSystem(),
    });
  });

  test('deploys a host later, when it comes back, by the commit of then', async () => {
    const lost = home.host('lost');
    await lost.powerOff();
    const path = await home.fleet('later', { one: unit('first'), lost: unit('first') });
    const host = join(path, 'hosts/lost/default.nix');
    const write = async (from: string, to: string): Promise<void> =>
      writeFile(host, (await readFile(host, 'utf8')).replace(from, to));
    const git = (...argv: string[]) => home.lab.controller.exec(['git', ...argv], { cwd: path });
    const { result } = await home.deploy(path, '*', '--offline', 'later');
    expect(result.hosts).toMatchObject({
      one: { state: 'succeeded' },
      lost: { state: 'skipped', error: { code: 'deploy-offline-later' } },
    });
    const waiting = await home.latestJob();
    const commit = (await git('rev-parse', '--short=7', 'HEAD')).stdout.trim();
    expect((await home.job(waiting)).summary).toMatchObject({
      title: `Switch lost when it comes back (${commit})`,
      hosts: ['lost'],
    });
    // What is not committed cannot be deployed later.
    await write('first', 'second');
    const uncommitted = await home.cli(['deploy', path, '--on', 'one', '--offline', 'later', '--yes', '--json']);
    expect(JSON.parse(uncommitted.stdout)).toMatchObject({ error: { code: 'deploy-not-pinned' } });
    await git('commit', '-aqm', 'Second');
    await lost.powerOn();
    const done = await home.jobOver(waiting);
    expect(done.outcomes['lost'], JSON.stringify(done.problem)).toMatchObject({
      state: 'succeeded',
      system: await lost.currentSystem(),
    });
    expect(await lost.read('ls', '/run/current-system/etc/systemd/system')).toContain('first.service');

    await lost.powerOff();
    const again = await home.deploy(path, 'lost', '--offline', 'later');
    expect(again.result, JSON.stringify(again.result)).toMatchObject({
      state: 'partial',
      hosts: { lost: { error: { code: 'deploy-offline-later' } } },
    });
    expect(stagesOf(again.steps, 'lost')).toMatch(/^plan skipped, evaluate skipped, /);
    const second = await home.latestJob();
    const { summary, problem } = await home.job(second);
    expect(summary.state, `${summary.title}: ${JSON.stringify(problem)}`).toMatch(/queued|running/);
    await home.cancel(second);
    await lost.powerOn();
  });

  test('what waits for its host is overtaken by a deploy that comes there, and by nothing else; both say so', async () => {
    const lost = home.host('lost');
    await lost.powerOff();
    const path = await home.fleet('overtaken', { one: unit('kept'), lost: unit('kept') });
    const other = await home.fleet('beside', { one: unit('beside'), lost: unit('beside') });
    const stateOf = async (id: JobId): Promise<string> => (await home.job(id)).summary.state;
    await home.deploy(path, 'lost', '--offline', 'later');
    const first = await home.latestJob();

    // None of these reaches the host.
    await home.cli(['plan', path, '--on', 'lost', '--json']);
    await home.cli(['rollback', path, '--on', 'lost', '--yes', '--json']);
    expect((await home.deploy(other, '*')).result.hosts).toMatchObject({
      one: { state: 'succeeded' },
      lost: { state: 'failed' },
    });
    expect(await stateOf(first)).toBe('running');

    // The same is put off once more: it waits once.
    const again = await home.deploy(path, 'lost', '--offline', 'later');
    expect(again.stderr).toContain('waits no longer, and is cancelled: this deploy waits for lost now');
    const second = await home.latestJob();
    const told = (by: string) => ({
      summary: { state: 'cancelled' },
      problem: { code: 'job-overtaken', title: `“${by}” has taken the place of this job, which was cancelled` },
      notes: [{ text: `“${by}” has taken the place of this job, which was cancelled.` }],
    });
    expect(await home.jobOver(first)).toMatchObject(told('Switch lost'));
    expect(await stateOf(second)).toBe('running');

    // Both hear of the host at once; the newer one's turn comes first.
    const running = home.begin(other, 'lost', '--offline', '60');
    await running.until((step) => step.stage === 'plan' && step.state === 'running');
    const newer = await home.latestJob();
    await home.untilLog(newer, 'lost', 'does not answer and is waited for');
    await lost.powerOn();
    const { result, stderr } = await running.over();
    expect(result.hosts['lost'], stderr).toMatchObject({ state: 'succeeded', system: await lost.currentSystem() });
    expect(stderr).toContain(`is cancelled: this deploy has come to lost since. It is ${second}.`);
    expect((await home.job(newer)).notes).toMatchObject([{ text: expect.stringContaining('is cancelled') }]);
    expect(await home.jobOver(second)).toMatchObject(told('Switch lost'));
    expect(await lost.read('ls', '/run/current-system/etc/systemd/system')).toContain('beside.service');

    // What did not come to the host has left what waits to be done.
    await lost.powerOff();
    await home.deploy(path, 'lost', '--offline', 'later');
    const last = await home.latestJob();
    expect((await home.deployFails(other, 'lost')).code).toMatch(/^ssh-/);
    await lost.powerOn();
    expect((await home.jobOver(last)).outcomes['lost']).toMatchObject({
      state: 'succeeded',
      system: await lost.currentSystem(),
    });
  });

  test('builds on a machine that is named, and says before a build that nothing can do it', async () => {
    const path = await home.fleet('elsewhere', { one: unit('elsewhere'), two: unit('elsewhere') });
    const { result } = await home.deploy(path, 'one', '--build-on', 'two');
    expect(result.hosts['one'], JSON.stringify(result)).toMatchObject({ state: 'succeeded' });
    const there = ['nix-store', '--query', '--deriver', result.hosts['one']?.system ?? ''];
    expect(await home.host('two').read(...there)).toMatch(/\.drv$/);
    expect(await home.host('one').currentSystem()).toBe(result.hosts['one']?.system);

    // What failed is tried again in the way that was wanted at first: on another port, as somebody who is not root.
    const place = 'admin@two:2222';
    await home.host('two').read('/usr/sbin/sshd', '-p', '2222', '-E', '/var/log/sshd-2222.log');
    const broken = await home.fleet('broken', { one: 'environment.etc.x.source = pkgs.failing;' });
    const options = ['--build-on', place, '--watchdog', '90', '--at-once', 'copies=1'];
    const { result: failed } = await home.deploy(broken, 'one', ...options);
    expect(failed.state).toBe('failed');
    await home.fleet('broken', { one: unit('mended') });
    const retried = await home.cli(['jobs', 'retry', failed.job, '--json']);
    expect(retried.exitCode, retried.stdout).toBe(0);
    const again = await home.job(await home.latestJob());
    expect(again.spec).toMatchObject({ buildHost: { name: place }, hosts: [{ watchdogSeconds: 90 }] });
    expect(await home.host('two').read('cat', '/var/log/sshd-2222.log')).toContain('Accepted publickey for admin');
    expect(again.limits?.copies).toBe(1);
    expect((await home.cli(['jobs', 'retry', again.summary.id])).exitCode).toBe(1);

    const foreign = await home.fleet('foreign', { one: 'nixpkgs.hostPlatform = "aarch64-linux";' });
    const error = await home.deployFails(foreign, 'one');
    expect(error).toMatchObject({
      code: 'deploy-foreign-architecture',
      title: expect.stringContaining('one is aarch64-linux'),
      evidence: expect.stringMatching(/this computer: x86_64-linux.*\nbuilders of nix.conf: none/),
    });
    // Another machine is asked before it begins, and what is advised helps there.
    const elsewhere = await home.deployFails(foreign, 'one', '--build-on', place);
    expect(elsewhere).toMatchObject({
      code: 'deploy-foreign-architecture',
      title: `one is aarch64-linux, which nothing that ${place} builds with can build`,
      evidence: expect.stringMatching(/^admin@two:2222: x86_64-linux.*\nbuilders of nix.conf: none/),
    });
    expect(elsewhere.advice[0]).toContain('--build-on target');
    const onTarget = await home.deployFails(foreign, 'one', '--build-on', 'target');
    expect(onTarget).toMatchObject({ code: 'deploy-foreign-architecture' });
    expect(onTarget.advice.join()).not.toContain('--build-on target');
    expect(onTarget.advice[0]).toContain('Check the address of one');
  });

  test('on a computer without nix, another machine evaluates and builds, and hosts are deployed from there', async () => {
    const { controller } = home.lab;
    const cli = cliWithoutNix;
    const { path } = await home.lab.fleet('plain', {
      name: 'no-nix',
      hosts: ['one'],
      config: { one: `imports = [ ./extra.nix ]; ${unit('committed')}` },
    });
    expect(JSON.parse((await cli('fleet', 'show', path)).stdout)).toMatchObject({ error: { code: 'nix-missing' } });

    await haveTwoRunNix();

    // What git does not know, nix there does not see either.
    await writeFile(join(path, 'hosts/one/extra.nix'), `{ ${unit('uncommitted')} }`);
    const blind = await cli('deploy', path, '--on', 'one', '--yes');
    expect(blind.exitCode).toBe(1);
    expect(blind.stdout).toContain(join(path, 'hosts/one/extra.nix'));
    await controller.exec(['git', '-C', path, 'add', '-N', 'hosts/one/extra.nix']);
    const planned = await cli('plan', path, '--on', 'one');
    expect(planned.exitCode, planned.stdout).toBe(0);
    const plan = await home.job(await home.latestJob());
    expect(plan.changes?.['one']).toMatchObject({
      units: { started: expect.arrayContaining(['uncommitted.service']) },
    });
    expect(plan.changes?.['one']?.addedBytes).toBeGreaterThan(0);
    const deployed = await cli('deploy', path, '--on', 'one', '--yes');
    expect(deployed.exitCode, deployed.stdout).toBe(0);
    const system = (await home.host('one').currentSystem()) ?? '';
    expect(plan.changes?.['one']?.after).toBe(system);
    expect(await home.host('one').read('ls', '/run/current-system/etc/systemd/system')).toContain(
      'uncommitted.service',
    );
    expect(await home.host('two').read('nix-store', '--query', '--deriver', system)).toMatch(/\.drv$/);
    const { commands } = await home.job(await home.latestJob());
    expect(commands.map(({ command }) => command.argv.slice(0, 3).join(' '))).toContain('ssh root@two nix');

    // Other engines start a nix of this computer.
    const other = await cli('deploy', path, '--on', 'one', '--yes', '--engine', 'colmena');
    expect(other.exitCode, other.stdout).not.toBe(0);
    expect(other.stdout + other.stderr).toContain('engine-nix-elsewhere');
    expect(other.stdout + other.stderr).toContain('which does everything through root@two');

    // What git was told to take for unchanged is read as it lies here, as nix here would.
    const host = 'hosts/one/default.nix';
    await controller.exec(['git', '-C', path, 'update-index', '--skip-worktree', host]);
    await writeFile(
      join(path, host),
      (await readFile(join(path, host), 'utf8')).replace('units.committed', 'units.marked'),
    );
    const marked = await cli('deploy', path, '--on', 'one', '--yes');
    expect(marked.exitCode, marked.stdout).toBe(0);
    expect(await home.host('one').read('ls', '/run/current-system/etc/systemd/system')).toContain('marked.service');

    expect((await cli('nix-host', 'here')).stdout).toContain('"nixHost":null');
  });

  test('on a computer without nix, a flake behind a reference is fetched elsewhere, read here and deployed', async () => {
    const { controller, folder } = home.lab;
    const { path } = await home.lab.fleet('plain', { name: 'served', hosts: ['one'], config: { one: unit('served') } });
    await haveTwoRunNix();
    const archive = join(folder, 'served.tar.gz');
    const pack = ['git', '-C', path, 'archive', '--prefix=served/', '-o', archive, 'HEAD'];
    expect((await controller.exec(pack)).exitCode).toBe(0);
    const serve = `require('http').createServer((_, answer) => require('fs').createReadStream(${JSON.stringify(archive)}).pipe(answer)).listen(8123, () => console.log('ready'))`;
    const server = controller.spawn(['node', '-e', serve], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      if (server.stdout === null) throw new Error('the server has no output');
      await once(server.stdout, 'data');
      const reference = `http://${controller.address}:8123/served.tar.gz`;
      const shown = await cliWithoutNix('fleet', 'show', reference);
      expect(shown.exitCode, shown.stdout).toBe(0);
      const { fleet, hosts } = fleetView.parse(JSON.parse(shown.stdout));
      expect(fleet).toMatchObject({ path: reference, name: 'served', remote: { revision: null } });
      expect(fleet.problems).toEqual([]);
      expect(hosts.map(({ name }) => name)).toEqual(['one']);
      expect(fleet.folder).toMatch(new RegExp(`^${join(folder, dataFolder, 'cache/flakes')}/[0-9a-z]{32}-source$`));
      const text = await readFile(join(fleet.folder, 'flake.nix'), 'utf8');
      expect(text).toBe(await readFile(join(path, 'flake.nix'), 'utf8'));
      const deployed = await cliWithoutNix('deploy', reference, '--on', 'one', '--yes');
      expect(deployed.exitCode, deployed.stdout).toBe(0);
      expect(await home.host('one').read('ls', '/run/current-system/etc/systemd/system')).toContain('served.service');
    } finally {
      server.kill();
      await cliWithoutNix('nix-host', 'here');
    }
  });

  test('has as many hosts in each kind of work at once as is said, also while it runs', async () => {
    const hold = 'system.activationScripts.hold = "until [ -e /run/go-on ]; do sleep 0.1; done";';
    const config = `${unit('limited')}\n${hold}`;
    const both = [home.host('one'), home.host('two')];
    for (const host of both) await host.read('rm', '-f', '/run/go-on');
    const path = await home.fleet('limited', { one: config, two: config });
    const running = home.begin(path, '*', '--at-once', 'activations=1', 'copies=2');
    await running.until(
      ({ stage, host }) => stage === 'activate' && running.watchdogs.some((one) => one.host === host),
    );
    const id = await home.latestJob();
    expect((await home.job(id)).limits).toMatchObject({ activations: 1, copies: 2 });
    expect((await home.cli(['jobs', 'limit', id, 'activations=0'])).exitCode).toBe(2);
    const raisedAt = Date.now();
    expect((await home.cli(['jobs', 'limit', id, 'activations=2'])).exitCode).toBe(0);
    // The other waited for the first, until it need not any more.
    const [first, second] = await running.untilArmed(2);
    expect(second?.host).not.toBe(first?.host);
    expect(second?.at).toBeGreaterThanOrEqual(raisedAt);
    for (const host of both) await host.read('touch', '/run/go-on');
    const { result, steps } = await running.over();
    expect(result.state).toBe('succeeded');
    expect((await home.job(id)).limits?.activations).toBe(2);
    expect((await home.cli(['jobs', 'limit', id, 'copies=1'])).exitCode).toBe(1);
    expect(stagesOf(steps, 'two')).toContain('verify done');
  });
});
