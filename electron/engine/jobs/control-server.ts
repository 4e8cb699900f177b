import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { controlEnvelope, MAX_LINE_BYTES, type ControlReply, type ControlRequest } from './control-messages.ts';
import { refusedRequest } from './errors.ts';
import { newSocketPath, removeSocket } from './socket-path.ts';

/**
 * Where a runner listens: a unix socket in a fresh folder of its own (0700, short path), or a named pipe on Windows. A
 * random token, kept in the job's private folder, must come with each request.
 */
export class ControlServer implements AsyncDisposable {
  readonly socket: string;
  readonly token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #handle: (request: ControlRequest) => ControlReply;

  private constructor(socket: string, handle: (request: ControlRequest) => ControlReply) {
    this.socket = socket;
    this.#handle = handle;
    this.#server = createServer((connection) => this.#serve(connection));
  }

  static async listen(handle: (request: ControlRequest) => ControlReply): Promise<ControlServer> {
    const control = new ControlServer(newSocketPath(), handle);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    control.#server.once('error', reject);
    control.#server.listen(control.socket, resolve);
    await promise;
    if (process.platform !== 'win32') chmodSync(control.socket, 0o600);
    return control;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
    removeSocket(this.socket);
  }

  #serve(connection: Socket): void {
    let received = '';
    connection.setEncoding('utf8');
    connection.setTimeout(10_000, () => connection.destroy());
    connection.on('error', () => connection.destroy());
    connection.on('data', (text: string) => {
      received += text;
      const end = received.indexOf('\n');
      if (end >= 0) connection.end(`${JSON.stringify(this.#reply(received.slice(0, end)))}\n`);
      else if (received.length > MAX_LINE_BYTES) connection.destroy();
    });
  }

  #reply(line: string): ControlReply {
    let json: unknown = null;
    try {
      json = JSON.parse(line);
    } catch {
      // Told below as what it is: not a request.
    }
    const parsed = controlEnvelope.safeParse(json);
    if (!parsed.success) return { ok: false, problem: refusedRequest('not a request') };
    if (!isSame(parsed.data.token, this.token)) return { ok: false, problem: refusedRequest('wrong token') };
    return this.#handle(parsed.data.request);
  }
}

function isSame(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
