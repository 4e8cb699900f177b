import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { describeLab } from '../lab/describe-lab.ts';
import { createLab, enterRunningLab, nodePath, projectRoot, type CommandResult, type Lab } from '../lab/index.ts';

let lab: Lab;

/** Runs a program in the controller. */
const ctl = (argv: string[], options: { cwd?: string; timeoutMs?: number } = {}): Promise<CommandResult> =>
  lab.controller.exec(argv, { timeoutMs: 60_000, ...options, env: { NIX_SSHOPTS: sshOptions.join(' ') } });

const sshOptions = ['-oStrictHostKeyChecking=accept-new', '-oBatchMode=yes', '-oConnectTimeout=3'];
const ssh = (target: string, ...command: string[]): Promise<CommandResult> =>
  ctl(['ssh', ...sshOptions, target, ...command]);

/** As {@link ctl}, and the program must succeed: its trimmed output. */
async function must(argv: string[], cwd = '/'): Promise<string> {
  const { exitCode, stdout, stderr } = await ctl(argv, { cwd });
  expect(exitCode, `${argv.join(' ')}\n${stderr}`).toBe(0);
  return stdout.trim();
}

const copy = (host: string, path: string): Promise<CommandResult> =>
  ctl(['nix', 'copy', '--no-check-sigs', '--to', `ssh-ng://root@${host}`, path]);

/** Builds a host's system of a fleet with plain nix, copies it there and makes it the next generation. */
async function deliver(fleet: string, host: string): Promise<string> {
  const attribute = `${fleet}#nixosConfigurations.${host}.config.system.build.toplevel`;
  const system = await must(['nix', 'build', '--no-link', '--print-out-paths', attribute]);
  expect(await copy(host, system)).toMatchObject({ exitCode: 0 });
  await must(['ssh', ...sshOptions, host, 'nix-env', '-p', '/nix/var/nix/profiles/system', '--set', system]);
  return system;
}

const goal = (host: string, system: string, verb: string): Promise<CommandResult> =>
  ssh(host, `${system}/bin/switch-to-configuration`, verb);

/** A fleet of one host whose module holds `config`. */
const fleetOf = async (host: string, name: string, config: string): Promise<string> =>
  (await lab.fleet('plain', { name, hosts: [host], config: { [host]: config } })).path;

/** Handles of the namespaces that hold a process. */
const namespacesOf = (pid: number): string[] =>
  ['net', 'mnt', 'pid'].map((name) => readlinkSync(`/proc/${pid}/ns/${name}`));

/** Namespaces that any process of this computer is in. */
function livingNamespaces(): Set<string> {
  const found = new Set<string>();
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      for (const handle of namespacesOf(Number(pid))) found.add(handle);
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** A Node of this computer beside the controller, as end-to-end tests start Electron, that tells what it sees there. */
function lookingAround() {
  const script = `
    const { networkInterfaces, userInfo } = require('node:os');
    const { readdirSync, readFileSync } = require('node:fs');
    console.log(JSON.stringify({
      store: readdirSync('/nix/store').filter((name) => !name.startsWith('.')).sort(),
      hosts: readFileSync('/etc/hosts', 'utf8').trim(),
      addresses: Object.values(networkInterfaces()).flat().filter(({ family }) => family === 'IPv4').map(({ address }) => address),
      home: userInfo().homedir,
    }));
    setInterval(() => {}, 1e6);`;
  const wrapper = join(projectRoot, 'test/e2e/fixtures/beside-lab-process.ts');
  const child = spawn(wrapper, ['--inspect=0', '-e', script], {
    detached: true,
    env: {
      PATH: `${dirname(nodePath)}:${process.env['PATH']}`,
      LAB_PROGRAM: JSON.stringify({
        command: [...lab.controller.beside(), nodePath],
        network: lab.controller.networkFile,
      }),
    },
  });
  const ended = once(child, 'close');
  const firstLine = async (stream: Readable): Promise<string> =>
    z.tuple([z.string()]).parse(await once(createInterface(stream), 'line'))[0];
  const port = firstLine(child.stderr).then((line) => /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1]);
  return {
    said: Promise.all([firstLine(child.stdout).then((line): unknown => JSON.parse(line)), port]),
    async [Symbol.asyncDispose]() {
      process.kill(-Number(child.pid), 'SIGKILL');
      await ended;
    },
  };
}

