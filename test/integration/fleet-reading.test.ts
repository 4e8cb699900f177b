import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fleet as fleetSchema } from '../../shared/contract/fleet.ts';
import { host as hostSchema, hostTraits } from '../../shared/contract/host.ts';
import { problem as problemSchema, type Problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, projectRoot, type Lab, type LabHost } from '../lab/index.ts';

const shown = z.object({ fleet: fleetSchema, hosts: z.array(hostSchema.extend({ traits: hostTraits.nullish() })) });
const failure = z.object({ error: problemSchema });

let lab: Lab;
let alpha: LabHost;
let calls: string;
let wrapper: string;

/** Runs the command line where the fleet's owner sits. Every start of nix is written down. */
async function nixstead(...argv: string[]) {
  const command = ['node', commandLine, ...argv];
  // 200 MB suffice for a fleet of the lab; what wants more than that says so soon.
  const env = { NIXSTEAD_NIX: wrapper, NIX_CALLS: calls, GC_MAXIMUM_HEAP_SIZE: '200000000' };
  return lab.controller.exec(command, { timeoutMs: 90_000, env });
}

async function show(fleet: string, ...options: string[]) {
  const { exitCode, stdout, stderr } = await nixstead('fleet', 'show', fleet, '--json', ...options);
  expect(exitCode, stderr + stdout).toBe(0);
  const { fleet: about, hosts } = shown.parse(JSON.parse(stdout));
  return { fleet: about, hosts: Object.fromEntries(hosts.map((host) => [host.name as string, host])) };
}

async function problemOf(...argv: string[]): Promise<Problem> {
  const { exitCode, stdout } = await nixstead(...argv, '--json');
  expect(exitCode).toBeGreaterThan(0);
  return failure.parse(JSON.parse(stdout)).error;
}

/** How often nix evaluated since the last call of this function. */
async function evaluations(): Promise<number> {
  const lines = (await readFile(calls, 'utf8')).split('\n').filter((line) => line.includes(' eval '));
  await writeFile(calls, '');
  return lines.length;
}

async function must(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv);
  expect(exitCode, `${argv.join(' ')}\n${stderr}`).toBe(0);
  return stdout.trim();
}

