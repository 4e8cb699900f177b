import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';

/** A socket on 127.0.0.1 of this computer, for a program inside the controller (`serve --listen-fd 3`). */
export interface ListeningSocket extends Disposable {
  /** To be passed on in `stdio`. */
  fd: number;
  port: number;
}

/**
 * Opens a listening socket outside of the lab's network. Dispose it as soon as the program that gets it was started:
 * it keeps its own copy, and until then this process would accept connections too.
 * @throws Error with `code` EADDRINUSE where the port is taken
 */
export async function openListeningSocket(port = 0): Promise<ListeningSocket> {
  const server = createServer();
  server.listen({ host: '127.0.0.1', port });
  await once(server, 'listening');
  // Node has no public way to the number of the descriptor.
  const { fd } = z.object({ fd: z.int().nonnegative() }).parse(Reflect.get(server, '_handle'));
  const address = z.object({ port: z.int() }).parse(server.address());
  return { fd, port: address.port, [Symbol.dispose]: () => server.close() };
}
