import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hostStatus, type HostStatus } from '../../shared/contract/host.ts';
import type { JobDetail } from '../../shared/contract/job.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { nodePath, type LabHost } from '../lab/index.ts';
import { AtTerminal } from './deploy/at-terminal.ts';
import { DeployLab } from './deploy/deploy-lab.ts';

let home: DeployLab;
/** Several restarts, each with a look at the host. */
const timeoutMs = 300_000;
const kernel = (version: string): string => `pocket.kernelVersion = "${version}";`;
const grub = (options = ''): string =>
  `boot.loader.systemd-boot.enable = pkgs.lib.mkForce false;\nboot.loader.grub.device = "/dev/null";\n${options}`;
const callingProcess = join(import.meta.dirname, 'deploy/calling-process.ts');
const mark = '/var/lib/nixstead/next-boot';

/** Deploys one host with goal boot, and gives what its log says of the next boot. */
async function deployBoot(path: string, name: string): Promise<string> {
  const { result } = await home.deploy(path, name, '--goal', 'boot');
  expect(result.hosts[name], JSON.stringify(result)).toMatchObject({ state: 'succeeded' });
  const { stdout } = await home.cli(['jobs', 'log', result.job, '--host', name]);
  return stdout.split('\n').find((line) => line.startsWith(`The next boot of ${name}`)) ?? stdout;
}

async function status(path: string, name: string): Promise<HostStatus> {
  const { stdout } = await home.cli(['fleet', 'status', path, '--on', name, '--json']);
  const [found] = z.array(hostStatus).parse(JSON.parse(stdout));
  if (found === undefined) throw new Error(stdout);
  return found;
}

/** A fleet with the host "one", in which an ordinary user becomes root with sudo. */
async function asAdmin(name: string, config: string): Promise<string> {
  return (await home.lab.fleet('colmena', { name, hosts: ['one'], config: { one: config }, user: 'admin' })).path;
}

/** Looks at a host once, and waits for the job that this begins. */
async function settled(path: string, name: string): Promise<JobDetail> {
  const before = await home.latestJob();
  await status(path, name);
  const id = await home.latestJob();
  expect(id).not.toBe(before);
  return home.jobOver(id);
}

/** Restarts a host whose first boot fails; its kernel starts it anew, and the boot after that counts. */
async function cycledTwice(host: LabHost): Promise<void> {
  const up = host.nextBoot();
  await host.reboot();
  await up;
}

const profile = (name: string): Promise<string> =>
  home.host(name).read('readlink', '-f', '/nix/var/nix/profiles/system');
const isMarked = async (name: string): Promise<boolean> =>
  (await home.host(name).exec(['test', '-e', mark])).exitCode === 0;