describeLab('a lab', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'test', onProgress: console.log });
    await lab.up(['alpha', 'beta', 'gamma']);
  });
  afterAll(() => lab?.down());

  test('has hosts that let root and an administrator in', async () => {
    for (const host of lab.hosts) {
      expect(await must(['ssh', ...sshOptions, host.name, 'hostname'])).toBe('nixos');
      expect(await must(['ssh', ...sshOptions, `admin@${host.address}`, 'sudo', '-n', 'id', '-u'])).toBe('0');
    }
  });

  test('has a controller with nix, git and the project, and with nothing else of this computer', async () => {
    expect(await must(['nix', '--version'])).toMatch(/2\.\d+/);
    expect(await must(['node', '--version'])).toMatch(/^v24\./);
    expect(await must(['node', '-p', '1 + 1'], projectRoot)).toBe('2');
    expect((await ctl(['touch', join(projectRoot, 'written')])).stderr).toContain('Read-only file system');
    using folder = mkdtempDisposableSync(join(tmpdir(), 'outside-'));
    expect((await ctl(['ls', folder.path])).stderr).toContain('No such file or directory');
    expect(await must(['ps', '-e', '-o', 'comm='])).not.toContain('nsenter');
  });

  test('has a controller that sees more of this computer where that is asked for, and writes to none of it', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'seen-'));
    const [file, hidden] = [join(folder.path, 'a/file'), join(folder.path, 'hidden')];
    mkdirSync(join(folder.path, 'a'));
    for (const each of [file, hidden]) writeFileSync(each, 'of this computer');
    await using seeing = await createLab({ name: 'seeing', sees: [file] });
    expect((await seeing.controller.exec(['cat', file])).stdout).toBe('of this computer');
    expect((await seeing.controller.exec(['cat', hidden])).stderr).toContain('No such file or directory');
    expect((await seeing.controller.exec(['sh', '-c', 'echo >"$1"', 'sh', file])).stderr).toContain('Read-only');
  });

  test('is a network of its own: the outside cannot be reached', async () => {
    for (const where of [lab.controller, lab.host('alpha')]) {
      const { stderr } = await where.exec(['bash', '-c', 'echo > /dev/tcp/198.51.100.1/80']);
      expect(stderr).toContain('Network is unreachable');
    }
  });

  test('shows its hosts no disk of this computer and lets them make no device', async () => {
    const alpha = lab.host('alpha');
    expect(await alpha.read('find', '/dev', '-type', 'b')).toBe('');
    expect((await alpha.exec(['mknod', '/tmp/disk', 'b', '254', '0'])).stderr).toContain('Operation not permitted');
    expect((await ssh('alpha', 'mknod', '/tmp/disk', 'b', '254', '0')).stderr).toContain('Operation not permitted');
  });

  test('takes in a program of this computer: the network, store and names of its controller, and a debugger out here', async () => {
    // A store as one is after a build.
    await must(['nix', 'store', 'add', '--name', 'known', '/etc/hostname']);
    await using running = lookingAround();
    const [seen, debuggerPort] = await running.said;
    expect(seen).toEqual({
      store: (await must(['ls', '/nix/store'])).split('\n'),
      hosts: await must(['cat', '/etc/hosts']),
      addresses: ['127.0.0.1', lab.controller.address],
      home: join(lab.folder, 'home'),
    });
    const version = await fetch(`http://127.0.0.1:${debuggerPort}/json/version`);
    expect(await version.json()).toMatchObject({ Browser: `node.js/${process.version}` });
  });

  test('takes a system that was built, copied and switched to with plain nix and ssh', async () => {
    const alpha = lab.host('alpha');
    expect(await alpha.generation()).toBe(1);
    const { path } = await lab.fleet('factory', { config: { alpha: 'services.nginx.enable = true;' } });
    const system = await deliver(path, 'alpha');
    expect(await alpha.generation()).toBe(2);

    const rehearsal = await goal('alpha', system, 'dry-activate');
    expect(rehearsal.stderr).toContain('would start the following units: nginx.service');
    expect(await alpha.currentSystem()).not.toBe(system);

    const { exitCode, stderr } = await goal('alpha', system, 'switch');
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain('the following new units were started: nginx.service');
    expect(await alpha.currentSystem()).toBe(system);
    expect(await alpha.read('hostname')).toBe('alpha');
    expect(await alpha.read('systemctl', 'is-active', 'nginx')).toBe('active');
  });

  test('restarts a unit that changed and stops one that is gone', async () => {
    const first = await fleetOf('beta', 'units-before', 'services.nginx.enable = true;\npocket.units.old = "x";');
    await goal('beta', await deliver(first, 'beta'), 'switch');
    const second = await fleetOf('beta', 'units-after', 'services.nginx = { enable = true; workers = 2; };');
    const { stderr } = await goal('beta', await deliver(second, 'beta'), 'switch');
    expect(stderr).toContain('stopping the following units: old.service');
    expect(stderr).toContain('restarting the following units: nginx.service');
  });

  test('tells with exit status 4 that it switched but a unit failed', async () => {
    const fleet = await fleetOf('beta', 'failing-unit', 'services.nginx.enable = true;\npocket.failUnits = ["nginx"];');
    const system = await deliver(fleet, 'beta');
    const { exitCode, stderr } = await goal('beta', system, 'switch');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('warning: the following units failed: nginx.service');
    expect(await lab.host('beta').currentSystem()).toBe(system);
    const { stdout } = await ssh('beta', 'systemctl', 'list-units', '--failed', '--plain', '--no-legend');
    expect(stdout).toMatch(/^nginx\.service/);
  });

  test('tells with exit status 2 that the activation failed', async () => {
    const system = await deliver(await fleetOf('gamma', 'broken', 'pocket.failActivation = true;'), 'gamma');
    expect(await goal('gamma', system, 'switch')).toMatchObject({ exitCode: 2 });
  });

  test('goes on with an activation in a transient unit when the connection is lost', async () => {
    const fleet = await fleetOf('gamma', 'slow-activation', 'pocket.activationSeconds = 1;');
    const system = await deliver(fleet, 'gamma');
    const script = `systemd-run --quiet --unit=switch --collect --wait ${system}/bin/switch-to-configuration switch`;
    const client = lab.controller.spawn(['ssh', ...sshOptions, 'gamma', script]);
    await expect.poll(() => lab.host('gamma').read('systemctl', 'list-units')).toContain('switch.service');
    client.kill('SIGKILL');
    await expect.poll(() => lab.host('gamma').currentSystem(), { timeout: 10_000 }).toBe(system);
  });

  test('reboots into the system of the profile, with another boot id', async () => {
    const alpha = lab.host('alpha');
    const [before, system] = [await alpha.bootId(), await alpha.read('readlink', '-f', '/nix/var/nix/profiles/system')];
    await alpha.reboot();
    expect(await alpha.bootId()).not.toBe(before);
    expect(await alpha.read('readlink', '/run/booted-system')).toBe(system);
    expect(await must(['ssh', ...sshOptions, 'alpha', 'hostname'])).toBe('alpha');
  });

  test('reboots a host that is told so over SSH', async () => {
    const alpha = lab.host('alpha');
    const before = await alpha.bootId();
    const back = alpha.nextBoot();
    await ssh('alpha', 'systemctl', 'reboot');
    await back;
    expect(await alpha.bootId()).not.toBe(before);
  });

  test('cuts a host off and plugs it in again', async () => {
    const beta = lab.host('beta');
    await beta.link('down');
    expect((await ssh('beta', 'true')).exitCode).toBe(255);
    await beta.link('up');
    expect((await ssh('beta', 'true')).exitCode).toBe(0);
  });

  test('makes a line slow', async () => {
    const beta = lab.host('beta');
    const seconds = async (): Promise<number> => {
      const start = performance.now();
      await must(['sh', '-c', `ssh ${sshOptions.join(' ')} beta head -c 400000 /dev/zero | wc -c`]);
      return (performance.now() - start) / 1000;
    };
    await beta.link({ kbitPerSecond: 2000 });
    const slow = await seconds();
    expect(slow).toBeGreaterThan(1);
    await beta.link('up');
    expect(await seconds()).toBeLessThan(slow);
  });

  test('has a host whose disk can be full, and free again', async () => {
    const [small] = await lab.up(['small'], { size: '64m' });
    await small?.fillDisk(1024);
    const fleet = await fleetOf('small', 'payload', 'environment.etc.data.source = pkgs.payload 8;');
    const attribute = `${fleet}#nixosConfigurations.small.config.system.build.toplevel`;
    const system = await must(['nix', 'build', '--no-link', '--print-out-paths', attribute]);
    expect((await copy('small', system)).stderr).toContain('No space left on device');
    await small?.freeDisk();
    expect(await copy('small', system)).toMatchObject({ exitCode: 0 });
  });

  test('has a host without nix, and one that ssh takes for another after its key changed', async () => {
    const [bare] = await lab.up(['bare'], { role: 'debian' });
    expect((await ssh('bare', 'nix', '--version')).stderr).toContain('command not found');
    const before = await bare?.hostKey();
    const after = await bare?.regenerateHostKey();
    expect(after?.fingerprint).toMatch(/^SHA256:/);
    expect(after?.fingerprint).not.toBe(before?.fingerprint);
    expect((await ssh('bare', 'true')).stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });

  test('knows the partitions of a new table alone, also where they lie over those of the old one', async () => {
    const [host] = await lab.up(['parted'], { role: 'installer', disks: [{ size: '100M' }] });
    const partitions = async (...sizes: string[]): Promise<string | undefined> => {
      await host?.read('sgdisk', '--zap-all', '/dev/vda');
      await host?.read('sgdisk', ...sizes.map((size, index) => `--new=${index + 1}:0:${size}`), '/dev/vda');
      await host?.read('udevadm', 'settle');
      // Listed by name: by itself lsblk goes by the kernel's numbers, which are as they happen to be free.
      return host?.read('lsblk', '--noheadings', '--list', '--sort', 'NAME', '--output', 'NAME,SIZE', '/dev/vda');
    };
    expect(await partitions('+20M', '+1M', '0')).toMatch(/vda1 +20M\nvda2 +1M\nvda3 +/);
    expect(await partitions('+1M', '0')).toMatch(/vda1 +1M\nvda2 +9\d(?:\.\d)?M\s*$/);
  });

  test('is found by the folder of its fleets', () => {
    expect(enterRunningLab(join(lab.folder, 'fleets'))?.[0]).toBe('nsenter');
    expect(enterRunningLab('/tmp')).toBeNull();
  });

  test('leaves no process, namespace, mount or folder behind', async () => {
    const other = await createLab({ name: 'gone' });
    await other.up(['alpha', 'beta']);
    const namespaces = machinePids(other).flatMap(namespacesOf);
    expect(namespaces.every((handle) => livingNamespaces().has(handle))).toBe(true);
    await other.down();
    expect(
      namespaces.filter((handle) => livingNamespaces().has(handle) && !namespacesOf(process.pid).includes(handle)),
    ).toEqual([]);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(other.folder);
    expect(existsSync(other.folder) || existsSync(`${other.folder}.machines`)).toBe(false);
  });

  test('dies with its maker, even when that is killed, and the next lab clears its folder', async () => {
    const maker = fork(join(import.meta.dirname, 'lab-maker-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { folder, pids } = await firstMessage(maker);
    const namespaces = pids.flatMap(namespacesOf);
    maker.kill('SIGKILL');
    await expect.poll(() => namespaces.some((handle) => livingNamespaces().has(handle))).toBe(false);
    expect(existsSync(folder)).toBe(true);
    await (await createLab({ name: 'next' })).down();
    expect(existsSync(folder) || existsSync(`${folder}.machines`)).toBe(false);
  });

  test.for(['SIGINT', 'SIGTERM'] as const)('is taken down by %s', async (signal) => {
    const maker = fork(join(import.meta.dirname, 'lab-maker-process.ts'), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { folder, pids } = await firstMessage(maker);
    const namespaces = pids.flatMap(namespacesOf);
    maker.kill(signal);
    expect(await once(maker, 'exit')).toEqual([null, signal]);
    await expect.poll(() => namespaces.some((handle) => livingNamespaces().has(handle))).toBe(false);
    await expect.poll(() => existsSync(folder)).toBe(false);
  });
});

/** First processes of a lab's machines, as this computer counts. */
function machinePids(of: Lab): number[] {
  const folder = `${of.folder}.machines`;
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'pid')))
    .map((name) => Number(readFileSync(join(folder, name, 'pid'), 'utf8')));
}

async function firstMessage(child: ChildProcess): Promise<{ folder: string; pids: number[] }> {
  const message = z.tuple([z.object({ folder: z.string(), pids: z.array(z.int()) })], z.unknown());
  return message.parse(await once(child, 'message'))[0];
}
