import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { ForkOptions, MessagePortMain } from 'electron';
import { z } from 'zod';
import { nodePath } from '../controller.ts';
import { StandInPort } from './message-channel.ts';
import { PortCarrier } from './port-carrier.ts';
import type { CarriedMessage } from './port-carrier.ts';

/** What passes between the stand-in and the process that it started. */
export type ProcessMessage =
  CarriedMessage | { readonly type: 'message'; readonly data: unknown; readonly ports: number[] };

/**
 * The variable that says where utility processes run: words, as JSON, that are put before their command and after which
 * variables may follow (as behind `env`). With them the engine is in the lab, as somebody's computer is at home, while
 * the window is out here.
 */
export const insideVariable = 'ELECTRON_STAND_IN_INSIDE';

/** Electron's UtilityProcess: a Node process of its own with a `parentPort`, which ports can be sent to. */
export class StandInUtilityProcess extends EventEmitter {
  /** Every process that was started, in order; the last one is the one that runs. */
  static readonly started: StandInUtilityProcess[] = [];
  readonly #child: ChildProcess;
  readonly #carrier: PortCarrier;

  static fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): StandInUtilityProcess {
    const started = new StandInUtilityProcess(modulePath, args, options);
    StandInUtilityProcess.started.push(started);
    return started;
  }

  constructor(modulePath: string, args: string[], options: ForkOptions) {
    super();
    const inside = insideWords();
    // The lab sees the project's Node, and none that is elsewhere on this computer.
    const [program = nodePath, ...words] = inside.length > 0 ? [...inside, nodePath] : [process.execPath];
    // Types are stripped where the source runs instead of a bundle; the parentPort is put in place before it.
    const preload = ['--import', join(import.meta.dirname, 'parent-port.ts')];
    this.#child = spawn(program, [...words, ...preload, modulePath, ...args], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // A group of its own, since there may be programs around it that enter the lab.
      detached: true,
      ...(options.env ? { env: { ...options.env } } : {}),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#carrier = new PortCarrier((message) => this.#send(message));
    this.#child.on('message', (message: ProcessMessage) => {
      if (message.type === 'message') this.emit('message', message.data);
      else this.#carrier.receive(message);
    });
    this.#child.on('exit', (code) => {
      this.#carrier.closeAll();
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(data: unknown, transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => this.#carrier.carry(StandInPort.from(port)));
    this.#send({ type: 'message', data, ports });
    this.#carrier.start(ports);
  }

  kill(): boolean {
    return this.#end('SIGTERM');
  }

  /** What a crash looks like from outside. */
  crash(): void {
    this.#end('SIGKILL');
  }

  #end(signal: NodeJS.Signals): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null && process.kill(-pid, signal);
  }

  #send(message: ProcessMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }
}

/** The channel to this process is the child's fourth descriptor, which a clean environment has to be told. */
function insideWords(): string[] {
  const words = process.env[insideVariable];
  if (words === undefined) return [];
  const channel = ['NODE_CHANNEL_FD=3', 'NODE_CHANNEL_SERIALIZATION_MODE=advanced'];
  return [...z.array(z.string()).parse(JSON.parse(words)), ...channel];
}