describeLab('reading fleets', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'reading', onProgress: console.log });
    calls = join(lab.folder, 'nix-calls');
    wrapper = join(lab.folder, 'counting-nix');
    await writeFile(calls, '');
    await writeFile(wrapper, '#!/bin/sh\necho "nix $*" >>"$NIX_CALLS"\nexec nix "$@"\n', { mode: 0o755 });
    [alpha] = (await lab.up(['alpha'])) as [LabHost];
    // As it is called in references, and in fleets.
    for (const name of ['alpha', alpha.address]) {
      await must('ssh', '-oStrictHostKeyChecking=accept-new', '-oBatchMode=yes', `root@${name}`, 'true');
    }
  });
  afterAll(() => lab?.down());

  test('hosts are found where no file names them: in JSON, TOML, lists and folders', async () => {
    const path = join(lab.folder, 'fleets', 'declared-elsewhere');
    await cp(join(projectRoot, 'test/fixtures/fleets/declared-elsewhere'), path, { recursive: true });
    const { fleet, hosts } = await show(path);
    expect(fleet.kinds).toEqual(['deploy', 'nixosConfigurations']);
    expect(Object.keys(hosts)).toEqual([
      '_lib',
      'json-1',
      'list-1.home.example',
      'north',
      'retired',
      'south',
      'toml-1',
    ]);
    expect(hosts['json-1']).toMatchObject({
      ...{ target: { host: '10.1.0.11' }, tags: ['json', 'web'], problem: null },
      traits: { role: 'server', hostName: 'unnamed', stateVersion: '25.11', problem: null },
    });
    expect(hosts['toml-1']).toMatchObject({ system: 'aarch64-linux', tags: ['toml'], target: { host: '10.1.0.21' } });
    expect(hosts['list-1.home.example']).toMatchObject({
      ...{ target: { host: '10.1.0.31' }, problem: null },
      traits: { hostName: 'list-1', stateVersion: '24.11' },
    });
    expect(hosts['north']).toMatchObject({ target: { host: '10.1.0.1' }, tags: ['folder'] });
    expect(hosts['south']).toMatchObject({ target: { host: '10.1.0.42' }, traits: { hostName: 'south' } });
    expect(hosts['retired']).toMatchObject({ sources: ['deploy'], target: { host: '10.1.0.99' }, system: null });
    expect(hosts['_lib']?.problem?.code).toBe('host-name-refused');
  });

  describe('what a configuration tells', () => {
    test('comes with the files that make the host, and from memory as long as nothing changes', async () => {
      const { path } = await lab.fleet('factory', { name: 'factory', hosts: ['alpha', 'beta'] });
      const keys =
        'keys.tls.text = "the text of a key is never read"; replaceUnknownProfiles = false; buildOnTarget = true; ' +
        'privilegeEscalationCommand = [ "doas" ]; sshOptions = [ "-A" ];';
      // The options by which agenix and home-manager are known.
      const options = ['age', 'home-manager'].map(
        (name) => `options.${name} = lib.mkOption { type = lib.types.str; default = ""; };`,
      );
      const beta = join(path, 'hosts/beta/default.nix');
      const declared = `./disko.nix ({ lib, ... }: { ${options.join(' ')} })`;
      await writeFile(beta, (await readFile(beta, 'utf8')).replace('./disko.nix', declared));
      await must('sed', '-i', `s/deployment = {/& ${keys}/`, join(path, 'hosts/alpha/host.nix'));
      await must('sed', '-i', 's/"alpha"/"alpha-prime"/', join(path, 'hosts/alpha/default.nix'));
      await evaluations();
      const { hosts } = await show(path);
      expect(await evaluations()).toBe(2);
      expect(hosts['alpha']).toMatchObject({
        keys: ['tls'],
        replaceUnknownProfiles: false,
        ...{ buildOnTarget: true, privilegeCommand: ['doas'], sshOptions: ['-A'] },
        traits: {
          ...{ hostName: 'alpha-prime', stateVersion: '25.11', role: 'server', uses: ['disko', 'sops-nix'] },
          files: [
            'common/default.nix',
            'flake.nix',
            'hosts/alpha/default.nix',
            'hosts/alpha/disko.nix',
            'profiles/servers/default.nix',
          ],
        },
      });
      expect(hosts['beta']?.traits?.uses).toEqual(['disko', 'sops-nix', 'agenix', 'home-manager']);
      expect(JSON.stringify(hosts)).not.toContain('never read');
      expect((await show(path)).hosts).toEqual(hosts);
      expect(await evaluations()).toBe(0);

      const { stdout } = await nixstead('fleet', 'show', path, '--details');
      expect(stdout).toMatch(/host name +alpha-prime\n/);
      expect(stdout).toMatch(/uses +disko, sops-nix\n/);
    });

    test('a host whose configuration throws holds up no other', async () => {
      const { path } = await lab.fleet('plain', { name: 'throwing', hosts: ['alpha', 'beta', 'gamma'] });
      await must('sed', '-i', 's/"beta"/throw "nobody named this host"/', join(path, 'hosts/beta/default.nix'));
      const { hosts } = await show(path);
      expect(hosts['alpha']?.traits).toMatchObject({ hostName: 'alpha', problem: null });
      expect(hosts['beta']?.traits).toMatchObject({ problem: null, hostName: null, stateVersion: '25.11' });
      expect(hosts['gamma']?.traits).toMatchObject({ hostName: 'gamma', problem: null });
    });

    test('a host for which memory does not reach says so, and the others are read in smaller pieces', async () => {
      const hosts = ['alpha', 'beta', 'gamma', 'delta'];
      const hungry = "builtins.foldl' (sum: next: sum + next) 0 (builtins.genList (number: number) 100000000)";
      const config = { beta: `nixpkgs.hostPlatform = if ${hungry} > 0 then "x86_64-linux" else "";` };
      const { path } = await lab.fleet('plain', { name: 'hungry', hosts, config });
      const { fleet, hosts: read } = await show(path, '--no-details');
      expect(read['beta']).toMatchObject({
        system: null,
        problem: { code: 'nix-killed-by-memory', title: 'Memory ran out', canRetry: true },
      });
      for (const name of ['alpha', 'gamma', 'delta']) {
        expect(read[name]).toMatchObject({ system: 'x86_64-linux', problem: null });
      }
      expect(fleet.problems).toEqual([]);
      // It may reach next time, so nothing of it is remembered.
      expect((await show(path, '--no-details')).fleet.fromCache).toBe(false);
    });

    test('deploy-rs: its settings with their defaults, and profiles in the order in which they are deployed', async () => {
      const { path } = await lab.fleet('deploy-rs', { name: 'deploy-rs', hosts: ['alpha'], user: 'admin' });
      const flake = join(path, 'flake.nix');
      const text = await readFile(flake, 'utf8');
      const more = `$&
          confirmTimeout = 60;
          magicRollback = false;
          sudo = "doas -u";
          profiles.system.sudo = "sudo -H -u";
          profilesOrder = [ "home" ];
          profiles.home = { user = "admin"; path = "/nix/store/home"; };`;
      await writeFile(flake, text.replace(/hostname = .*/, more));
      const { hosts } = await show(path, '--no-details');
      expect(hosts['alpha']?.deployRs).toEqual({
        profiles: [
          { name: 'home', user: 'admin', sudo: 'doas -u' },
          { name: 'system', user: 'root', sudo: 'sudo -H -u' },
        ],
        ...{ autoRollback: true, magicRollback: false, confirmTimeout: 60, activationTimeout: 240 },
        fastConnection: false,
      });
      expect(hosts['alpha']?.privilegeCommand).toEqual(['sudo', '-H', '-u', 'root']);
    });
  });

  test('a selection has a name, and state:outdated means what the fleet would build now', async () => {
    const config = { nobody: 'deployment.targetPort = 9;' };
    const tags = { alpha: ['web'] };
    const { path } = await lab.fleet('colmena', { name: 'selected', hosts: ['alpha', 'nobody'], tags, config });
    // Where nothing listens, which is told at once.
    await must('sed', '-i', 's/192.168.77.250/127.0.0.1/', join(path, 'flake.nix'));
    const names = async (on: string) => {
      const { exitCode, stdout, stderr } = await nixstead('fleet', 'hosts', path, '--on', on, '--json');
      expect(exitCode, stdout + stderr).toBe(0);
      const parsed = z.object({ selection: z.unknown(), hosts: z.array(z.object({ name: z.string() })) });
      const { selection, hosts } = parsed.parse(JSON.parse(stdout));
      return { names: hosts.map((host) => host.name), selection };
    };
    const selections = async (...argv: string[]): Promise<unknown> => {
      const [verb = '', ...rest] = argv;
      return JSON.parse((await nixstead('selections', verb, path, ...rest, '--json')).stdout);
    };
    expect(await selections('save', 'front', '@web')).toEqual([{ name: 'front', text: '@web' }]);
    await selections('save', 'stale front', 'saved:front & state:outdated');
    await selections('rename', 'front', 'the web');
    expect(await selections('list')).toEqual([
      { name: 'stale front', text: 'saved:"the web" & state:outdated' },
      { name: 'the web', text: '@web' },
    ]);
    expect(await selections('delete', 'the web')).toMatchObject({ error: { code: 'selection-in-use' } });
    expect(await selections('save', 'the web', 'saved:"stale front"')).toMatchObject({
      error: { code: 'selection-wrong' },
    });
    expect((await names('saved:"the web", nobody')).names).toEqual(['alpha', 'nobody']);

    // The system that hosts of the lab start with is none of this fleet.
    expect((await names('saved:"stale front"')).names).toEqual(['alpha']);
    const deployed = await nixstead('deploy', path, '--on', 'saved:"stale front"', '--yes', '--json');
    expect(deployed.exitCode, deployed.stderr).toBe(0);
    expect((await names('state:outdated')).names).toEqual([]);
    const fresh = await names('!state:outdated');
    expect(fresh.names).toEqual(['alpha']);
    expect(fresh.selection).toMatchObject({ unknown: [{ state: 'outdated', hosts: ['nobody'] }] });
    await must('sed', '-i', 's/pkgs.vim/pkgs.vim pkgs.git/', join(path, 'flake.nix'));
    expect((await names('state:outdated')).names).toEqual(['alpha']);
  });

  describe('by a flake reference', () => {
    let path: string;
    let first: string;
    const readOnly = { code: 'fleet-read-only' };

    beforeAll(async () => {
      const config = { alpha: 'environment.etc."fleet-mark".text = "referred";' };
      ({ path } = await lab.fleet('colmena', { name: 'referred', hosts: ['alpha'], tags: { alpha: ['web'] }, config }));
      first = await must('git', '-C', path, 'rev-parse', 'HEAD');
      await must('git', '-C', path, 'branch', 'stable');
      await must('sed', '-i', 's/"web"/"web" "next"/', join(path, 'flake.nix'));
      await must('git', '-C', path, 'commit', '--quiet', '--all', '--message', 'another tag');
      await must('ssh', 'root@alpha', 'git init --quiet --bare --initial-branch=main /srv/home.git');
      await must('git', '-C', path, 'push', '--quiet', 'ssh://root@alpha/srv/home.git', 'main', 'stable');
    });

    test('git+file: the branch that it names, at its revision, remembered without another evaluation', async () => {
      const reference = `git+file://${path}?ref=stable`;
      const { fleet, hosts } = await show(reference, '--no-details');
      expect(fleet).toMatchObject({ path: reference, name: 'referred', git: null, remote: { revision: first } });
      expect(fleet.ref).toContain(first);
      expect(fleet.folder).toMatch(/^\/nix\/store\//);
      expect(hosts['alpha']).toMatchObject({ tags: ['web'], target: { host: alpha.address } });
      await evaluations();
      expect((await show(reference, '--no-details')).fleet.fromCache).toBe(true);
      expect(await evaluations()).toBe(0);
      const { stdout } = await nixstead('fleet', 'show', reference);
      expect(stdout).toContain(`read only, revision ${first.slice(0, 12)}`);
    });

    test('nothing that writes into a fleet is begun: no file, no input, no host, no install', async () => {
      const script = join(projectRoot, 'test/integration/changes/reference-process.ts');
      const codes = z.record(z.string(), z.string()).parse(JSON.parse(await must('node', script, `path:${path}`)));
      expect(Object.keys(codes)).toHaveLength(8);
      for (const [what, code] of Object.entries(codes)) expect(code, what).toBe(readOnly.code);
    });

    test('path, a subfolder and an attribute that is no part of a flake', async () => {
      const whole = await show(`path:${path}#alpha`, '--no-details');
      expect(whole.fleet).toMatchObject({ path: `path:${path}`, remote: { revision: null } });
      expect(whole.hosts['alpha']?.tags).toEqual(['web', 'next']);
      const mono = join(lab.folder, 'fleets', 'mono');
      await must('mkdir', '-p', mono);
      await must('cp', '-r', path, join(mono, 'my machines'));
      await must('rm', '-rf', join(mono, 'my machines/.git'));
      const inside = await show(`path:${mono}?dir=my%20machines`);
      expect(inside.fleet.folder).toMatch(/\/my machines$/);
      expect(inside.hosts['alpha']?.traits).toMatchObject({ files: ['flake.nix'], problem: null });
    });

    test('a tarball', async () => {
      const archive = join(lab.folder, 'home.tar.gz');
      await must('tar', 'czf', archive, '-C', join(path, '..'), 'referred/flake.nix', 'referred/flake.lock');
      const { fleet, hosts } = await show(`tarball+file://${archive}`, '--no-details');
      expect(fleet.name).toBe('home');
      expect(hosts['alpha']?.problem).toBeNull();
    });

    test('git+ssh: what the server has, checked as usual, and never written', async () => {
      const reference = 'git+ssh://root@alpha/srv/home.git';
      const { fleet, hosts } = await show(`${reference}?ref=main`, '--no-details');
      expect(fleet.name).toBe('home');
      expect(hosts['alpha']?.tags).toEqual(['web', 'next']);
      const check = await nixstead('fleet', 'check', reference, '--json');
      expect(z.array(z.object({ code: z.string() })).parse(JSON.parse(check.stdout)).length).toBeGreaterThan(0);
      expect(await problemOf('fleet', 'add-host', reference, 'beta', '--target', '10.0.0.9')).toMatchObject(readOnly);
    });

    test('is deployed at the revision that was shown', async () => {
      const reference = `git+ssh://root@alpha/srv/home.git?ref=stable`;
      const { exitCode, stdout, stderr } = await nixstead('deploy', reference, '--on', '@web', '--yes', '--json');
      expect(exitCode, stdout + stderr).toBe(0);
      const jobs = z
        .array(z.object({ id: z.string() }))
        .parse(JSON.parse((await nixstead('jobs', 'list', '--json')).stdout));
      const job = await nixstead('jobs', 'show', jobs[0]?.id ?? '', '--json');
      expect(job.stdout).toContain(`rev=${first}`);
      expect(await alpha.read('cat', '/etc/fleet-mark')).toBe('referred');
    });

    test('that leads nowhere, or has a password in it, says what to do', async () => {
      expect(await problemOf('fleet', 'show', 'git+ssh://root@alpha/srv/nothing.git')).toMatchObject({
        code: 'fleet-remote-unreachable',
        title: 'git+ssh://root@alpha/srv/nothing.git cannot be fetched',
        evidence: expect.stringContaining('does not appear to be a git repository') as string,
      });
      const secret = await problemOf('fleet', 'show', 'git+https://sam:hunter2@git.example/home');
      expect(secret.code).toBe('fleet-remote-password');
      expect(JSON.stringify(secret)).not.toContain('hunter2');
      await must('mkdir', '-p', join(lab.folder, 'empty'));
      expect(await problemOf('fleet', 'show', `path:${join(lab.folder, 'empty')}`)).toMatchObject({
        code: expect.stringMatching(/^fleet-remote/) as string,
      });
      await alpha.regenerateHostKey();
      const unseen = await problemOf('fleet', 'show', 'git+ssh://root@alpha/srv/unseen.git');
      expect(unseen).toMatchObject({
        code: 'fleet-remote-host-key',
        title: expect.stringContaining('another') as string,
      });
      const stale = await show('git+ssh://root@alpha/srv/home.git?ref=stable', '--refresh', '--no-details');
      expect(stale.fleet.problems).toMatchObject([{ code: 'fleet-remote-stale' }]);
      expect(stale.fleet.remote?.revision).toBe(first);
    });
  });
});
