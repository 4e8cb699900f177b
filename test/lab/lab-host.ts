import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskOptions, LabDisk } from './disks.ts';
import type { Machine } from './machine.ts';
import type { LinkState } from './network-switch.ts';
import { mustRun, type CommandOptions, type CommandResult } from './run-command.ts';

export interface HostOptions {
  /**
   * `nixos`: runs generation 1 of a small system. `debian`: has no Nix. `installer`: has Nix and says that it is an
   * installer image.
   */
  role?: 'nixos' | 'debian' | 'installer';
  /** Size of the whole disk beyond the base system, for example `40m`; what is on it is then kept in memory. */
  size?: string;
  /**
   * Disks that can be partitioned. A `debian` or `nixos` host with disks has its system on the first and boots from it;
   * an `installer` boots from the first disk that something was installed on, else from its stick.
   */
  disks?: readonly DiskOptions[];
  /** How much memory an installer started by kexec has for its files, in the words of tmpfs. */
  installerMemory?: string;
}

export interface HostKey {
  /** `SHA256:...` as ssh shows it. */
  fingerprint: string;
  /** `ssh-ed25519 AAAA...` */
  publicKey: string;
}

/** What somebody sees who works on a host. */
export const hostEnvironment = {
  HOME: '/root',
  USER: 'root',
  LANG: 'C.UTF-8',
  PATH: '/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
};

const installerRelease = join(import.meta.dirname, 'machine/usr/lib/lab/installer-os-release');
const keyFile = '/etc/ssh/ssh_host_ed25519_key';

/** What makes a machine this host: its keys, who may log in, what it says it is. Written to a layer of its own. */
export async function writeHostLayer(
  layer: string,
  name: string,
  role: 'nixos' | 'debian' | 'installer',
  publicKey: string,
): Promise<void> {
  const at = (path: string): string => join(layer, path);
  await mkdir(at('etc/ssh/lab_keys.d'), { recursive: true });
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `root@${name}`, '-f', at(keyFile)]);
  await writeFile(at('etc/ssh/lab_keys.d/root'), publicKey);
  await writeFile(at('etc/ssh/lab_keys.d/admin'), publicKey);
  await writeFile(at('etc/hostname'), `${name}\n`);
  await writeFile(at('etc/hosts'), `127.0.0.1 localhost ${name}\n`);
  if (role === 'debian') return;
  await writeFile(at('etc/NIXOS'), '');
  if (role === 'installer') return void (await copyFile(installerRelease, at('etc/os-release')));
  await writeFile(at('etc/os-release'), 'ID=nixos\nNAME=NixOS\nPRETTY_NAME="NixOS (lab)"\nVERSION_ID=25.11\n');
}

