import { EventEmitter } from 'node:events';
import type { MessagePortMain } from 'electron';

interface Letter {
  readonly data: unknown;
  readonly ports: StandInPort[];
}

/**
 * Electron's MessagePortMain: messages wait until `start`, a port that was given away cannot be used any more, and the
 * end that stays learns by `close` that the other one is gone. A port that leaves this process is carried on by whoever
 * transports it (`leave`).
 */
export class StandInPort extends EventEmitter {
  #other: StandInPort | null = null;
  #isStarted = false;
  #successor: StandInPort | null = null;
  readonly #waiting: Letter[] = [];

  static pair(): [StandInPort, StandInPort] {
    const pair: [StandInPort, StandInPort] = [new StandInPort(), new StandInPort()];
    [pair[0].#other, pair[1].#other] = [pair[1], pair[0]];
    return pair;
  }

  postMessage(data: unknown, transfer: MessagePortMain[] = []): void {
    this.#assertHere();
    const letter = { data: structuredClone(data), ports: transfer.map((port) => StandInPort.from(port).leave()) };
    const other = this.#other;
    if (other) setImmediate(() => other.#receive(letter));
  }

  start(): void {
    this.#assertHere();
    this.#isStarted = true;
    for (const letter of this.#waiting.splice(0)) this.#deliver(letter);
  }

  close(): void {
    const other = this.#other;
    if (!other) return;
    this.#other = null;
    setImmediate(() => other.#hearClose());
  }

  /** Gives the port away: the object that was held is dead from now on, the one given back goes on in its place. */
  leave(): StandInPort {
    this.#assertHere();
    const successor = new StandInPort();
    successor.#other = this.#other;
    if (this.#other) this.#other.#other = successor;
    successor.#waiting.push(...this.#waiting.splice(0));
    this.#other = null;
    this.#successor = successor;
    return successor;
  }

  static from(port: unknown): StandInPort {
    if (port instanceof StandInPort) return port;
    throw new TypeError('Only a MessagePortMain can be transferred');
  }

  #receive(letter: Letter): void {
    // Under way while this end was given away.
    if (this.#successor) this.#successor.#receive(letter);
    else if (this.#isStarted) this.#deliver(letter);
    else this.#waiting.push(letter);
  }

  #hearClose(): void {
    if (this.#successor) return this.#successor.#hearClose();
    this.#other = null;
    this.emit('close');
  }

  #deliver(letter: Letter): void {
    this.emit('message', letter);
  }

  #assertHere(): void {
    if (this.#successor) throw new Error('This port was transferred and cannot be used here any more');
  }
}

export class StandInMessageChannel {
  readonly port1: StandInPort;
  readonly port2: StandInPort;

  constructor() {
    [this.port1, this.port2] = StandInPort.pair();
  }
}
