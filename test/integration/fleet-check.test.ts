import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { finding as findingSchema, type Finding } from '../../shared/contract/finding.ts';
import { applySplices } from '../../shared/nix/splice.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, projectRoot, type Lab } from '../lab/index.ts';

let lab: Lab;

/** Runs a program in the controller; it must succeed. */
async function run(cwd: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { cwd, timeoutMs: 120_000 });
  expect(exitCode, `${argv.join(' ')}\n${stderr}`).toBe(0);
  return stdout;
}

async function check(path: string): Promise<{ exitCode: number | null; findings: Finding[] }> {
  const argv = ['node', commandLine, 'fleet', 'check', path, '--json'];
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 120_000 });
  expect(stderr).toBe('');
  return { exitCode, findings: z.array(findingSchema).parse(JSON.parse(stdout)) };
}

/** A fixture as somebody's repository, with everything in git and locked to the lab. */
async function fleetOf(fixture: string, name = fixture): Promise<string> {
  const path = join(lab.folder, 'fleets', name);
  await cp(join(projectRoot, 'test/fixtures/fleets', fixture), path, { recursive: true });
  await run(path, 'git', 'init', '--quiet');
  await run(path, 'git', 'add', '--all');
  await lab.lock(path);
  await run(path, 'git', 'add', '--all');
  await run(path, 'git', 'commit', '--quiet', '--message', 'All machines');
  return path;
}

/** What a finding says, without the words. */
const essence = ({ code, severity, host, file, line, fix }: Finding) =>
  [severity, code, host ?? '-', `${file}${line === undefined ? '' : `:${line}`}`, fix?.title ?? '-'].join('  ');

/** Applies the edit of a finding as the window does. */
async function applyFix(path: string, finding: Finding | undefined): Promise<void> {
  if (finding?.fix?.kind !== 'edit') throw new Error(`${finding?.code} has no edit`);
  const file = join(path, finding.fix.file);
  await writeFile(file, applySplices(await readFile(file, 'utf8'), finding.fix.splices));
}

const find = (findings: readonly Finding[], code: string, host?: string) =>
  findings.find((finding) => finding.code === code && (host === undefined || finding.host === host));