/** A machine of the fleet, from the outside: what a person could do to it with hands, and what it says of itself. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly port = 22;
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.name = machine.name;
    this.address = machine.address;
    this.#machine = machine;
  }

  /** Runs a program on the host directly (no SSH), as root where no other user is named. */
  exec(argv: readonly string[], options: { user?: string } & CommandOptions = {}): Promise<CommandResult> {
    return this.#machine.exec(argv, options);
  }

  /** Starts a program on the host, in a process group of its own. */
  spawn(argv: readonly string[], options: Parameters<Machine['spawn']>[1] = {}): ChildProcess {
    return this.#machine.spawn(argv, options);
  }

  /** Its network namespace, as this computer sees it. */
  get networkFile(): string {
    return this.#machine.networkFile;
  }

  /** As {@link exec} for tests that only go on when it works: trimmed stdout, an error where it fails. */
  async read(...argv: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.exec(argv);
    if (exitCode !== 0) throw new Error(`${this.name}: ${argv.join(' ')} ended with ${exitCode}\n${stderr}`);
    return stdout.trim();
  }

  /** Pulls the network cable, plugs it in again, or makes the line slow in both directions. */
  link(state: LinkState): Promise<void> {
    return this.#machine.link(state);
  }

  /** As if the power went and came back; resolves when SSH answers again. */
  reboot(): Promise<void> {
    return this.#machine.reboot();
  }

  powerOff(): Promise<void> {
    return this.#machine.powerOff();
  }

  /** Resolves when it has ended by itself; it does not start again. */
  staysOff(): Promise<void> {
    return this.#machine.staysOff();
  }

  powerOn(): Promise<void> {
    return this.#machine.powerOn();
  }

  /** Resolved when the next boot is through: ask before a command that reboots the host from inside. */
  nextBoot(): Promise<void> {
    return this.#machine.nextBoot();
  }

  bootId(): Promise<string> {
    return this.read('cat', '/proc/sys/kernel/random/boot_id');
  }

  /** Store path of the running system; null where there is none (no NixOS). */
  async currentSystem(): Promise<string | null> {
    const { exitCode, stdout } = await this.exec(['readlink', '-f', '/run/current-system']);
    return exitCode === 0 && stdout.startsWith('/nix/store/') ? stdout.trim() : null;
  }

  /** Number of the generation that the system profile points to; null where there is none. */
  async generation(): Promise<number | null> {
    const { stdout } = await this.exec(['readlink', '/nix/var/nix/profiles/system']);
    const number = /^system-(\d+)-link$/.exec(stdout.trim())?.[1];
    return number === undefined ? null : Number(number);
  }

  /** Fills a disk that was given a `size`, but for `leaveKilobytes`. */
  async fillDisk(leaveKilobytes = 0): Promise<void> {
    const free = Number((await this.read('df', '--output=avail', '-k', '/')).split('\n').at(-1));
    const total = Number((await this.read('df', '--output=size', '-k', '/')).split('\n').at(-1));
    if (total > 4 * 1024 * 1024) throw new Error(`${this.name} has no size of its own; the real disk is not filled`);
    await this.read('fallocate', '-l', `${Math.max(0, free - leaveKilobytes)}KiB`, '/var/filler');
  }

  async freeDisk(): Promise<void> {
    await this.read('rm', '-f', '/var/filler');
  }

  async hostKey(): Promise<HostKey> {
    const [, fingerprint = ''] = (await this.read('ssh-keygen', '-l', '-f', `${keyFile}.pub`)).split(' ');
    const [type = '', key = ''] = (await this.read('cat', `${keyFile}.pub`)).split(' ');
    return { fingerprint, publicKey: `${type} ${key}` };
  }

  /** Gives the host another key, as a reinstallation does; connections that are open stay. */
  async regenerateHostKey(): Promise<HostKey> {
    await this.read('rm', '-f', keyFile, `${keyFile}.pub`);
    await this.read('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', keyFile);
    await this.read('pkill', '-HUP', '-o', '-x', 'sshd');
    const key = await this.hostKey();
    // sshd starts itself anew; until it has, it answers with the old key or not at all.
    const shown = 'until ssh-keyscan -t ed25519 127.0.0.1 2>/dev/null | grep -qF "$1"; do :; done';
    await this.read('sh', '-c', shown, 'sh', key.publicKey);
    return key;
  }

  /** Lets a user log in with a password too. */
  async setPassword(user: 'root' | 'admin', password: string): Promise<void> {
    const { exitCode, stderr } = await this.exec(['chpasswd'], { stdin: `${user}:${password}\n` });
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** sudo asks admin for this password from now on, until the result is disposed. */
  async sudoAsks(password: string): Promise<AsyncDisposable> {
    const rule = '/etc/sudoers.d/zz-password';
    await this.setPassword('admin', password);
    await this.exec(['tee', rule], { stdin: 'admin ALL=(ALL:ALL) PASSWD: ALL\n' });
    return { [Symbol.asyncDispose]: async () => void (await this.read('rm', rule)) };
  }

  /** Nix there takes from now on what admin brings, also without a signature. */
  async nixTrustsAdmin(): Promise<void> {
    const anew = `
      printf 'trusted-users = root admin\n' >>/etc/nix/nix.conf
      pkill -x nix-daemon
      rm -f /nix/var/nix/daemon-socket/socket
      setsid nix-daemon >/dev/null 2>&1 </dev/null &
      until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.05; done`;
    await this.read('sh', '-c', anew);
  }

  /** Its disks, /dev/vda first. */
  get disks(): readonly LabDisk[] {
    return this.#machine.disks;
  }

  /** As if somebody put another disk in its place while it runs: the same device, another serial number. */
  async swapDisk(name: string, serial: string): Promise<void> {
    await this.read('sh', '-c', 'echo "$2" > "/run/lab-udev/serial-$1" && udevadm trigger', 'sh', name, serial);
  }

  /** As if somebody pulled a disk out while it runs. */
  async pullDisk(name: string): Promise<void> {
    await this.read(
      'sh',
      '-c',
      'mkdir -p /run/lab-udev/gone && touch "/run/lab-udev/gone/$1" && udevadm trigger',
      'sh',
      name,
    );
  }

  /** True while it runs; a machine whose disk boots nothing stays off. */
  get isRunning(): boolean {
    return this.#machine.isRunning;
  }

  /** The last boot's log of sshd. */
  sshLog(): Promise<string> {
    return this.read('cat', '/var/log/sshd.log');
  }
}
