import type { StandInPort } from './message-channel.ts';

/** What ports say to each other across a border that only plain data can pass. */
export type CarriedMessage =
  | { readonly type: 'port'; readonly id: number; readonly data: unknown }
  | { readonly type: 'port-closed'; readonly id: number };

/**
 * Carries ports over a border (to a page, to another process). Here a carried port keeps its place under a number; on the
 * other side something with the same number stands for it.
 */
export class PortCarrier {
  readonly #ports = new Map<number, StandInPort>();
  readonly #send: (message: CarriedMessage) => void;
  #nextId = 1;

  constructor(send: (message: CarriedMessage) => void) {
    this.#send = send;
  }

  /** Takes a port that leaves this process; its messages are sent on from now on. */
  carry(port: StandInPort): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.adopt(id, port.leave());
    return id;
  }

  /** Keeps the end of a port whose number came from the other side. */
  adopt(id: number, port: StandInPort): void {
    this.#ports.set(id, port);
    port.on('message', ({ data }: { data: unknown }) => this.#send({ type: 'port', id, data }));
    port.on('close', () => {
      if (this.#ports.delete(id)) this.#send({ type: 'port-closed', id });
    });
  }

  /** Lets the messages of carried ports go; called when the other side knows their numbers. */
  start(ids: readonly number[]): void {
    for (const id of ids) this.#ports.get(id)?.start();
  }

  receive(message: CarriedMessage): void {
    const port = this.#ports.get(message.id);
    if (message.type === 'port') {
      port?.postMessage(message.data);
      return;
    }
    this.#ports.delete(message.id);
    port?.close();
  }

  /** The other side is gone, and with it every port there. */
  closeAll(): void {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }
}
