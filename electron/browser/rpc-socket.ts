import type { RPCHandler } from '@orpc/server/ws';
import { WebSocket } from 'ws';

export interface SocketLimits {
  /** Longest message taken from a page, in bytes; requests are small. */
  readonly maxFrameBytes: number;
  /** Bytes waiting for a page before its streams are held back. */
  readonly highWaterBytes: number;
  /** A page that takes nothing for this long while it is held back is cut off; it connects again by itself. */
  readonly stallMs: number;
}

export const defaultSocketLimits: SocketLimits = {
  maxFrameBytes: 1024 * 1024,
  highWaterBytes: 1024 * 1024,
  stallMs: 30_000,
};

/**
 * Carries the contract over one WebSocket. oRPC waits for `send` before it asks a stream for its next value, so a promise
 * that settles when the socket has drained slows the producer down to what the page takes: memory stays bounded by the
 * high-water mark and one value per stream. Requests are not read meanwhile, so that answers cannot pile up either.
 */
export function carryRpc(
  handler: RPCHandler<Record<never, never>>,
  socket: WebSocket,
  limits: SocketLimits,
): Promise<void> {
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const stall = watchForStall(socket, limits.stallMs);
  let bytesThisTurn = 0;

  const send = (data: string | ArrayBufferLike | Uint8Array): Promise<void> | undefined => {
    // The streams are ended by the close event; until then they wait, or they would run on without ever giving way to it.
    if (socket.readyState !== WebSocket.OPEN) return closed;
    const drained = Promise.withResolvers<void>();
    socket.send(data, () => drained.resolve());
    if (socket.bufferedAmount > limits.highWaterBytes) {
      stall.begin();
      return Promise.race([drained.promise, closed]).then(() => stall.end());
    }
    bytesThisTurn += typeof data === 'string' ? data.length : data.byteLength;
    if (bytesThisTurn < limits.highWaterBytes) return undefined;
    // A page that reads as fast as a stream gives would keep the event loop from everything else.
    return new Promise((resolve) => {
      setImmediate(() => {
        bytesThisTurn = 0;
        resolve();
      });
    });
  };
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- oRPC waits for what `send` gives back
  return handler.upgrade({ addEventListener: socket.addEventListener.bind(socket), send });
}

/** Counts the sends that wait; while there are any, reading rests and progress is looked at every `stallMs`. */
function watchForStall(socket: WebSocket, stallMs: number): { begin(): void; end(): void } {
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (before: number) => {
    timer = setTimeout(() => {
      if (socket.bufferedAmount >= before) socket.terminate();
      else look(socket.bufferedAmount);
    }, stallMs);
  };
  return {
    begin() {
      waiting += 1;
      if (waiting > 1) return;
      socket.pause();
      look(socket.bufferedAmount);
    },
    end() {
      waiting -= 1;
      if (waiting > 0) return;
      clearTimeout(timer);
      socket.resume();
    },
  };
}
