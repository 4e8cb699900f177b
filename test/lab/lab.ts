import { chmod, copyFile, cp, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  compiledFolder,
  controllerEnvironment,
  makeControllerHome,
  nameHosts,
  projectRoot,
  writeControllerLayer,
} from './controller.ts';
import { findDiskPlace } from './disk-place.ts';
import { findFirstSystem, makeFirstSystem } from './first-system.ts';
import { commitFleet, copyStandIns, lockFleet, writeFleet, type FleetTemplate } from './fleet.ts';
import { makeLabFolder, removeLabFolder, type LabFolder } from './lab-folder.ts';
import { hostEnvironment, LabHost, writeHostLayer, type HostOptions } from './lab-host.ts';
import { takeDownAtTheEnd } from './last-moment.ts';
import { Machine } from './machine.ts';
import { NetworkSwitch } from './network-switch.ts';
import { realTools } from './real-tools.ts';
import { prepareRootfs } from './rootfs.ts';
import { mustRun } from './run-command.ts';

export interface LabOptions {
  /** Part of the folder's name, so that a person knows whose it is. */
  name?: string;
  /** One line of text per step that takes long (only the first lab on a computer has some). */
  onProgress?: (line: string) => void;
  /** More paths of this computer that the controller sees at the same place; none of them can be written to. */
  sees?: readonly string[];
}

export interface FleetOptions {
  /** Name of the fleet's folder; that of the template when absent. */
  name?: string;
  /** All hosts of the lab when absent. A name that is no host gets an address where nobody answers. */
  hosts?: readonly string[];
  user?: 'root' | 'admin';
  tags?: Readonly<Record<string, readonly string[]>>;
  config?: Readonly<Record<string, string>>;
}

/** Host names the lab accepts; fleets may name their hosts otherwise, to be refused. */
const hostName = /^[a-z][a-z0-9-]{0,40}$/;

/**
 * A home network in a box: a switch, a controller with the project, Nix, ssh and git in it, and hosts to deploy to.
 * Made by {@link createLab}; everything is undone by {@link down}, on exit, on a signal and when the process is killed.
 */
export class Lab implements AsyncDisposable {
  /** Seen at this path by the controller and by this process: fleets, the owner's home, Nixstead's state. */
  readonly folder: string;
  readonly controller: Machine;
  readonly #folders: LabFolder;
  readonly #rootfs: string;
  readonly #publicKey: string;
  readonly #defaultSize: string | undefined;
  readonly #switch: NetworkSwitch;
  readonly #undo: AsyncDisposableStack;
  readonly #names = new Set<string>();
  readonly #hosts = new Map<string, LabHost>();
  readonly #machines: Machine[] = [];
  #nextNumber = 11;

