import { once } from 'node:events';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fleet as fleetSchema } from '../../shared/contract/fleet.ts';
import { host as hostSchema, type Host } from '../../shared/contract/host.ts';
import { problem as problemSchema, type Problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, projectRoot, type Lab } from '../lab/index.ts';

const view = z.object({ fleet: fleetSchema, hosts: z.array(hostSchema) });
const failure = z.object({ error: problemSchema });
const fixtures = join(projectRoot, 'test/fixtures/fleets');

let lab: Lab;
let wrapper: string;
let calls: string;
let folderNumber = 0;

/** Runs the command line where the fleet's owner sits. Every start of nix is written down. */
async function nixstead(argv: string[], env: Record<string, string> = {}) {
  const command = ['node', commandLine, ...argv];
  return lab.controller.exec(command, { timeoutMs: 60_000, env: { NIXSTEAD_NIX: wrapper, NIX_CALLS: calls, ...env } });
}

async function open(path: string, ...options: string[]) {
  const { exitCode, stdout, stderr } = await nixstead(['fleet', 'show', path, '--json', '--no-details', ...options]);
  expect(exitCode, stderr + stdout).toBe(0);
  return view.parse(JSON.parse(stdout));
}

async function openFails(path: string, env: Record<string, string> = {}): Promise<Problem> {
  const { exitCode, stdout } = await nixstead(['fleet', 'show', path, '--json'], env);
  expect(exitCode).toBe(3);
  return failure.parse(JSON.parse(stdout)).error;
}

/** The evaluations since the last call of this function. */
async function evaluations(): Promise<string[]> {
  const lines = (await readFile(calls, 'utf8')).split('\n').filter((line) => line.includes(' eval '));
  await writeFile(calls, '');
  return lines;
}

const git = (cwd: string, ...argv: string[]) => lab.controller.exec(['git', ...argv], { cwd });
const byName = (hosts: readonly Host[]) => Object.fromEntries(hosts.map((host) => [host.name as string, host]));

/** A copy of a fixture that the test may change, below the lab's folder. */
async function copyOf(fixture: string, name = `${fixture}-${++folderNumber}`): Promise<string> {
  const path = join(lab.folder, 'fleets', name);
  await cp(join(fixtures, fixture), path, { recursive: true });
  return path;
}

