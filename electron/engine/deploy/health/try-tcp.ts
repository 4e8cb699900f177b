import { connect } from 'node:net';
import type { Tried } from './tried.ts';

/** Opens a connection from this computer and closes it. */
export function tryTcp(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal, timeout: timeoutMs });
    const end = (isGood: boolean, detail: string): void => {
      socket.destroy();
      resolve({ isGood, detail });
    };
    socket.on('connect', () => end(true, 'takes connections'));
    socket.on('timeout', () => end(false, `no answer within ${timeoutMs / 1000} s`));
    socket.on('error', (error) => end(false, error.message));
  });
}
