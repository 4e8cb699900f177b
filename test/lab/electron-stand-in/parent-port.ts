import { EventEmitter } from 'node:events';
import { StandInPort } from './message-channel.ts';
import { PortCarrier } from './port-carrier.ts';
import type { ProcessMessage } from './utility-process.ts';

// Loaded before the engine in the process that stands for a utility process: gives it Electron's `process.parentPort`.

const send = (message: ProcessMessage) => {
  process.send?.(message);
};
const carrier = new PortCarrier(send);

/** Messages wait until somebody listens, as Electron's documentation of ParentPort says. */
class StandInParentPort extends EventEmitter {
  readonly #waiting: unknown[] = [];

  constructor() {
    super();
    this.on('newListener', (event) => {
      if (event === 'message')
        setImmediate(() => this.#waiting.splice(0).forEach((message) => this.emit('message', message)));
    });
  }

  receive(message: unknown): void {
    if (this.listenerCount('message') > 0 && this.#waiting.length === 0) this.emit('message', message);
    else this.#waiting.push(message);
  }

  postMessage(data: unknown): void {
    send({ type: 'message', data, ports: [] });
  }
}

const parentPort = new StandInParentPort();
Object.defineProperty(process, 'parentPort', {
  value: parentPort satisfies Pick<NodeJS.Process['parentPort'], 'postMessage'>,
});

process.on('message', (message: ProcessMessage) => {
  if (message.type !== 'message') {
    carrier.receive(message);
    return;
  }
  const ports = message.ports.map((id) => {
    const [inside, outside] = StandInPort.pair();
    carrier.adopt(id, outside);
    outside.start();
    return inside;
  });
  parentPort.receive({ data: message.data, ports });
});

// Electron ends its utility processes when the app is gone.
process.on('disconnect', () => process.exit(1));