describeLab('the doctor', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'doctor', onProgress: console.log });
  });
  afterAll(() => lab?.down());

  describe('of a hive with a mistake of every kind', () => {
    let path: string;
    let findings: Finding[];
    beforeAll(async () => {
      path = await fleetOf('doctor-hive');
      const checked = await check(path);
      findings = checked.findings;
      expect(checked.exitCode).toBe(1);
    });

    test('finds each once, with its place and, where it is safe, a fix', () => {
      expect(findings.map(essence).toSorted()).toEqual([
        'error  host-evaluation-failed  broken  flake.nix:97  -',
        'error  no-way-to-log-in  bare  hosts/bare/default.nix  -',
        'error  secret-in-clear  db  flake.nix:61  -',
        'error  secret-in-clear  pi  hosts/pi/default.nix:5  -',
        'error  secret-in-clear  web  hosts/web/default.nix:5  -',
        'error  target-invalid  lost  flake.nix:82  -',
        'error  two-systems  db  flake.nix:52  -',
        'warning  colmena-without-hive  -  flake.nix:38  Add colmenaHive',
        'warning  host-name-differs  named  hosts/named/default.nix:2  Call the machine named',
        'warning  local-deployment-misunderstood  pi  flake.nix:70  Remove allowLocalDeployment',
        'warning  modules-duplicated  db  flake.nix:53  -',
        'warning  modules-duplicated  web  flake.nix:42  Make one list of web’s modules',
        'warning  nixpkgs-unsupported  -  flake.nix:6  -',
        'warning  root-password-login  db  hosts/db/default.nix:5  -',
        'warning  root-without-keys  pi  hosts/pi/default.nix  -',
        'warning  target-duplicate  db  flake.nix:59  -',
        'warning  target-duplicate  web  flake.nix:47  -',
        'warning  target-invalid  pi  flake.nix:68  -',
        'warning  target-missing  bare  flake.nix:77  -',
      ]);
    });

    test('never repeats a secret', () => {
      expect(JSON.stringify(findings)).not.toMatch(/letmein|raspberry|battery staple/);
    });

    test('says how the two systems of a host differ', () => {
      expect(find(findings, 'two-systems')?.message).toContain(
        'only the hive has packages vim; services node-exporter',
      );
    });

    test('each fix mends its finding, and the flake still gives the same hosts', async () => {
      const kinds = [
        'colmena-without-hive',
        'modules-duplicated',
        'local-deployment-misunderstood',
        'host-name-differs',
      ];
      const before = await run(
        path,
        'nix',
        'eval',
        '--json',
        '.#nixosConfigurations.web.config.system.build.toplevel.drvPath',
      );
      for (const code of kinds) {
        const { findings: now } = await check(path);
        await applyFix(
          path,
          now.find((finding) => finding.code === code && finding.fix !== undefined),
        );
      }
      const { findings: left } = await check(path);
      expect(left.filter(({ code }) => kinds.includes(code)).map(essence)).toEqual([
        'warning  modules-duplicated  db  flake.nix:53  -',
      ]);
      const after = await run(
        path,
        'nix',
        'eval',
        '--json',
        '.#nixosConfigurations.web.config.system.build.toplevel.drvPath',
      );
      expect(after).toBe(before);
      expect(await run(path, 'nix', 'eval', '--raw', '.#colmenaHive.__schema')).toBe('v0.5');
      expect((await readFile(join(path, 'flake.nix'), 'utf8')).split('\n')).toEqual(
        expect.arrayContaining([
          '      webModules = [',
          '        # Both lists have this one.',
          '          imports = webModules;',
        ]),
      );
    });
  });

  describe('of deploy-rs', () => {
    test('takes its two time limits apart, in settings and comments, and knows who logs in', async () => {
      const path = await fleetOf('doctor-deploy-rs');
      const { exitCode, findings } = await check(path);
      expect(findings.map(essence).toSorted()).toEqual([
        'error  user-without-keys  nas  flake.nix:51  -',
        'hint  deploy-timeouts-confused  -  flake.nix:48  -',
        'warning  deploy-timeouts-confused  -  flake.nix:49  Call it activationTimeout',
        'warning  deploy-timeouts-confused  gateway  flake.nix:61  Call it confirmTimeout',
        'warning  root-without-keys  gateway  flake.nix:59  -',
      ]);
      expect(exitCode).toBe(1);
      for (const _ of [1, 2]) {
        const { findings: now } = await check(path);
        await applyFix(
          path,
          now.find(({ code, fix }) => code === 'deploy-timeouts-confused' && fix),
        );
      }
      const { findings: left } = await check(path);
      expect(left.map(({ code }) => code).toSorted()).toEqual([
        'deploy-timeouts-confused',
        'root-without-keys',
        'user-without-keys',
      ]);
    });
  });

  test('says whom the SSH server keeps out though they deploy', async () => {
    const path = await fleetOf('doctor-deploy-rs', 'a list of users');
    const flake = join(path, 'flake.nix');
    const text = await readFile(flake, 'utf8');
    const listed = 'services.openssh.enable = true; services.openssh.settings.AllowUsers = [ "ada" ];';
    await writeFile(flake, text.replace('services.openssh.enable = true;', listed));
    const found = (await check(path)).findings.filter(({ host }) => host === 'gateway').map(essence);
    expect(found).toContain('error  user-shut-out  gateway  flake.nix:30  -');
  });

  test('finds files that git does not know, and offers to add them', async () => {
    const path = await fleetOf('doctor-deploy-rs', 'untracked files');
    await mkdir(join(path, 'hosts'));
    await writeFile(join(path, 'hosts/new.nix'), '{ }\n');
    await writeFile(join(path, 'notes.txt'), '');
    const finding = find((await check(path)).findings, 'files-untracked');
    expect(finding).toMatchObject({
      severity: 'warning',
      fix: { kind: 'add-to-git', files: ['hosts/new.nix', 'notes.txt'] },
    });
  });

  test('finds an old nixpkgs, a missing lock and a broken one', async () => {
    const path = await fleetOf('doctor-deploy-rs', 'locks');
    const lock = join(path, 'flake.lock');
    const text = await readFile(lock, 'utf8');
    const age = (date: string) =>
      run(path, 'find', join(lab.folder, 'inputs/pocket'), '-exec', 'touch', '--date', date, '{}', '+');
    await age('100 days ago');
    await run(path, 'git', 'rm', '--quiet', '--force', 'flake.lock');
    await lab.lock(path);
    await run(path, 'git', 'add', 'flake.lock');
    const { findings } = await check(path);
    expect(find(findings, 'nixpkgs-old')).toMatchObject({ severity: 'warning', file: 'flake.lock' });
    expect(find(findings, 'nixpkgs-old')?.message).toContain('100 days');
    await age('now');
    await run(path, 'git', 'rm', '--quiet', '--force', 'flake.lock');
    expect(find((await check(path)).findings, 'lock-missing')).toMatchObject({ file: 'flake.nix', line: 5 });
    await writeFile(lock, text.slice(0, -20));
    await run(path, 'git', 'add', 'flake.lock');
    const broken = await check(path);
    expect(find(broken.findings, 'lock-unreadable')).toMatchObject({ severity: 'error', file: 'flake.lock' });
    expect(broken.exitCode).toBe(1);
  });

  test('looks over a flake that cannot be evaluated as far as its text goes', async () => {
    const path = await fleetOf('doctor-hive', 'broken flake');
    const file = join(path, 'flake.nix');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace('deployment.targetHost = null;', 'deployment.targetHost = ;'),
    );
    const { exitCode, findings } = await check(path);
    expect(exitCode).toBe(1);
    expect(findings.map(essence).toSorted()).toEqual([
      'error  fleet-evaluation-failed  -  flake.nix:77  -',
      'warning  local-deployment-misunderstood  -  flake.nix:70  -',
      'warning  nix-syntax-error  -  flake.nix:77  -',
      'warning  nixpkgs-unsupported  -  flake.nix:6  -',
    ]);
  });

  test('looks over a repository that git cannot read as a folder, and says so', async () => {
    const path = await fleetOf('doctor-hive', 'broken repository');
    await writeFile(join(path, '.git/index'), 'no index');
    const { exitCode, findings } = await check(path);
    expect(exitCode).toBe(1);
    expect(find(findings, 'git-unreadable')).toMatchObject({ severity: 'error' });
    expect(find(findings, 'git-unreadable')?.message).toContain('index');
    expect(find(findings, 'nixpkgs-unsupported')).toMatchObject({ file: 'flake.nix', line: 6 });
  });

  test('takes a flake without hosts for one that evaluates', async () => {
    const path = join(lab.folder, 'fleets', 'no hosts');
    await mkdir(path);
    await writeFile(join(path, 'flake.nix'), '{ outputs = _: { nixosConfigurations = { }; }; }\n');
    const { exitCode, findings } = await check(path);
    expect(findings.map(essence)).toEqual(['warning  no-hosts  -  flake.nix  -']);
    expect(exitCode).toBe(0);
  });

  test('has nothing to say of a fleet that is in order', async () => {
    const { path } = await lab.fleet('colmena', { name: 'in order', hosts: ['solo'] });
    const file = join(path, 'flake.nix');
    const text = await readFile(file, 'utf8');
    const keys = 'users.users.root.openssh.authorizedKeys.keys = [ "ssh-ed25519 AAAA ada@desk" ];';
    await writeFile(
      file,
      text
        .replace('nixos-25.11', 'nixos-unstable')
        .replace('services.openssh.enable = true;', `services.openssh.enable = true;\n            ${keys}`),
    );
    await lab.lock(path);
    expect(await check(path)).toEqual({ exitCode: 0, findings: [] });
  });

  test('remembers with which stateVersion a host was deployed', async () => {
    await lab.up(['nas']);
    const { path } = await lab.fleet('plain', {
      name: 'deployed',
      hosts: ['nas'],
      config: { nas: 'system.stateVersion = "25.11";' },
    });
    const common = join(path, 'modules/common.nix');
    await writeFile(common, (await readFile(common, 'utf8')).replace(/ *system\.stateVersion.*\n/, ''));
    const cli = commandLine;
    const changed = async () => find((await check(path)).findings, 'state-version-changed', 'nas');
    expect(await changed()).toBeUndefined();
    await run(path, 'node', cli, 'deploy', path, '--on', 'nas', '--yes');
    expect(await changed()).toBeUndefined();

    const file = join(path, 'hosts/nas/default.nix');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/stateVersion = "[^"]*"/, 'stateVersion = "26.05"'));
    const finding = await changed();
    expect(finding).toMatchObject({ severity: 'error', file: 'hosts/nas/default.nix' });
    await applyFix(path, finding);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await changed()).toBeUndefined();
  });
});