describeLab('opening a fleet', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'fleet', onProgress: console.log });
    calls = join(lab.folder, 'nix-calls');
    wrapper = join(lab.folder, 'counting-nix');
    await writeFile(wrapper, '#!/bin/sh\necho "nix $*" >>"$NIX_CALLS"\nexec nix "$@"\n', { mode: 0o755 });
  });
  afterAll(() => lab?.down());
  beforeEach(() => writeFile(calls, ''));

  const hosts = ['alpha', 'beta', 'gamma'];
  const tags = { alpha: ['web', 'infra-dmz'], beta: ['db'] };
  const user = 'admin' as const;

  describe('of every kind', () => {
    test('a host factory: the hive tells the target and the tags, nixosConfigurations has the same hosts', async () => {
      const { path } = await lab.fleet('factory', { hosts, tags, user });
      const opened = await open(path);
      expect(opened.fleet).toMatchObject({
        name: 'factory',
        path,
        ref: `git+file://${path}`,
        description: 'Machines at home',
        kinds: ['colmenaHive', 'nixosConfigurations'],
        git: { branch: 'main', changedFiles: 0 },
        fromCache: false,
        problems: [],
      });
      expect(byName(opened.hosts)['alpha']).toEqual({
        name: 'alpha',
        system: 'x86_64-linux',
        tags: ['web', 'infra-dmz'],
        target: { host: '192.168.77.250', user: 'admin', port: null },
        sources: ['colmenaHive', 'nixosConfigurations'],
        buildOnTarget: false,
        allowLocalDeployment: false,
        privilegeCommand: ['sudo', '-H', '--'],
        sshOptions: [],
        keys: [],
        replaceUnknownProfiles: true,
        deployRs: null,
        problem: null,
      });
      expect(opened.hosts.map((host) => host.name)).toEqual(hosts);
      expect(await evaluations()).toHaveLength(1);
    });

    test('plain nixosConfigurations answer under their names', async () => {
      const { path } = await lab.fleet('plain', { hosts });
      const opened = await open(path);
      expect(opened.fleet.kinds).toEqual(['nixosConfigurations']);
      expect(byName(opened.hosts)['beta']).toMatchObject({
        system: 'x86_64-linux',
        target: { host: 'beta', user: 'root', port: null },
        sources: ['nixosConfigurations'],
      });
    });

    test('the raw output colmena is read as colmena would: defaults, functions, node arguments', async () => {
      const { path } = await lab.fleet('colmena', { name: 'raw-hive', hosts, tags });
      const hive = await open(path);
      const flake = join(path, 'flake.nix');
      await writeFile(flake, (await readFile(flake, 'utf8')).replace(/^ *colmenaHive = .*\n/m, ''));
      const raw = await open(path);
      expect([hive.fleet.kinds, raw.fleet.kinds]).toEqual([['colmenaHive'], ['colmena']]);
      expect(raw.hosts).toEqual(hive.hosts.map((host) => ({ ...host, sources: ['colmena'] })));
    });

    test('deploy-rs: address and user from deploy.nodes, the system from nixosConfigurations', async () => {
      const { path } = await lab.fleet('deploy-rs', { hosts, user });
      const opened = await open(path);
      expect(opened.fleet.kinds).toEqual(['deploy', 'nixosConfigurations']);
      expect(byName(opened.hosts)['gamma']).toMatchObject({
        system: 'x86_64-linux',
        target: { host: '192.168.77.248', user: 'admin', port: null },
        sources: ['deploy', 'nixosConfigurations'],
      });
    });

    test('a hive.nix without a flake', async () => {
      const path = await copyOf('hive-nix');
      const NIX_PATH = `nixpkgs=${join(lab.folder, 'inputs/pocket')}`;
      const { stdout, stderr } = await nixstead(['fleet', 'show', path, '--json', '--no-details'], { NIX_PATH });
      const opened = view.parse(JSON.parse(stdout));
      expect(opened.fleet, stderr).toMatchObject({ kinds: ['hive.nix'], ref: join(path, 'hive.nix') });
      expect(byName(opened.hosts)).toMatchObject({
        first: { target: { host: '10.0.0.1', user: 'root', port: 2222 }, tags: ['of-3'], problem: null },
        second: { target: { host: 'second' }, tags: ['of-3', 'from-node'], problem: null },
        third: { target: null, buildOnTarget: true, problem: null },
      });
    });
  });

  describe('with hosts that are broken or have odd names', () => {
    let all: Record<string, Host>;
    let path: string;
    let source: string;
    beforeAll(async () => {
      path = await copyOf('attrsets', 'names and errors');
      source = await readFile(join(path, 'flake.nix'), 'utf8');
      all = byName((await open(path)).hosts);
    });

    test.each([
      ['throws', /throws was never finished/],
      ['asserts', /not equal/],
      ['misses', /attribute 'missing' missing/],
      ['aborts', /this ends nix at once/],
      ['not-a-set', /it has no config/],
      ['loops', /infinite recursion/],
    ])('%s has its own error, and but for one the line in the file', (name, evidence) => {
      const { problem } = all[name] ?? {};
      expect(problem?.evidence).toMatch(evidence);
      expect(problem?.evidence).not.toContain('nixstead reads');
      if (name === 'not-a-set') return;
      const line = source.split('\n').findIndex((text) => text.includes(` ${name} = `)) + 1;
      expect(problem?.place).toMatchObject({ file: join(path, 'flake.nix'), line });
    });

    test('the others are read', () => {
      expect(all['plain']).toMatchObject({ system: 'x86_64-linux', problem: null });
      expect(all['older']).toMatchObject({ system: 'aarch64-linux', problem: null });
      expect(all['nas.home.example']).toMatchObject({ target: { host: 'nas.home.example' }, problem: null });
      expect(all['deployment']).toMatchObject({
        target: { host: '10.0.0.9', user: null, port: null },
        tags: ['imported'],
        problem: null,
      });
      expect(all['mac']).toMatchObject({ system: 'aarch64-darwin', problem: { code: 'host-not-nixos' } });
    });

    test('a name that must not reach a command is shown, refused with the reason, and harmless', async () => {
      const names = [
        'a;reboot',
        '$(touch /tmp/nixstead-was-here)',
        '${builtins.abort "interpolated"}',
        '-oProxyCommand=x',
        '../x',
        '_shared',
        'x'.repeat(300),
      ];
      for (const name of names) {
        expect(all[name], name).toMatchObject({ target: null, problem: { code: 'host-name-refused' } });
      }
      expect(all['hostile']).toMatchObject({ target: null, problem: { code: 'host-address-refused' } });
      expect((await lab.controller.exec(['test', '-e', '/tmp/nixstead-was-here'])).exitCode).toBe(1);
    });

    test('deploy-rs nodes: settings are inherited, and a node needs no configuration of its name', () => {
      expect(all['plain']).toMatchObject({
        target: { host: '10.0.0.1', user: 'root', port: 2222 },
        sources: ['deploy', 'nixosConfigurations'],
        buildOnTarget: true,
        sshOptions: ['-p', '2222'],
      });
      expect(all['lonely']).toMatchObject({
        target: { host: 'lonely.example', user: 'deployer', port: 2222 },
        system: 'x86_64-linux',
        sources: ['deploy'],
      });
      expect(all['nameless']?.problem?.evidence).toContain('hostname');
    });

    test('names that are too long to be shown are counted', async () => {
      const { fleet } = await open(path);
      expect(fleet.problems.map((problem) => problem.code)).toEqual(['fleet-unshowable-names']);
    });
  });

  test('a host with a module that nix cannot parse or does not know is shown with its error', async () => {
    const config = { beta: 'servces.nginx.enable = true;', gamma: 'imports = [ ./odd.nix ];' };
    const { path } = await lab.fleet('plain', { name: 'one-is-bad', hosts, config });
    const opened = byName((await open(path)).hosts);
    expect(opened['alpha']?.problem).toBeNull();
    expect(opened['beta']?.problem).toMatchObject({ code: 'nix-option-unknown' });
    expect(opened['gamma']?.problem?.evidence).toContain('odd.nix');
  });

  describe('that cannot be opened', () => {
    test('a flake with a syntax error: the place in the file that a person edits', async () => {
      const path = await copyOf('syntax-error');
      expect(await openFails(path)).toMatchObject({
        code: 'nix-syntax-error',
        place: { file: join(path, 'flake.nix'), line: 7 },
      });
    });

    test('a folder without a flake: the folder above that has one is named', async () => {
      const path = await copyOf('singular');
      await mkdir(join(path, 'hosts'));
      const problem = await openFails(join(path, 'hosts'));
      expect(problem).toMatchObject({ code: 'fleet-no-flake', advice: [expect.stringContaining(path) as string] });
      expect(await openFails(join(path, 'nowhere'))).toMatchObject({ code: 'fleet-folder-missing' });
    });

    test('without nix on this computer', async () => {
      const path = await copyOf('singular');
      const problem = await openFails(path, { NIXSTEAD_NIX: '/nowhere/nix' });
      expect(problem.code).toBe('nix-missing');
    });

    test('a flake without hosts opens and says what it has instead', async () => {
      const { fleet, hosts: found } = await open(await copyOf('singular'));
      expect(found).toEqual([]);
      expect(fleet.problems).toMatchObject([{ code: 'fleet-no-hosts', advice: [expect.stringContaining('Rename')] }]);
    });

    test('one broken output does not hide the others', async () => {
      const { fleet, hosts: found } = await open(await copyOf('two-kinds-one-broken'));
      expect(found).toMatchObject([{ name: 'nas', system: 'x86_64-linux', sources: ['nixosConfigurations'] }]);
      expect(fleet.problems[0]?.title).toContain('colmenaHive');
    });
  });

  test('Ctrl-C while it is evaluated ends nix with it', async () => {
    const path = await copyOf('endless');
    const pidFile = join(lab.folder, 'pid');
    const argv = ['node', commandLine, 'fleet', 'show', path];
    const env = { NIXSTEAD_NIX: wrapper, NIX_CALLS: calls };
    const child = lab.controller.spawn(['sh', '-c', 'echo $$ >"$0"; exec "$@"', pidFile, ...argv], { env });
    const ended = once(child, 'exit');
    const sh = (script: string, ...words: string[]) =>
      lab.controller.exec(['sh', '-c', script, 'sh', ...words], { timeoutMs: 20_000 });
    await sh('until grep -q " eval " "$1"; do :; done', calls);
    await sh('kill -INT "$(cat "$1")"', pidFile);
    expect(await ended).toEqual([130, null]);
    await sh('while pgrep -x nix; do :; done');
  });

  describe('a second time', () => {
    test('in git starts no nix until a file that nix sees has changed', async () => {
      const { path } = await lab.fleet('plain', { name: 'cached', hosts });
      const first = await open(path);
      expect(first.fleet.fromCache).toBe(false);
      await writeFile(calls, '');

      const second = await open(path);
      expect(second.fleet.fromCache).toBe(true);
      expect(second.hosts).toEqual(first.hosts);
      expect(await readFile(calls, 'utf8')).toBe('');

      await writeFile(join(path, 'notes.nix'), '{ }');
      const untracked = await open(path);
      expect(untracked.fleet).toMatchObject({ fromCache: true, git: { changedFiles: 1 } });
      expect(untracked.fleet.problems).toMatchObject([{ code: 'fleet-untracked-files', evidence: 'notes.nix' }]);

      await git(path, 'add', '--intent-to-add', 'notes.nix');
      expect((await open(path)).fleet).toMatchObject({ fromCache: false, problems: [] });
      expect((await open(path)).fleet.fromCache).toBe(true);
      expect((await open(path, '--refresh')).fleet.fromCache).toBe(false);
    });

    test('outside of git the same holds for every file', async () => {
      const path = await copyOf('two-kinds-one-broken');
      expect((await open(path)).fleet.fromCache).toBe(false);
      await writeFile(calls, '');
      expect((await open(path)).fleet.fromCache).toBe(true);
      expect(await readFile(calls, 'utf8')).toBe('');
      await writeFile(join(path, 'x.txt'), '');
      expect((await open(path)).fleet.fromCache).toBe(false);
    });
  });

  describe('wherever it lies', () => {
    test('in a folder with spaces and signs of URLs in its name', async () => {
      const { path } = await lab.fleet('plain', { name: 'plain before', hosts });
      const odd = join(lab.folder, 'fleets', "my fleet #1 50%, (it's) größer?&x=y");
      await rename(path, odd);
      const opened = await open(odd);
      expect(opened.fleet.path).toBe(odd);
      expect(opened.hosts.map((host) => host.problem)).toEqual([null, null, null]);
    });

    test('in a subfolder of the repository', async () => {
      const top = join(lab.folder, 'fleets', 'mono');
      const path = join(top, 'infra/my machines');
      await mkdir(join(top, 'infra'), { recursive: true });
      await cp(join(fixtures, 'two-kinds-one-broken'), path, { recursive: true });
      await git(top, 'init', '--quiet');
      await git(top, 'add', '--all');
      const opened = await open(path);
      expect(opened.fleet.ref).toBe(`git+file://${top}?dir=infra/my%20machines`);
      expect(opened.hosts).toMatchObject([{ name: 'nas', system: 'x86_64-linux' }]);
    });

    test('in a worktree, on its own branch', async () => {
      const { path } = await lab.fleet('plain', { name: 'main-tree', hosts });
      const tree = join(lab.folder, 'fleets', 'second tree');
      await git(path, 'worktree', 'add', '--quiet', '-b', 'try', tree);
      const opened = await open(tree);
      expect(opened.fleet).toMatchObject({ path: tree, git: { branch: 'try' } });
      expect(opened.hosts.map((host) => host.problem)).toEqual([null, null, null]);
    });

    test('by its flake.nix, and through a link', async () => {
      const path = await copyOf('two-kinds-one-broken');
      const link = join(lab.folder, 'fleets', 'a link');
      await rm(link, { force: true });
      await lab.controller.exec(['ln', '-s', path, link]);
      expect((await open(join(link, 'flake.nix'))).fleet.path).toBe(path);
    });
  });
});
