import type { ChildProcess, StdioOptions } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { besideMachine } from './beside-machine.ts';
import { startFirstProcess, type FirstProcess } from './first-process.ts';
import { LabDisk, type DiskOptions } from './disks.ts';
import type { Cable, LinkState, NetworkSwitch } from './network-switch.ts';
import { enterMachine, type InsideOptions } from './enter-machine.ts';
import { mustRun, runCommand, startGroup, type CommandOptions, type CommandResult } from './run-command.ts';

export interface MachineOptions {
  name: string;
  /** Folder of this machine alone: what it writes is in `upper`. */
  folder: string;
  /** Read-only trees under what the machine writes, topmost first. */
  layers: readonly string[];
  /** Last number of the IP address. */
  lastNumber: number;
  role: 'controller' | 'nixos' | 'debian' | 'installer';
  /** Paths of this computer that the machine sees at the same place. */
  binds?: readonly { path: string; writable: boolean }[];
  /** Size of a disk in memory, in the words of tmpfs (`40m`). Without it, as much as the cache's file system has. */
  size?: string;
  /** Its own disks; the first is /dev/vda. */
  disks?: readonly DiskOptions[];
  /** True: what it runs at first is installed on its first disk, and it boots from nothing else. */
  bootsFromDisk?: boolean;
  /** Size of the memory that an installer started by kexec has for its files; `1g` when absent. */
  installerMemory?: string;
  /** Environment of everything that is run inside. */
  environment: Readonly<Record<string, string>>;
}

/**
 * One container: real programs of Debian under namespaces of its own. Restarts when its init asks for a reboot. It
 * dies with the process that made it.
 */
export class Machine implements AsyncDisposable {
  readonly name: string;
  readonly address: string;
  readonly #options: MachineOptions;
  readonly #switch: NetworkSwitch;
  readonly #cable: Cable;
  readonly disks: readonly LabDisk[];
  #first: FirstProcess | null = null;
  #pid = 0;
  #nextBoot = Promise.withResolvers<void>();
  #wanted = true;

  private constructor(options: MachineOptions, networkSwitch: NetworkSwitch, cable: Cable, disks: readonly LabDisk[]) {
    this.disks = disks;
    this.name = options.name;
    this.address = cable.address;
    this.#options = options;
    this.#switch = networkSwitch;
    this.#cable = cable;
  }

  /** Makes root and network and boots. `upper` of its folder may have been filled before. */
  static async start(options: MachineOptions, networkSwitch: NetworkSwitch): Promise<Machine> {
    const { folder, layers, size } = options;
    const at = (name: string): string => join(folder, name);
    await Promise.all(['disk', 'root'].map((name) => mkdir(at(name), { recursive: true })));
    const inSwitch = networkSwitch.inside('mount');
    const cable = networkSwitch.attach(folder, options.lastNumber);
    if (size !== undefined) {
      await mustRun([...inSwitch, 'mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', at('disk')]);
    }
    const overlay = `lowerdir=${layers.join(':')},upperdir=${at('disk/upper')},workdir=${at('disk/work')}`;
    const script = 'mkdir -p "$1/upper" "$1/work" && mount -t overlay overlay -o "$2" "$3"';
    await mustRun([...inSwitch, 'sh', '-ec', script, 'sh', at('disk'), overlay, at('root')]);
    const { disks: wanted = [] } = options;
    const disks = await Promise.all(
      wanted.map((disk, index) => LabDisk.create(at('disk'), index, disk, networkSwitch)),
    );
    const machine = new Machine(options, networkSwitch, await cable, disks);
    if (disks.length > 0) await machine.#prepareDisks();
    await machine.#boot();
    return machine;
  }

  /** What a machine needs that may boot from its disk: Debian's programs, and a place that outlives a boot. */
  async #prepareDisks(): Promise<void> {
    const { folder, layers, bootsFromDisk = false } = this.#options;
    const own = layers.slice(0, -2);
    const system = layers.slice(-2);
    await Promise.all(['system', 'firmware'].map((name) => mkdir(join(folder, name), { recursive: true })));
    const script = 'mount -t overlay overlay -o "lowerdir=$1" "$2" && mount -t tmpfs -o size=16m tmpfs "$3"';
    const words = [system.join(':'), join(folder, 'system'), join(folder, 'firmware')];
    await mustRun([...this.#switch.inside('mount'), 'sh', '-ec', script, 'sh', ...words]);
    const [first] = this.disks;
    if (bootsFromDisk && first) await first.install(system.at(-1) ?? '', own.toReversed());
  }

  /** The root to boot, and as what: from the first disk that boots, else from where the machine was made. Null: nothing. */
  async #bootSource(): Promise<{ root: string; role: string } | null> {
    const { folder, role, bootsFromDisk = false } = this.#options;
    for (const disk of this.disks) {
      const root = await disk.bootRoot();
      if (root !== null) return { root, role: 'disk' };
    }
    return bootsFromDisk ? null : { root: join(folder, 'root'), role };
  }

