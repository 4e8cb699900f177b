import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { newSocketPath, removeSocket } from '../jobs/socket-path.ts';
import { remoteCommandLine } from '../ssh/quote.ts';
import type { RemoteStore } from './command.ts';

/**
 * The way from the machine on which nix runs to a host of the fleet, over this computer: nix there opens a socket, ssh
 * brings it here, and a second ssh of ours goes on to the host's nix. The machine gets no key and no agent; while nix runs
 * it can talk to that one store and to nothing else.
 */
export class StoreRelay implements Disposable {
  /** The socket here; its folder is our user's alone, and so is what is in it. */
  readonly path = newSocketPath();
  readonly #server;

  /**
   * @param sshOptions as nix itself would be given them (`$NIX_SSHOPTS`)
   * @param env with what a person typed for the host
   */
  static async open(store: RemoteStore, sshOptions: readonly string[], env: NodeJS.ProcessEnv): Promise<StoreRelay> {
    const relay = new StoreRelay((socket) => connectStore(socket, store, sshOptions, env));
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject);
      relay.#server.listen(relay.path, resolve);
    });
    return relay;
  }

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer({ allowHalfOpen: true }, onConnection);
  }

  [Symbol.dispose](): void {
    this.#server.close();
    removeSocket(this.path);
  }
}

function connectStore(
  socket: Socket,
  { host, user, command }: RemoteStore,
  sshOptions: readonly string[],
  env: NodeJS.ProcessEnv,
): void {
  const words = [...sshOptions, ...(user === null ? [] : [`-oUser=${user}`]), '--', host];
  // Its own words go where those of an ssh that nix starts would go.
  const ssh = spawn('ssh', ['-x', '-T', ...words, remoteCommandLine(command)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  });
  const end = (): void => void socket.destroy();
  ssh.on('error', end);
  ssh.on('close', end);
  ssh.stdin.on('error', () => undefined);
  socket.on('error', () => ssh.kill());
  socket.on('close', () => ssh.kill());
  socket.pipe(ssh.stdin);
  ssh.stdout.pipe(socket);
}
