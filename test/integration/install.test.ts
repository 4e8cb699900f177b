import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobId } from '../../shared/contract/ids.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { filesWith } from '../lab/files-with.ts';
import { foreignFleet } from '../lab/index.ts';
import { realTools } from '../lab/real-tools.ts';
import { idOf, InstallLab, type Bench } from './install/install-lab.ts';

let home: InstallLab;
/** The first install, from its beginning to its end. */
let whole: JobId;
const sudoPassword = 'correct horse battery staple';
const diskPassphrase = 'unlock-everything-7391';

/** Files of the app that hold a text; the programs that it has compiled say what a private key is, and hold none. */
async function keptWith(text: string): Promise<string[]> {
  const files = await filesWith(join(home.lab.folder, 'state'), text);
  return files.filter((file) => !file.includes('/state/cache/'));
}

async function git(bench: Bench, ...argv: string[]): Promise<string> {
  return (await home.lab.controller.exec(['git', ...argv], { cwd: bench.fleet })).stdout.trim();
}

describeLab('an install', () => {
  beforeAll(async () => {
    home = await InstallLab.start('install');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('brings a machine that runs the installer to its verified first boot, in the fleet and committed', async () => {
    const bench = await home.machine('nas');
    const before = await bench.host.hostKey();
    // A module that is chosen for this host.
    const module = join(bench.fleet, 'modules/beacon.nix');
    await home.lab.controller.exec(['tee', module], { stdin: '{ environment.etc.beacon.text = "lit\\n"; }\n' });
    await git(bench, 'add', module);
    await git(bench, 'commit', '-qm', 'A beacon');
    // It is built by a third computer.
    const [smith] = await home.lab.up(['smith'], { role: 'nixos' });
    if (smith === undefined) throw new Error('The lab started nothing');
    const knownHosts = join(home.lab.folder, 'home/.ssh/known_hosts');
    await writeFile(knownHosts, `${smith.address} ${(await smith.hostKey()).publicKey}\n`);
    const key = await readFile(join(home.lab.folder, 'home/.ssh/id_ed25519.pub'), 'utf8');
    const flags = [
      ...['--module', 'beacon.nix', '--build-on', `root@${smith.address}`],
      ...['--admin', 'ada', '--key', key.trim(), '--time-zone', 'Pacific/Auckland'],
    ];
    await bench.shutsOut();
    const running = await bench.install(flags);
    await running.until((step) => step.stage === 'reboot' && step.state === 'running');
    // Nothing of it looked like somebody who tries to get in.
    expect(await bench.host.sshLog()).toContain('Accepted publickey');
    expect(await bench.host.sshLog()).not.toMatch(/activating .* penalty|drop connection/);
    const installed = await running.over();
    whole = idOf(installed.result);
    expect(installed.exitCode, installed.stderr).toBe(0);
    await smith.read('test', '-e', installed.result.hosts['nas']?.system ?? '');
    expect(bench.stagesOf(installed)).toBe(
      'plan done, evaluate done, build done, review done, kexec skipped, hardware done, gate done, disko done, copy done, install done, reboot done, boot done, verify done, commit done',
    );
    expect(await bench.host.read('hostname')).toBe('nas');
    expect(await bench.host.read('findmnt', '-n', '-o', 'SOURCE,FSTYPE', '/')).toMatch(/^\/dev\/vda2\s+ext4$/);
    expect(await bench.host.currentSystem()).toBe(installed.result.hosts['nas']?.system);
    expect(await bench.host.read('cat', '/etc/beacon')).toBe('lit');
    expect(await readFile(join(bench.fleet, 'hosts/nas/default.nix'), 'utf8')).toContain('"Pacific/Auckland"');
    const asAda = [
      'ssh',
      '-o',
      'BatchMode=yes',
      '-o',
      'StrictHostKeyChecking=no',
      `ada@${bench.host.address}`,
      'id',
      '-un',
    ];
    expect((await home.lab.controller.exec(asAda)).stdout.trim()).toBe('ada');
    // It has another key than the installer had, and that is the one that is known now.
    const now = await bench.host.hostKey();
    expect(now.fingerprint).not.toBe(before.fingerprint);
    const known = await readFile(join(home.lab.folder, 'state/ssh/known_hosts'), 'utf8');
    expect(known).toContain(now.publicKey.split(' ')[1]);
    expect(known).not.toContain(before.publicKey.split(' ')[1]);
    expect(await git(bench, 'log', '-1', '--format=%s')).toBe('Install nas');
    expect(await git(bench, 'status', '--porcelain')).toBe('');
    expect((await git(bench, 'show', '--name-only', '--format=')).split('\n').sort()).toEqual([
      'hosts/nas/default.nix',
      'hosts/nas/disko.nix',
      'hosts/nas/hardware-configuration.nix',
      'hosts/nas/host.nix',
    ]);
    // It can be deployed to at once, without a question.
    const deployed = await home.cli([
      'deploy',
      bench.fleet,
      '--on',
      'nas',
      '--goal',
      'dry-activate',
      '--yes',
      '--json',
    ]);
    expect(deployed.exitCode, deployed.stderr).toBe(0);
    // No private key is left anywhere.
    expect(await readdir(join(home.lab.folder, 'state/installs'))).toEqual([]);
    expect(await keptWith('PRIVATE KEY')).toEqual([]);
  });

  const { anywhere, disko } = realTools();
  const [noAnywhere, noDisko] = ['NIXOS_ANYWHERE', 'DISKO_PATH'].map((name) => `, skipped: ${name} names no checkout`);

  test.skipIf(anywhere === null)(
    `was that of the real nixos-anywhere${anywhere === null ? noAnywhere : ''}`,
    async () => {
      const script = await readFile(join(anywhere ?? '', 'src/nixos-anywhere.sh'), 'utf8');
      const { stdout } = await home.lab.controller.exec(['cat', '/usr/libexec/nixos-anywhere/nixos-anywhere.sh']);
      expect(stdout).toBe(script);
      const { commands } = await home.job(whole);
      const argv = commands.filter(({ command }) => command.stage === 'disko').map(({ command }) => command.argv);
      expect(argv.map(([program]) => program)).toContain('/usr/bin/nixos-anywhere');
    },
  );

  test.skipIf(disko === null)(`was that of the real disko${disko === null ? noDisko : ''}`, async () => {
    const log = await home.must('jobs', 'log', whole);
    // Only the real one wipes with this program of its own.
    expect(log).toMatch(/\/nix\/store\/\S+-disk-deactivate\/disk-deactivate/);
  });

  test('takes over a Debian by kexec, as an administrator with a password for sudo, with a key for its disk, and outlives the app', async () => {
    const bench = await home.machine('web', { role: 'debian' });
    await bench.host.setPassword('admin', sudoPassword);
    await bench.host.read('sh', '-c', 'echo "admin ALL=(ALL:ALL) ALL" > /etc/sudoers.d/lab');
    await bench.config('  pocket.diskKeys = [ "/tmp/disk.key" ];');
    const keyFile = join(home.lab.folder, 'disk-passphrase');
    await home.lab.controller.exec(['tee', keyFile], { stdin: diskPassphrase });
    bench.secrets = { NIXSTEAD_SUDO_PASSWORD: sudoPassword };
    const flags = ['--disk-key', `/tmp/disk.key=${keyFile}`, '--build-on', 'target'];
    const running = await bench.install(flags, { user: 'admin' });
    await running.until((step) => step.stage === 'disko' && step.state === 'running');
    const [latest] = (await readdir(join(home.lab.folder, 'state/jobs'))).toSorted().toReversed();
    const id = idOf({ job: latest ?? '' });
    // The app is killed: the job is a process of its own.
    await running.kill();
    await home.must('jobs', 'log', id);
    const job = await home.job(id);
    expect(job.problems).toEqual([]);
    expect(job.outcomes['web']?.state).toBe('succeeded');
    expect(job.steps.find(({ stage }) => stage === 'kexec')?.state).toBe('done');
    expect(await bench.host.read('hostname')).toBe('web');
    // Its system was made on it: this computer never had it.
    const system = await bench.host.currentSystem();
    expect(job.outcomes['web']?.system).toBe(system);
    expect((await home.lab.controller.exec(['test', '-e', system ?? ''])).exitCode).toBe(1);
    await home.lab.controller.exec(['rm', keyFile]);
    // No secret is in a log, an event, the database or a file that was left.
    for (const secret of [sudoPassword, diskPassphrase, 'PRIVATE KEY']) {
      expect(await keptWith(secret)).toEqual([]);
      expect(await filesWith(bench.fleet, secret)).toEqual([]);
    }
  });

  test('goes into a flake that somebody else wrote, declared as its other hosts are, and nothing else changes there', async () => {
    const bench = await home.machine('cellar');
    await rm(bench.fleet, { recursive: true });
    await foreignFleet(home.lab, bench.fleet);
    const flake = await readFile(join(bench.fleet, 'flake.nix'), 'utf8');

    // What belongs to fleets of our own making would be nowhere here.
    const target = ['--target', `root@${bench.host.address}`, '--confirm-wipe', bench.serial];
    const zone = ['--time-zone', 'Pacific/Auckland', '--json'];
    const refused = await home.cli(['install', bench.fleet, 'cellar', ...target, ...zone]);
    expect(refused.exitCode, refused.stderr).toBe(2);
    expect(refused.stdout).toContain('what is in a host is written there');
    expect(await git(bench, 'status', '--porcelain')).toBe('');

    const installed = await (await bench.install(['--like', 'anchor'])).over();
    expect(installed.exitCode, installed.stderr).toBe(0);
    expect(bench.stagesOf(installed)).toContain('verify done, commit done');
    expect(await bench.host.read('hostname')).toBe('cellar');
    expect(await bench.host.read('findmnt', '-n', '-o', 'SOURCE,FSTYPE', '/')).toMatch(/^\/dev\/vda2\s+ext4$/);
    expect((await bench.host.exec(['test', '-e', '/etc/anchor'])).exitCode).toBe(1);
    expect(await git(bench, 'status', '--porcelain')).toBe('');
    expect((await git(bench, 'show', '--name-only', '--format=')).split('\n').sort()).toEqual([
      'flake.nix',
      'machines/cellar/configuration.nix',
      'machines/cellar/disko.nix',
      'machines/cellar/hardware-configuration.nix',
    ]);
    // One entry more, and not a line of the others touched.
    const difference = await git(bench, 'show', '--format=', '--unified=0', '--', 'flake.nix');
    expect(difference.split('\n').filter((line) => /^-(?!--)/.test(line))).toEqual([]);
    const after = await readFile(join(bench.fleet, 'flake.nix'), 'utf8');
    const entry = /\n( +)anchor = [^]*?\n\1};\n/.exec(flake)?.[0] ?? '';
    expect(after).toBe(flake.replace(entry, `${entry}${entry.slice(1).replaceAll('anchor', 'cellar')}`));
    expect(await readFile(join(bench.fleet, 'machines/cellar/configuration.nix'), 'utf8')).toMatchInlineSnapshot(`
      "{
        # The disk layout, what belongs to it, the network, and what was found on the hardware, where they are known.
        imports = builtins.filter builtins.pathExists [
          ./disko.nix
          ./disko-settings.nix
          ./network.nix
          ./hardware-configuration.nix
        ];

        networking.hostName = "cellar";

        # The release that this machine was installed with; it stays when the machine is upgraded.
        system.stateVersion = "25.11";
      }
      "
    `);
  });

  test('is not needed for a machine that runs NixOS: it is taken over, proven to mount what it mounts, and not changed', async () => {
    const bench = await home.machine('attic', { role: 'nixos' });
    const before = [await bench.host.currentSystem(), await bench.host.generation()];
    const target = `root@${bench.host.address}`;
    const taken = await home.cli(['hosts', 'adopt', bench.fleet, 'attic', '--target', target, '--json']);
    expect(taken.exitCode, taken.stderr + taken.stdout).toBe(0);
    const [first = ''] = taken.stdout.split('\n');
    const note = expect.stringContaining('has to be the release that the machine was installed with');
    expect(JSON.parse(first)).toMatchObject({ type: 'adopted', layout: 'imported', differences: [], notes: [note] });
    expect([await bench.host.currentSystem(), await bench.host.generation()]).toEqual(before);
    expect(await git(bench, 'log', '-1', '--format=%s')).toBe('Take over attic');
    const layoutText = await readFile(join(bench.fleet, 'hosts/attic/disko.nix'), 'utf8');
    expect(layoutText).toContain('destroy = false;');
    expect(layoutText).toContain('mountpoint = "/";');

    // In a flake of somebody else's too.
    const loft = await home.machine('loft', { role: 'nixos' });
    await rm(loft.fleet, { recursive: true });
    await foreignFleet(home.lab, loft.fleet);
    const words = ['hosts', 'adopt', loft.fleet, 'loft', '--target', `root@${loft.host.address}`, '--like', 'anchor'];
    const joined = await home.cli([...words, '--json']);
    expect(joined.exitCode, joined.stderr + joined.stdout).toBe(0);
    const [line = ''] = joined.stdout.split('\n').filter((text) => text.includes('"adopted"'));
    expect(JSON.parse(line)).toMatchObject({ layout: 'imported', differences: [] });
    expect((await git(loft, 'show', '--name-only', '--format=')).split('\n').sort()).toEqual([
      'flake.nix',
      'machines/loft/configuration.nix',
      'machines/loft/disko.nix',
      'machines/loft/hardware-configuration.nix',
    ]);

    const debian = await home.machine('other', { role: 'debian' });
    const refused = await home.cli([
      'hosts',
      'adopt',
      debian.fleet,
      'other',
      '--target',
      `root@${debian.host.address}`,
      '--json',
    ]);
    expect(refused.exitCode).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'adopt-refused' } });
    expect(await git(debian, 'status', '--porcelain')).toBe('');
  });
});