  /** A fresh installer in memory, as kexec starts one. */
  async #kexecSource(): Promise<{ root: string; role: string }> {
    const { folder, layers, installerMemory = '1g' } = this.#options;
    const at = join(folder, `kexec-${randomUUID().slice(0, 8)}`);
    await mkdir(at);
    const script = `mount -t tmpfs -o "size=$3" tmpfs "$1" && mkdir "$1/upper" "$1/work" "$1/root" &&
      mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" "$1/root"`;
    const words = [at, layers.slice(-2).join(':'), installerMemory];
    await mustRun([...this.#switch.inside('mount'), 'sh', '-ec', script, 'sh', ...words]);
    return { root: join(at, 'root'), role: 'kexec' };
  }

  async #boot(byKexec = false): Promise<void> {
    const { folder, name, binds = [], environment } = this.#options;
    const source = byKexec ? await this.#kexecSource() : await this.#bootSource();
    if (source === null) return;
    const hasDisks = this.disks.length > 0;
    // The kernel's own boot id is the same for all containers and never changes.
    await writeFile(join(folder, 'boot_id'), `${randomUUID()}\n`);
    const first = startFirstProcess([
      ...this.#switch.inside('mount'),
      ...['nsenter', `--net=${this.#cable.networkFile}`, '--'],
      ...['unshare', '--fork', '--kill-child', '--pid', '--mount', '--uts', '--ipc', '--propagation', 'private', '--'],
      ...['sh', join(import.meta.dirname, 'enter-root.sh'), source.root, name, join(folder, 'boot_id')],
      ...binds.map(({ path, writable }) => `bind:${writable ? 'rw' : 'ro'}:${path}`),
      ...(hasDisks ? [`firmware:${join(folder, 'firmware')}`, `system:${join(folder, 'system')}`] : []),
      ...this.disks.map((disk) => disk.part),
      // What this computer's variables say, of nix's configuration for one, is not true inside.
      ...['--', 'env', '-i', ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)],
      ...['/usr/sbin/lab-init', source.role],
    ]);
    this.#first = first;
    void first.ended.then((exitCode) => this.#afterEnd(exitCode));
    this.#pid = Number(await first.said('pid'));
    await writeFile(join(folder, 'pid'), String(this.#pid));
    try {
      await first.said('ready');
    } catch (error) {
      // It starts anew before it is up, as where its kernel panics: the boot after this one counts.
      if ((await first.ended) === 0) return;
      throw error;
    }
    this.#nextBoot.resolve();
    this.#nextBoot = Promise.withResolvers();
  }

  /** Init ended: 0 asks for another boot, 20 for the installer that kexec starts; anything else leaves the machine off. */
  #afterEnd(exitCode: number | null): void {
    this.#first = null;
    if (!this.#wanted || (exitCode !== 0 && exitCode !== 20)) return;
    this.#boot(exitCode === 20).catch((error: unknown) => this.#nextBoot.reject(error));
  }

  /** Resolved when the next boot is through: ask before a command that reboots from inside. */
  nextBoot(): Promise<void> {
    return this.#nextBoot.promise;
  }

  /** The first process as this computer counts; 0 before the first boot. */
  get pid(): number {
    return this.#pid;
  }

  get isRunning(): boolean {
    return this.#first !== null;
  }

  /** The words before a command that run it inside the machine, with a clean environment. */
  inside(options: InsideOptions = {}): string[] {
    return enterMachine(this.#pid, this.#options.environment, options);
  }

  /** The words before a command that run a program of this computer in the machine's network, with its store and names. */
  beside(): string[] {
    return besideMachine(this.#switch.inside('mount'), join(this.#options.folder, 'root'), this.networkFile);
  }

  /** Its network namespace, as this computer sees it. */
  get networkFile(): string {
    return join('/proc', String(this.#pid), 'ns/net');
  }

  /** Runs a program inside to its end. */
  exec(argv: readonly string[], options: InsideOptions & CommandOptions = {}): Promise<CommandResult> {
    return runCommand([...this.inside(options), ...argv], options);
  }

  /** Starts a program inside, in a process group of its own: `kill` of the result reaches the whole group. */
  spawn(argv: readonly string[], options: InsideOptions & { stdio?: StdioOptions } = {}): ChildProcess {
    return startGroup([...this.inside(options), ...argv], { stdio: options.stdio ?? 'pipe' });
  }

  /** Ends everything in the machine at once, as if the power went, and boots it anew. */
  async reboot(): Promise<void> {
    await this.powerOff();
    await this.powerOn();
  }

  async powerOff(): Promise<void> {
    const first = this.#first;
    if (first === null) return;
    this.#wanted = false;
    // Killing the namespace's first process ends all others; the outer unshare returns when they are gone.
    process.kill(this.#pid, 'SIGKILL');
    await first.ended;
  }

  /** It does not start again when it ends by itself. */
  async staysOff(): Promise<void> {
    this.#wanted = false;
    await this.#first?.ended;
  }

  async powerOn(): Promise<void> {
    if (this.#first !== null) return;
    this.#wanted = true;
    await this.#boot();
  }

  link(state: LinkState): Promise<void> {
    return this.#switch.setLink(this.#cable, state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.powerOff();
    await Promise.all(this.disks.map((disk) => disk[Symbol.asyncDispose]()));
  }
}
