import { join } from 'node:path';
import { startFirstProcess, type FirstProcess } from './first-process.ts';
import { mustRun } from './run-command.ts';

/** Everything in a lab is in this network; several labs may use it at once, each has a switch of its own. */
const network = '192.168.77';

/** How a machine's cable behaves: fine, pulled, or slow. */
export type LinkState = 'up' | 'down' | { kbitPerSecond: number };

/**
 * The lab's switch: a process with a network namespace (holding a bridge) and a mount namespace (holding the roots
 * of the machines) of its own. Nothing leads outside, and all of it vanishes with the process.
 */
export class NetworkSwitch implements AsyncDisposable {
  readonly #holder: FirstProcess;
  #nextPort = 1;

  private constructor(holder: FirstProcess) {
    this.#holder = holder;
  }

  static async start(): Promise<NetworkSwitch> {
    const script = [
      'ip link set lo up',
      'ip link add lab0 type bridge forward_delay 0 stp_state 0',
      'ip link set lab0 up',
      'echo ready',
      'exec cat',
    ].join(' && ');
    const namespaces = ['unshare', '--mount', '--net', '--propagation', 'slave'];
    const holder = startFirstProcess([...namespaces, 'sh', '-c', script]);
    await holder.said('ready');
    return new NetworkSwitch(holder);
  }

  get pid(): number {
    return this.#holder.child.pid ?? 0;
  }

  /** The words before a command that make it see the machines' mounts, or the switch's network, or both. */
  inside(...parts: ('mount' | 'net')[]): string[] {
    return ['nsenter', '--target', String(this.pid), ...parts.map((part) => `--${part}`), '--'];
  }

  /** Plugs in a machine. `address` is the last number of its IP address. */
  async attach(folder: string, lastNumber: number): Promise<Cable> {
    const port = `port${this.#nextPort++}`;
    const networkFile = join(folder, 'network');
    const address = `${network}.${lastNumber}`;
    const mac = `02:4e:49:58:53:${lastNumber.toString(16).padStart(2, '0')}`;
    const script = join(import.meta.dirname, 'attach-to-switch.sh');
    await mustRun([...this.inside('mount', 'net'), 'sh', script, networkFile, port, address, mac]);
    return { networkFile, address, port };
  }

  async setLink(cable: Cable, state: LinkState): Promise<void> {
    const inSwitch = this.inside('mount', 'net');
    const inMachine = [...inSwitch, 'nsenter', `--net=${cable.networkFile}`, '--'];
    await mustRun([...inSwitch, 'ip', 'link', 'set', cable.port, state === 'down' ? 'down' : 'up']);
    for (const [where, device] of [
      [inSwitch, cable.port],
      [inMachine, 'eth0'],
    ] as const) {
      const limited = (await mustRun([...where, 'tc', 'qdisc', 'show', 'dev', device])).includes('tbf');
      if (typeof state === 'object') {
        const limit = ['tbf', 'rate', `${state.kbitPerSecond}kbit`, 'burst', '32kb', 'latency', '200ms'];
        await mustRun([...where, 'tc', 'qdisc', 'replace', 'dev', device, 'root', ...limit]);
      } else if (limited) {
        await mustRun([...where, 'tc', 'qdisc', 'del', 'dev', device, 'root']);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#holder.child.kill('SIGKILL');
    await this.#holder.ended;
  }
}

/** One machine's connection to the switch. */
export interface Cable {
  /** Handle of the machine's network namespace, valid in the switch's mount namespace. */
  networkFile: string;
  address: string;
  port: string;
}