  private constructor(parts: {
    folders: LabFolder;
    rootfs: string;
    publicKey: string;
    networkSwitch: NetworkSwitch;
    controller: Machine;
    defaultSize: string | undefined;
    undo: AsyncDisposableStack;
  }) {
    this.#defaultSize = parts.defaultSize;
    this.folder = parts.folders.shared;
    this.controller = parts.controller;
    this.#folders = parts.folders;
    this.#rootfs = parts.rootfs;
    this.#publicKey = parts.publicKey;
    this.#switch = parts.networkSwitch;
    this.#undo = parts.undo;
    this.#undo.defer(async () => {
      await Promise.all(this.#machines.map((machine) => machine[Symbol.asyncDispose]()));
    });
  }

  /** Use {@link createLab}. */
  static async create({ name = 'lab', onProgress, sees = [] }: LabOptions): Promise<Lab> {
    const rootfs = await prepareRootfs(onProgress);
    await using undo = new AsyncDisposableStack();
    const folders = makeLabFolder(name);
    undo.defer(() => removeLabFolder(folders));
    const networkSwitch = undo.use(await NetworkSwitch.start());
    undo.use(takeDownAtTheEnd(networkSwitch, folders));

    const commonLayer = join(folders.machines, 'common');
    const layer = join(folders.machines, 'ctl.layer');
    const { shared } = folders;
    const [publicKey, compiled] = await Promise.all([
      makeControllerHome(shared),
      compiledFolder(),
      cp(join(import.meta.dirname, 'machine'), commonLayer, { recursive: true }),
      writeControllerLayer(layer, rootfs, shared),
      copyStandIns(join(shared, 'inputs')),
    ]);
    // Half of the memory is the limit, not the price.
    const defaultSize = (await findDiskPlace()) === 'memory' ? '50%' : undefined;
    const { deployers } = realTools();
    const startController = (name: string, lastNumber: number): Promise<Machine> =>
      Machine.start(
        {
          name,
          role: 'controller',
          folder: join(folders.machines, name),
          layers: [layer, commonLayer, rootfs],
          lastNumber,
          size: defaultSize,
          binds: [
            { path: projectRoot, writable: false },
            { path: shared, writable: true },
            { path: compiled, writable: true },
            ...(deployers === null ? [] : [{ path: resolve(deployers), writable: false }]),
            ...sees.map((path) => ({ path, writable: false })),
          ],
          environment: controllerEnvironment(shared),
        },
        networkSwitch,
      );
    if ((await findFirstSystem()) === null) {
      onProgress?.('building the system that hosts start with');
      await using builder = await startController('builder', 3);
      await makeFirstSystem(builder, shared, join(shared, 'inputs/pocket'));
    }
    const controller = await startController('ctl', 2);
    undo.use(controller);
    return new Lab({ folders, rootfs, publicKey, networkSwitch, controller, defaultSize, undo: undo.move() });
  }

  /** Boots hosts, all at once; resolves when SSH answers on every one. */
  async up(names: readonly string[], options: HostOptions = {}): Promise<LabHost[]> {
    const { role = 'nixos', size = this.#defaultSize, disks = [], installerMemory } = options;
    const bootsFromDisk = disks.length > 0 && role !== 'installer';
    const started = names.map(async (name) => {
      if (!hostName.test(name)) throw new Error(`The lab cannot name a host "${name}"`);
      if (this.#names.has(name)) throw new Error(`The lab already has a host "${name}"`);
      this.#names.add(name);
      const lastNumber = this.#nextNumber++;
      if (lastNumber > 249) throw new Error('The network of a lab has room for 239 hosts');
      const folder = join(this.#folders.machines, name);
      const layer = `${folder}.layer`;
      await writeHostLayer(layer, name, role, this.#publicKey);
      const system = role === 'nixos' ? await findFirstSystem() : null;
      const common = join(this.#folders.machines, 'common');
      const layers = [layer, ...(system === null ? [] : [system]), common, this.#rootfs];
      const machine = await Machine.start(
        {
          ...{ name, role, folder, layers, lastNumber, size, disks, bootsFromDisk, environment: hostEnvironment },
          ...(installerMemory === undefined ? {} : { installerMemory }),
        },
        this.#switch,
      );
      this.#machines.push(machine);
      return machine;
    });
    const made = await Promise.all(started);
    await nameHosts(this.controller, made);
    return made.map((machine) => {
      const host = new LabHost(machine);
      this.#hosts.set(host.name, host);
      return host;
    });
  }

  host(name: string): LabHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`The lab has no host "${name}"`);
    return host;
  }

  get hosts(): LabHost[] {
    return [...this.#hosts.values()];
  }

  /**
   * Writes a fleet of the lab's hosts into the shared folder, locked and committed, and returns where it is.
   * `config` adds Nix text to the module of single hosts.
   */
  async fleet(template: FleetTemplate, options: FleetOptions = {}): Promise<{ path: string }> {
    const { name = template, hosts = [...this.#hosts.keys()], user = 'root', tags = {}, config = {} } = options;
    const path = join(this.folder, 'fleets', name);
    const nowhere = hosts.filter((host) => !this.#hosts.has(host));
    const entries = hosts.map((host) => ({
      name: host,
      // Two names of one address would be one machine.
      address: this.#hosts.get(host)?.address ?? `192.168.77.${250 - nowhere.indexOf(host)}`,
      user,
      tags: tags[host] ?? [],
      config: config[host] ?? '',
    }));
    await writeFleet(path, template, entries);
    await commitFleet(this.controller, path, join(this.folder, 'inputs'));
    return { path };
  }

  /** Locks any flake in the shared folder to the lab's stand-ins of nixpkgs, colmena, disko ... */
  lock(path: string): Promise<void> {
    return lockFleet(this.controller, path, join(this.folder, 'inputs'));
  }

  /** An installer image for `nixos-anywhere --kexec`, seen by the controller: it starts the host's own as kexec would. */
  async kexecImage(): Promise<string> {
    const image = join(this.folder, 'kexec.tar.gz');
    const work = join(this.folder, 'kexec-image');
    await mkdir(join(work, 'kexec'), { recursive: true });
    await copyFile(join(import.meta.dirname, 'kexec-image.sh'), join(work, 'kexec/run'));
    await chmod(join(work, 'kexec/run'), 0o755);
    await mustRun(['tar', '-czf', image, '-C', work, 'kexec']);
    return image;
  }

  /** Ends all machines and removes every trace. */
  async down(): Promise<void> {
    await this.#undo.disposeAsync();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }
}

/**
 * A new lab with a controller and no hosts yet. Ask {@link labAvailability} first where the computer is not known.
 */
export function createLab(options: LabOptions = {}): Promise<Lab> {
  return Lab.create(options);
}
