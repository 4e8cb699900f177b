import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problem as problemSchema, type Problem } from '../../shared/contract/problem.ts';
import { parseNix } from '../../shared/nix/parser.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, type Lab } from '../lab/index.ts';

let lab: Lab;
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInventedInventedInventedInventedInventedKey ada@desk';
const failure = z.object({ error: problemSchema });

const nixstead = (...[group = '', verb = '', ...rest]: string[]) =>
  lab.controller.exec(['node', commandLine, group, verb, '--json', ...rest], {
    timeoutMs: 180_000,
  });

/** Runs a command of ours; it must succeed. */
async function done(...argv: string[]): Promise<unknown> {
  const { exitCode, stdout, stderr } = await nixstead(...argv);
  expect(exitCode, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

async function refused(...argv: string[]): Promise<Problem> {
  const { exitCode, stdout } = await nixstead(...argv);
  expect(exitCode, stdout).not.toBe(0);
  return failure.parse(JSON.parse(stdout)).error;
}

async function run(cwd: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { cwd, timeoutMs: 120_000 });
  expect(exitCode, `${argv.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

/** What plain nix makes of an output, without any part of ours. */
async function evaluated(path: string, attribute: string, apply = 'value: value'): Promise<unknown> {
  return JSON.parse(await run(path, 'nix', 'eval', '--json', `.#${attribute}`, '--apply', apply));
}

/** Every file below a folder with its text. */
async function textsOf(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .filter((file) => !file.startsWith('.git/'));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(join(path, file), 'utf8')] as const)),
  );
}

/** The settings that deploy-rs knows (its interface.json, and `sudo`, `remoteBuild` of its src/data.rs). */
const generic = {
  sshUser: z.string().optional(),
  user: z.string().optional(),
  sshOpts: z.array(z.string()).optional(),
  fastConnection: z.boolean().optional(),
  autoRollback: z.boolean().optional(),
  magicRollback: z.boolean().optional(),
  confirmTimeout: z.int().optional(),
  activationTimeout: z.int().optional(),
  tempPath: z.string().optional(),
  sudo: z.string().optional(),
  interactiveSudo: z.boolean().optional(),
  remoteBuild: z.boolean().optional(),
};
const deploySchema = z.strictObject({
  ...generic,
  nodes: z.record(
    z.string(),
    z.strictObject({
      ...generic,
      hostname: z.string(),
      profilesOrder: z.array(z.string()).optional(),
      profiles: z.record(
        z.string(),
        z.strictObject({ ...generic, path: z.string(), profilePath: z.string().optional() }),
      ),
    }),
  ),
});

const make = (path: string, layout: string, ...more: string[]) =>
  done(
    'fleet',
    'new',
    path,
    '--layout',
    layout,
    '--key',
    key,
    '--user',
    'ada',
    '--time-zone',
    'Europe/Berlin',
    ...more,
  );

