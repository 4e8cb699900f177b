import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { nodePath } from './controller.ts';

/**
 * Makes a port on 127.0.0.1 of another network reachable on the same port of this computer, as debuggers want it, which
 * are told an address. It goes when this process ends.
 * @param network the file of the other network namespace, `/proc/PID/ns/net`
 * @throws Error with `code` EADDRINUSE where the port is taken here
 */
export async function relayPort(network: string, port: number): Promise<Disposable> {
  const far = spawn(
    'nsenter',
    [`--net=${network}`, '--', nodePath, join(import.meta.dirname, 'port-relay-process.ts'), String(port)],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  // The far end gets the connection itself: a socket keeps the network that it was accepted in.
  const server = createServer({ pauseOnConnect: true }, (socket) => far.send('connection', socket));
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  return {
    [Symbol.dispose]() {
      server.close();
      if (far.connected) far.disconnect();
    },
  };
}
