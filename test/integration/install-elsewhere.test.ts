import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe-lab.ts';
import { realTools } from '../lab/real-tools.ts';
import type { LabHost } from '../lab/index.ts';
import { idOf, InstallLab } from './install/install-lab.ts';

let home: InstallLab;
/** What runs nix. */
let forge: LabHost;
const sudoPassword = 'correct horse battery staple';
const diskPassphrase = 'unlock-everything-7391';
const token = 'a-token-of-the-new-machine';

/** Runs the command line where there is no store, these programs are not there, and paths are as on a Mac: long, with spaces. */
function without(...programs: string[]): string[] {
  const hide = programs.map((name) => `mount --bind /dev/null "$(readlink -f /usr/bin/${name})"`).join(' && ');
  const [state, dataFolder] = ['state', 'Application Support'].map((name) => join(home.lab.folder, name));
  const paths = `TMPDIR=/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T NIXSTEAD_HOME='${dataFolder}'; export TMPDIR NIXSTEAD_HOME
mkdir -p "$TMPDIR" && { [ -e "$NIXSTEAD_HOME" ] || { mv ${state} "$NIXSTEAD_HOME" && ln -s "$NIXSTEAD_HOME" ${state}; }; }`;
  return ['unshare', '--mount', 'sh', '-c', `${hide} && mount -t tmpfs none /nix && ${paths} && exec "$@"`, 'sh'];
}

/** Brings folders of the controller to the machine that runs nix: inputs of the lab are folders. */
async function bring(...folders: string[]): Promise<void> {
  const config = join(home.lab.folder, 'state/ssh/config');
  const names = folders.map((folder) => folder.slice(1)).join(' ');
  const { exitCode, stderr } = await home.lab.controller.exec([
    ...['sh', '-c', `tar -cf - -C / ${names} | ssh -F ${config} root@forge tar -xf - -C /`],
  ]);
  if (exitCode !== 0) throw new Error(stderr);
}

/** Files of the machine that runs nix which were written since it was chosen, with a text in them. */
function writtenThere(text: string): Promise<string> {
  const find = 'find / -xdev -type f -newer /chosen -exec grep -laF -e "$1" {} +; true';
  return forge.read('sh', '-c', find, 'sh', text);
}

describeLab('an install from a computer without nix', () => {
  beforeAll(async () => {
    home = await InstallLab.start('install-elsewhere');
    const [host] = await home.lab.up(['forge'], { role: 'nixos' });
    if (host === undefined) throw new Error('The lab started nothing');
    forge = host;
    home.before = without('nix');
    expect(await home.must('nix-host', 'root@forge', '--yes')).toContain('root@forge');
    await bring(join(home.lab.folder, 'inputs'));
    await forge.read('touch', '-d', '1 second ago', '/chosen');
  });
  afterAll(() => home[Symbol.asyncDispose]());

  test('is built by the machine that is named for it, which never has a key, a passphrase or a file of the new one', async () => {
    const bench = await home.machine('nas');
    await bench.config('  pocket.diskKeys = [ "/tmp/disk.key" ];');
    const extra = join(home.lab.folder, 'extra');
    await mkdir(join(extra, 'etc'), { recursive: true });
    await writeFile(join(extra, 'etc/token'), token);
    const keyFile = join(home.lab.folder, 'disk-passphrase');
    await writeFile(keyFile, diskPassphrase);
    const running = await bench.install(['--disk-key', `/tmp/disk.key=${keyFile}`, '--extra-files', extra]);
    await running.until((step) => step.stage === 'disko' && step.state === 'running');
    const [id = ''] = (await home.lab.controller.exec(['ls', join(home.lab.folder, 'state/installs')])).stdout.split(
      '\n',
    );
    const login = await readFile(join(home.lab.folder, 'state/installs', id, 'login-key'), 'utf8');
    const installed = await running.over();
    expect(installed.exitCode, installed.stderr + JSON.stringify(installed.result)).toBe(0);
    expect(bench.stagesOf(installed)).toBe(
      'plan done, evaluate done, build done, review done, kexec skipped, hardware done, gate done, disko done, copy done, install done, reboot done, boot done, verify done, commit done',
    );
    const system = (await bench.host.currentSystem()) ?? '';
    expect(installed.result.hosts['nas']?.system).toBe(system);
    expect(await bench.host.read('cat', '/etc/token')).toBe(token);
    await forge.read('test', '-e', system);
    expect((await home.lab.controller.exec(['test', '-e', system])).exitCode).toBe(1);

    const hostKey = await bench.host.read('cat', '/etc/ssh/ssh_host_ed25519_key');
    const middleOf = (key: string): string => key.split('\n')[3] ?? '';
    const secrets = [diskPassphrase, token, middleOf(login), middleOf(hostKey)];
    expect(secrets.map((text) => text.length > 10)).toEqual([true, true, true, true]);
    for (const secret of secrets) expect(await writtenThere(secret)).toBe('');
    // What was looked for would have been found.
    expect(await writtenThere('nixosConfigurations')).not.toBe('');
  });

  test('has the machine itself build, by way of the one that evaluates, which has also fetched nixos-anywhere', async () => {
    const bench = await home.machine('web', { role: 'debian' });
    await bench.host.setPassword('admin', sudoPassword);
    await bench.host.read('sh', '-c', 'echo "admin ALL=(ALL:ALL) ALL" > /etc/sudoers.d/lab');
    const input = join(home.lab.folder, 'inputs/nixos-anywhere');
    const { anywhere } = realTools();
    if (anywhere !== null) await cp(join(anywhere, 'src'), join(input, 'src'), { recursive: true });
    else {
      const { stdout } = await home.lab.controller.exec(['cat', '/usr/bin/nixos-anywhere']);
      await mkdir(join(input, 'src'), { recursive: true });
      await writeFile(join(input, 'src/nixos-anywhere.sh'), stdout);
    }
    const flake = join(bench.fleet, 'flake.nix');
    const text = await readFile(flake, 'utf8');
    const added = `{\n  inputs.nixos-anywhere = {\n    url = "path:${input}";\n    flake = false;\n  };\n`;
    await writeFile(flake, text.replace(/^\{\n/m, added));
    await home.lab.lock(bench.fleet);
    await home.lab.controller.exec(['git', 'commit', '-qam', 'nixos-anywhere'], { cwd: bench.fleet });
    await bring(input);
    home.before = without('nix', 'nixos-anywhere');
    bench.secrets = { NIXSTEAD_SUDO_PASSWORD: sudoPassword };
    const installed = await (await bench.install(['--build-on', 'target'], { user: 'admin' })).over();
    expect(installed.exitCode, installed.stderr + JSON.stringify(installed.result)).toBe(0);
    expect(bench.stagesOf(installed)).toContain('kexec done');
    expect(await bench.host.read('hostname')).toBe('web');
    const system = (await bench.host.currentSystem()) ?? '';
    expect(installed.result.hosts['web']?.system).toBe(system);
    expect((await forge.exec(['test', '-e', system])).exitCode).toBe(1);
    const { commands } = await home.job(idOf(installed.result));
    const disko = commands.flatMap(({ command }) => (command.stage === 'disko' ? [command.argv.slice(0, 2)] : []));
    expect(disko.map(([program, script]) => [program, script?.split('/').at(-1)])).toContainEqual([
      'bash',
      'nixos-anywhere.sh',
    ]);
    expect(await writtenThere(sudoPassword)).toBe('');
  });
});
