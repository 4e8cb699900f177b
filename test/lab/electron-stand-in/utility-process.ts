import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { ForkOptions, MessagePortMain } from 'electron';
import { StandInPort } from './message-channel.ts';
import { PortCarrier } from './port-carrier.ts';
import type { CarriedMessage } from './port-carrier.ts';

/** What passes between the stand-in and the process that it started. */
export type ProcessMessage =
  CarriedMessage | { readonly type: 'message'; readonly data: unknown; readonly ports: number[] };

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
    this.#child = fork(modulePath, args, {
      // Types are stripped where the source runs instead of a bundle; the parentPort is put in place before it.
      execArgv: ['--import', join(import.meta.dirname, 'parent-port.ts')],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
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
    return this.#child.kill();
  }

  /** What a crash looks like from outside. */
  crash(): void {
    this.#child.kill('SIGKILL');
  }

  #send(message: ProcessMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }
}
