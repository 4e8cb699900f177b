import { once } from 'node:events';
import ssh2 from 'ssh2';
import { z } from 'zod';

/**
 * An SSH server whose every command ends at once with exit status 3, told in the same breath as that it began. sshd does
 * so where a command is fast and the connection is busy.
 */
export class QuickServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: InstanceType<typeof ssh2.Server>;

  private constructor(server: InstanceType<typeof ssh2.Server>, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** @param hostKey the private key, as text */
  static async start(hostKey: Buffer): Promise<QuickServer> {
    const server = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (attempt) => attempt.accept());
      client.on('session', (acceptSession) => {
        acceptSession().on('exec', (acceptCommand) => {
          const channel = acceptCommand();
          channel.exit(3);
          channel.end();
        });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.int() }).parse(server.address());
    return new QuickServer(server, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