describeLab('a new fleet', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'fleet-new', onProgress: console.log });
  });
  afterAll(() => lab?.down());

  describe.each(['factory', 'simple'] as const)('with the %s layout', (layout) => {
    let path: string;
    let before: Record<string, string>;
    beforeAll(async () => {
      path = join(lab.folder, 'fleets', `new ${layout}`);
      const created = await make(path, layout, '--name', 'home');
      // There is no network for the inputs here, which is told and keeps nothing back.
      expect(created).toMatchObject({ folder: path, problems: [{ code: expect.any(String) as string }] });
      await lab.lock(path);
      await run(path, 'git', 'add', '--all');
      await run(path, 'git', 'commit', '--quiet', '--message', 'Locked');
      before = await textsOf(path);
      await done('fleet', 'add-host', path, 'nas', '--target', 'root@10.0.0.5:2222', '--tag', 'web', '--tag', 'db');
      await done(
        'fleet',
        'add-host',
        path,
        'pi',
        '--type',
        'rpi',
        '--system',
        'aarch64-linux',
        '--target',
        '[fd00::7]',
      );
      await done('fleet', 'add-host', path, 'desk', '--type', 'pc');
      await done(
        'fleet',
        'add-host',
        path,
        'vps',
        '--type',
        'cloud',
        '--target',
        'ada@vps.example',
        '--state-version',
        '25.05',
      );
      for (const name of ['nas', 'pi', 'desk', 'vps']) {
        const disk = '{ fileSystems."/" = { device = "/dev/disk/by-label/nixos"; fsType = "ext4"; }; }\n';
        await writeFile(join(path, 'hosts', name, 'hardware-configuration.nix'), disk);
      }
      await run(path, 'git', 'add', '--intent-to-add', '--all');
    });

    test('is in git with everything committed, and its own files are in nixfmt’s form', async () => {
      expect(await run(path, 'git', 'log', '--format=%s')).toBe('Locked\nhome: a new fleet\n');
      expect(Object.keys(before)).toEqual(
        expect.arrayContaining([
          'flake.nix',
          'flake.lock',
          'README.md',
          '.gitignore',
          'modules/common.nix',
          'secrets/README.md',
        ]),
      );
      for (const [file, text] of Object.entries(before)) {
        if (!file.endsWith('.nix')) continue;
        expect(parseNix(text).problems, file).toEqual([]);
        expect(text, file).not.toMatch(/[ \t]\n|\t/);
      }
      // The `system` argument of nixosSystem is deprecated, and a second list of modules would drift.
      expect(before['flake.nix']).not.toMatch(/inherit system|system = host.system;/);
      expect(before['flake.nix']?.match(/modules\/common\.nix/g)).toHaveLength(1);
    });

    test('evaluates with plain nix: names, systems, users, keys and versions as they were asked for', async () => {
      const facts = `builtins.mapAttrs (_: host: {
        inherit (host.config.networking) hostName;
        inherit (host.pkgs) system;
        inherit (host.config.system) stateVersion;
        inherit (host.config.time) timeZone;
        root = host.config.users.users.root.openssh.authorizedKeys.keys;
        ada = { inherit (host.config.users.users.ada) isNormalUser extraGroups; };
      })`;
      const common = { timeZone: 'Europe/Berlin', root: [key], ada: { isNormalUser: true, extraGroups: ['wheel'] } };
      const of = (hostName: string, system: string, stateVersion: unknown = expect.any(String)) => ({
        ...{ hostName, system, stateVersion },
        ...common,
      });
      expect(await evaluated(path, 'nixosConfigurations', facts)).toEqual({
        nas: of('nas', 'x86_64-linux'),
        pi: of('pi', 'aarch64-linux'),
        desk: of('desk', 'x86_64-linux'),
        vps: of('vps', 'x86_64-linux', '25.05'),
      });
    });

    test('has a hive of schema v0.5 with the hosts that have an address', async () => {
      expect(await evaluated(path, 'colmenaHive', 'hive: hive.__schema')).toBe('v0.5');
      expect(await evaluated(path, 'colmenaHive.metaConfig')).toMatchObject({ allowApplyAll: true });
      expect(await evaluated(path, 'colmenaHive.deploymentConfig')).toMatchObject({
        nas: { targetHost: '10.0.0.5', targetUser: 'root', targetPort: 2222, tags: ['server', 'web', 'db'] },
        pi: { targetHost: 'fd00::7', targetUser: 'root', targetPort: null, tags: ['rpi'] },
        vps: { targetHost: 'vps.example', targetUser: 'ada', tags: ['cloud'] },
      });
      const names = await evaluated(path, 'colmenaHive.nodes', 'builtins.attrNames');
      expect(names).toEqual(['nas', 'pi', 'vps']);
    });

    test('makes one system of each host, whichever output is asked', async () => {
      const paths = 'nodes: builtins.mapAttrs (_: node: node.config.system.build.toplevel.drvPath) nodes';
      const hive = z.record(z.string(), z.string()).parse(await evaluated(path, 'colmenaHive.nodes', paths));
      const all = z.record(z.string(), z.string()).parse(await evaluated(path, 'nixosConfigurations', paths));
      expect(Object.keys(hive)).toHaveLength(3);
      for (const [name, drvPath] of Object.entries(hive)) expect(all[name]).toBe(drvPath);
    });

    test('has deploy-rs nodes of the right schema, where the layout has them', async () => {
      const outputs = await evaluated(path, 'nixosConfigurations', '_: true');
      expect(outputs).toBe(true);
      if (layout === 'simple') return;
      const value = deploySchema.parse(await evaluated(path, 'deploy'));
      expect(Object.keys(value.nodes)).toEqual(['nas', 'pi', 'vps']);
      expect(value.nodes['nas']).toMatchObject({ hostname: '10.0.0.5', sshUser: 'root', sshOpts: ['-p', '2222'] });
      expect(value.nodes['vps']).toMatchObject({ hostname: 'vps.example', sshUser: 'ada', sshOpts: [] });
    });

    test('changed no byte that was there, but for the entries in the simple form’s flake.nix', async () => {
      const after = await textsOf(path);
      for (const [file, text] of Object.entries(before)) {
        if (layout === 'simple' && file === 'flake.nix') continue;
        expect(after[file], file).toBe(text);
      }
      if (layout === 'simple') {
        const diff = await run(path, 'git', 'diff', '--unified=0', 'flake.nix');
        const removed = diff.split('\n').filter((line) => /^-[^-]/.test(line));
        expect(removed).toEqual(['-      hosts = { };']);
      }
    });

    test('is found in order by the doctor, but for the machine without an address', async () => {
      const findings = z
        .array(z.looseObject({ code: z.string(), host: z.string().optional() }))
        .parse(await done('fleet', 'check', path));
      expect(findings.map(({ code, host }) => `${code} ${host}`)).toEqual(['target-missing desk']);
    });

    test('takes no host twice, and none into a folder that is there', async () => {
      expect(await refused('fleet', 'add-host', path, 'nas')).toMatchObject({
        code: 'fleet-bad-value',
        evidence: 'nas',
      });
      await mkdir(join(path, 'hosts/mine'));
      await writeFile(join(path, 'hosts/mine/default.nix'), 'my own\n');
      const snapshot = await textsOf(path);
      expect((await refused('fleet', 'add-host', path, 'mine')).code).toBe('fleet-bad-value');
      expect(await textsOf(path)).toEqual(snapshot);
      await run(path, 'rm', '-r', 'hosts/mine');
    });

    test('takes no host whose name or target could be anything else', async () => {
      const snapshot = await textsOf(path);
      for (const argv of [
        ['--', '../escape'],
        ['--', '-oProxyCommand=x'],
        ['--', '${builtins.abort "x"}'],
        ['odd', '--target', '-oProxyCommand=touch /tmp/x'],
        ['odd', '--target', 'root@10.0.0.5:99999'],
      ]) {
        expect(await refused('fleet', 'add-host', path, ...argv), argv.join(' ')).toMatchObject({
          code: 'fleet-bad-value',
        });
      }
      expect(await textsOf(path)).toEqual(snapshot);
    });
  });

  describe('in a folder that holds something', () => {
    test('writes over nothing: what is in the way is named, and nothing is written', async () => {
      const path = join(lab.folder, 'fleets/occupied');
      await mkdir(join(path, 'modules'), { recursive: true });
      await writeFile(join(path, 'modules/common.nix'), '# mine\n');
      await writeFile(join(path, 'notes.txt'), 'mine too\n');
      expect(await refused('fleet', 'new', path, '--key', key)).toMatchObject({
        code: 'fleet-files-exist',
        evidence: 'modules/common.nix',
      });
      expect(await textsOf(path)).toEqual({ 'modules/common.nix': '# mine\n', 'notes.txt': 'mine too\n' });
      const { exitCode, stdout } = await nixstead('fleet', 'new', path, '--key', key, '--dry-run');
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ inTheWay: ['modules/common.nix'], others: ['notes.txt'] });
    });

    test('leaves other files alone, also those of a repository that is there, and commits its own', async () => {
      const path = join(lab.folder, 'fleets/beside');
      await mkdir(path);
      await run(path, 'git', 'init', '--quiet');
      await writeFile(join(path, 'notes.txt'), 'first\n');
      await run(path, 'git', 'add', 'notes.txt');
      await run(path, 'git', 'commit', '--quiet', '--message', 'Notes');
      await writeFile(join(path, 'notes.txt'), 'second\n');
      await writeFile(join(path, 'draft.txt'), 'mine\n');
      await run(path, 'git', 'add', 'notes.txt');
      await make(path, 'simple');
      expect(await run(path, 'git', 'log', '--format=%s')).toBe('beside: a new fleet\nNotes\n');
      expect(await run(path, 'git', 'status', '--porcelain')).toBe('M  notes.txt\n?? draft.txt\n');
    });
  });

  test('keeps every text that it is given as data', async () => {
    const path = join(lab.folder, 'fleets/hostile');
    const name = 'a "quoted" ${builtins.abort "no"} \'\' \\ name';
    const comment = '"; evil = builtins.abort "no"; x = "${1}';
    const keyWithComment = `${key.replace('ada@desk', '')}${comment}`;
    await done('fleet', 'new', path, '--name', name, '--key', keyWithComment, '--user', 'ada', '--time-zone', 'UTC');
    await lab.lock(path);
    await done('fleet', 'add-host', path, 'nas', '--target', '10.0.0.5');
    const described = await run(
      path,
      'nix',
      'eval',
      '--json',
      '--impure',
      '--expr',
      '(import ./flake.nix).description',
    );
    expect(JSON.parse(described)).toBe(`${name}: machines at home`);
    const keys = await evaluated(path, 'nixosConfigurations.nas.config.users.users.root.openssh.authorizedKeys.keys');
    expect(keys).toEqual([keyWithComment]);
    expect(await run(path, 'git', 'log', '--format=%s')).toBe(`${name}: a new fleet\n`);
  });

  test.each([
    ['--name', 'two\nlines'],
    ['--name', ''],
    ['--release', '25.11"; x = "'],
    ['--user', 'root'],
    ['--user', 'Ada Lovelace'],
    ['--time-zone', '../../etc/passwd'],
    ['--key', 'not a key'],
    ['--key', `${key}\nssh-ed25519 AAAA second`],
    ['--key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('is not made with %s %j', async (option, value) => {
    const path = join(lab.folder, 'fleets/never');
    expect(await refused('fleet', 'new', path, '--key', key, '--user', 'ada', option, value)).toMatchObject({
      code: 'fleet-bad-value',
    });
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a flake of somebody else gets no host by guessing', async () => {
    const { path } = await lab.fleet('colmena', { hosts: ['a'] });
    const snapshot = await textsOf(path);
    // Its hosts have addresses, and nobody knows the new one's.
    expect((await refused('fleet', 'add-host', path, 'new')).code).toBe('fleet-bad-value');
    expect(await textsOf(path)).toEqual(snapshot);
  });
});