describeLab('a system that only boots at some time', () => {
  beforeAll(async () => {
    home = await DeployLab.start('boot', ['one', 'plain']);
    await home.lab.up(['grubby'], { disks: [{ size: '4G' }] });
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test(
    'is tried at the next boot alone, and kept when the host is seen up with it and its checks pass',
    { timeout: timeoutMs },
    async () => {
      const host = home.host('one');
      const before = await host.currentSystem();
      const path = await home.fleet('tried', { one: kernel('6.12.80') });
      const check = '[defaults]\nhealth = [{ command = ["test", "-e", "/run/well"] }]\n';
      await writeFile(join(path, 'nixstead.toml'), check);
      await host.read('touch', '/run/well');
      expect(await deployBoot(path, 'one')).toContain('is guarded: it starts the new system once');
      const wanted = await profile('one');
      expect(await host.currentSystem()).toBe(before);
      expect(await status(path, 'one')).toMatchObject({ pendingBoot: 'waiting', profileSystem: wanted });
      expect((await home.deploy(path, 'one', '--goal', 'boot')).result.hosts['one']?.state).toBe('unchanged');

      // Nobody looks: the boot after it goes back, and so does its profile once somebody does.
      await host.reboot();
      expect(await host.currentSystem()).toBe(wanted);
      await host.reboot();
      expect(await host.currentSystem()).toBe(before);
      expect((await settled(path, 'one')).outcomes['one']).toMatchObject({
        state: 'reverted',
        error: { code: 'deploy-reboot-went-back' },
      });
      expect([await profile('one'), await isMarked('one')]).toEqual([before, false]);

      // Up, and not well any more.
      await host.read('touch', '/run/well');
      expect(await deployBoot(path, 'one')).toContain('is guarded');
      await host.reboot();
      // What it would fall back to stays until it is confirmed.
      const list = await host.read('sh', '-c', 'ls -d /nix/var/nix/profiles/system-*-link');
      const clean = await home.cli(['generations', path, 'one', '--keep', '1', '--yes']);
      expect([clean.exitCode, clean.stderr]).toEqual([2, expect.stringContaining('It runs a system on trial')]);
      const calls = JSON.stringify([{ host: 'one', remove: [1] }]);
      await home.lab.controller.exec([nodePath, callingProcess, path], { stdin: calls });
      expect((await home.jobOver(await home.latestJob())).outcomes['one']).toMatchObject({
        state: 'failed',
        error: { code: 'generation-on-trial' },
      });
      expect(await host.read('sh', '-c', 'ls -d /nix/var/nix/profiles/system-*-link')).toBe(list);
      const unwell = await settled(path, 'one');
      expect(unwell.summary.title).toBe('Confirm the boot of one');
      expect(unwell.outcomes['one']).toMatchObject({ state: 'failed', error: { code: 'deploy-boot-unconfirmed' } });
      expect(await home.deployFails(path, 'one', '--goal', 'boot')).toMatchObject({ code: 'deploy-boot-unconfirmed' });
      expect(await host.read('cat', '/boot/lab-default')).toBe(before);

      await host.read('touch', '/run/well');
      expect((await settled(path, 'one')).outcomes['one']).toMatchObject({ state: 'succeeded', system: wanted });
      expect(await isMarked('one')).toBe(false);
      await host.reboot();
      expect(await host.currentSystem()).toBe(wanted);
      expect((await status(path, 'one')).pendingBoot).toBeUndefined();

      // The same where the deploy restarts it: what was well before and is not after the restart is not kept.
      const next = await home.fleet('tried-now', { one: kernel('6.12.85') });
      await writeFile(join(next, 'nixstead.toml'), check);
      await host.read('touch', '/run/well');
      const error = await home.deployFails(next, 'one', '--goal', 'boot', '--reboot');
      expect(error).toMatchObject({
        code: 'deploy-boot-unconfirmed',
        evidence: expect.stringContaining('/run/well'),
      });
      expect(await host.read('cat', '/boot/lab-default')).toBe(wanted);
      await host.read('touch', '/run/well');
      const kept = await profile('one');
      expect((await settled(next, 'one')).outcomes['one']).toMatchObject({ state: 'succeeded', system: kept });
      expect(await host.read('cat', '/boot/lab-default')).toBe(kept);
    },
  );

  test(
    'goes back where it does not come up, and the newer one that was switched to meanwhile is what boots',
    { timeout: timeoutMs },
    async () => {
      const host = home.host('one');
      const before = await host.currentSystem();
      const broken = await home.fleet('broken', { one: `${kernel('6.12.81')}\npocket.failsToBoot = true;` });
      await deployBoot(broken, 'one');
      await cycledTwice(host);
      expect(await host.currentSystem()).toBe(before);
      // A deploy settles it as well as a look does.
      const { result } = await home.deploy(broken, 'one', '--goal', 'boot');
      const { stdout } = await home.cli(['jobs', 'log', result.job, '--host', 'one']);
      expect(stdout).toContain('did not come up with the new system');
      expect((await status(broken, 'one')).pendingBoot).toBe('waiting');

      const newer = await home.fleet('newer', { one: kernel('6.12.82') });
      const switched = await home.deploy(newer, 'one');
      expect(switched.result.hosts['one']?.state).toBe('succeeded');
      await host.reboot();
      expect(await host.currentSystem()).toBe(switched.result.hosts['one']?.system);
    },
  );

  test(
    'GRUB tries it where it can write to its environment, and what a person deletes meanwhile changes nothing',
    { timeout: timeoutMs },
    async () => {
      const host = home.host('grubby');
      const first = await home.fleet('grub', { grubby: grub() });
      expect((await home.deploy(first, 'grubby')).result.hosts['grubby']?.state).toBe('succeeded');
      await host.reboot();
      const before = await host.currentSystem();
      const path = await home.fleet('grub-next', { grubby: grub(kernel('6.12.83')) });
      expect(await deployBoot(path, 'grubby')).toContain('is guarded');
      expect(await host.read('grub-editenv', '/boot/grub/grubenv', 'list')).toMatch(
        /^next_entry=NixOS - All configurations>NixOS - Configuration \d+ \(lab\)$/,
      );
      const wanted = await profile('grubby');
      expect((await home.cli(['generations', path, 'grubby', '--keep', '2', '--yes'])).exitCode).toBe(0);
      expect(await host.read('cat', '/boot/lab-default')).toBe(before);
      await host.reboot();
      expect(await host.currentSystem()).toBe(wanted);
      expect((await settled(path, 'grubby')).outcomes['grubby']).toMatchObject({ state: 'succeeded', system: wanted });
      await host.reboot();
      expect(await host.currentSystem()).toBe(wanted);

      const broken = await home.fleet('grub-broken', { grubby: grub('pocket.failsToBoot = true;') });
      await deployBoot(broken, 'grubby');
      await cycledTwice(host);
      expect(await host.currentSystem()).toBe(wanted);
      expect((await settled(broken, 'grubby')).outcomes['grubby']?.state).toBe('reverted');

      const other = await home.fleet('grub-other', { grubby: grub('boot.loader.grub.default = 2;') });
      expect(await deployBoot(other, 'grubby')).toContain('is guarded');
      await host.reboot();
      await settled(other, 'grubby');
      const next = await home.fleet('grub-default', {
        grubby: grub(`${kernel('6.12.84')}boot.loader.grub.default = 2;`),
      });
      expect(await deployBoot(next, 'grubby')).toContain('without boot.loader.grub.default it does');
    },
  );

  test(
    'what was broken already does not keep it from being kept, whoever restarts the host',
    { timeout: timeoutMs },
    async () => {
      const host = home.host('one');
      const broken = 'pocket.units.backup = "one";\npocket.failUnits = [ "backup" ];\n';
      const first = await home.fleet('unwell', { one: `${broken}${kernel('6.12.90')}` });
      expect((await home.deploy(first, 'one')).result.hosts['one']?.state).toBe('switched-with-failures');
      const health =
        '[defaults]\nhealth = [{ command = ["false"], within = 0 }, { no-new-failed-units = true, within = 0 }]\n';
      const fleet = async (name: string, version: string): Promise<string> => {
        const path = await home.fleet(name, { one: `${broken}${kernel(version)}` });
        await writeFile(join(path, 'nixstead.toml'), health);
        return path;
      };
      const path = await fleet('unwell-next', '6.12.91');
      expect(await deployBoot(path, 'one')).toContain('is guarded');
      const wanted = await profile('one');
      await host.reboot();
      expect((await settled(path, 'one')).outcomes['one']).toMatchObject({ state: 'succeeded', system: wanted });
      expect([await host.read('cat', '/boot/lab-default'), await isMarked('one')]).toEqual([wanted, false]);

      const now = await home.deploy(await fleet('unwell-now', '6.12.92'), 'one', '--goal', 'boot', '--reboot');
      expect(now.result.hosts['one'], JSON.stringify(now.result)).toMatchObject({ state: 'succeeded' });
    },
  );

  test(
    'is kept after a password for sudo was typed; where nobody can type it, nothing waits and nothing is held up',
    { timeout: timeoutMs },
    async () => {
      const host = home.host('one');
      const password = 'a password of admin';
      const confirm = (path: string): AtTerminal =>
        new AtTerminal(home.lab, ['deploy', path, '--on', 'one', '--goal', 'confirm-boot', '--yes']);
      const first = await asAdmin('asked', kernel('6.12.86'));
      await deployBoot(first, 'one');
      await host.reboot();
      const wanted = await profile('one');
      const asking = await host.sudoAsks(password);
      try {
        const unasked = await settled(first, 'one');
        expect(unasked.summary.title).toBe('Confirm the boot of one');
        expect(unasked.outcomes['one']).toMatchObject({ state: 'failed', error: { code: 'deploy-nobody-to-ask' } });
        expect((await status(first, 'one')).pendingBoot).toBe('up');
        await home.jobOver(await home.latestJob());

        // Somebody began it and went away: a deploy takes its place, and asks for itself.
        const left = confirm(first);
        await left.until('Password: ');
        const { questions, outcomes } = await home.answer(first, ['one'], [password]);
        expect([questions.length, outcomes['one']]).toMatchObject([1, { system: wanted }]);
        expect((await left.over()).shown).toContain('cancelled');
        expect((await status(first, 'one')).pendingBoot).toBeUndefined();
      } finally {
        await asking[Symbol.asyncDispose]();
      }

      // What its problem advises.
      const next = await asAdmin('typed', kernel('6.12.87'));
      await deployBoot(next, 'one');
      await host.reboot();
      await using _again = await host.sudoAsks(password);
      const typed = confirm(next);
      await typed.until('Password: ');
      typed.type(password);
      const { exitCode, shown } = await typed.over();
      expect(exitCode, shown).toBe(0);
      expect((await status(next, 'one')).pendingBoot).toBeUndefined();
      expect(await host.read('cat', '/boot/lab-default')).toBe(await profile('one'));
    },
  );

  test('says where nothing can be tried, and why', async () => {
    const host = home.host('plain');
    const path = await home.fleet('untried', { plain: grub() });
    expect((await home.deploy(path, 'plain')).result.hosts['plain']?.state).toBe('succeeded');
    await host.reboot();
    const next = await home.fleet('untried-next', { plain: grub(kernel('6.12.85')) });
    expect(await deployBoot(next, 'plain')).toMatch(
      /is not guarded: GRUB cannot write to overlay, where its \/boot is/,
    );
    expect(await host.read('cat', '/boot/lab-default')).toBe(await profile('plain'));
    expect([await isMarked('plain'), (await status(next, 'plain')).pendingBoot]).toEqual([false, undefined]);
  });
});
