import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { STATUS_CODES } from 'node:http';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import type { Contract } from '../../shared/contract/index.ts';
import { pageHeaders } from '../../shared/doors/page.ts';
import { tokenFragment, webSocketProtocol } from '../../shared/doors/web-socket.ts';
import { readBundleFile } from '../doors/bundle.ts';
import { whenUnforeseen } from '../engine/unforeseen.ts';
import { ownHosts, pageRefusal, socketRefusal } from './access.ts';
import type { AccessRules, Refusal } from './access.ts';
import { carryRpc, defaultSocketLimits } from './rpc-socket.ts';
import type { SocketLimits } from './rpc-socket.ts';
import { createToken } from './token.ts';

export interface BrowserDoorOptions {
  readonly router: Router<Contract, Record<never, never>>;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** Port on 127.0.0.1; 0 or absent: any free one. */
  readonly port?: number;
  /** Number of an inherited file descriptor: a listening TCP socket on 127.0.0.1. Goes before `port`. */
  readonly listenFd?: number;
  readonly extraOrigins?: readonly string[];
  readonly limits?: Partial<SocketLimits>;
  /** Told about errors that no contract foresees; they reach the page as a bare "Internal server error". */
  readonly onUnexpectedError?: (error: unknown) => void;
}

export interface BrowserDoor extends AsyncDisposable {
  readonly port: number;
  /** The address to open, with the token in its fragment. */
  readonly url: string;
  readonly token: string;
}

/** How long a page gets to answer the closing handshake before its socket is cut. */
const closingMs = 1000;

/**
 * Opens the browser door: one HTTP server on 127.0.0.1 that gives the page's files to anybody on this computer and the
 * engine's contract, over a WebSocket, to whoever shows the token.
 * @throws Error where the port is taken, or the inherited socket listens anywhere else than on 127.0.0.1.
 */
export async function openBrowserDoor(options: BrowserDoorOptions): Promise<BrowserDoor> {
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  const port = await listen(server, options);
  const rules: AccessRules = { port, token: createToken(), extraOrigins: options.extraOrigins ?? [] };
  const limits = { ...defaultSocketLimits, ...options.limits };

  const headers = pageHeaders(ownHosts(port).map((host) => `ws://${host}`));
  server.on('request', (request, response) => {
    answerPage(request, response, options.pageFolder, rules, headers).catch((error: unknown) => {
      options.onUnexpectedError?.(error);
      response.writeHead(500, headers).end();
    });
  });

  const handler = new RPCHandler(options.router, {
    interceptors: [whenUnforeseen((error) => options.onUnexpectedError?.(error))],
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: () => webSocketProtocol,
  });
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, head: Buffer) => {
    duplex.on('error', () => duplex.destroy());
    const refusal = socketRefusal(request, rules);
    if (refusal !== null) return refuseUpgrade(duplex, refusal);
    sockets.handleUpgrade(request, duplex, head, (socket) => {
      // A broken frame or one that is too long: ws closes with the right code by itself; the event needs a listener.
      socket.on('error', () => socket.close());
      void carryRpc(handler, socket, limits);
    });
  });

  return {
    port,
    token: rules.token,
    url: `http://127.0.0.1:${port}/${tokenFragment(rules.token)}`,
    [Symbol.asyncDispose]: () => close(server, sockets),
  };
}

async function listen(server: Server, { port = 0, listenFd }: BrowserDoorOptions): Promise<number> {
  if (listenFd === undefined) server.listen({ host: '127.0.0.1', port, exclusive: true });
  else server.listen({ fd: listenFd });
  await once(server, 'listening');
  const address = server.address();
  if (address !== null && typeof address === 'object' && address.address === '127.0.0.1') return address.port;
  server.close();
  throw new Error('The inherited socket does not listen on 127.0.0.1; this door serves nobody else.');
}

async function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  pageFolder: string,
  rules: AccessRules,
  headers: Record<string, string>,
): Promise<void> {
  const refusal = pageRefusal(request, rules);
  const file = refusal === null ? await readBundleFile(pageFolder, request.url ?? '') : null;
  if (!file) {
    response.writeHead(refusal ?? 404, { ...headers, 'cache-control': 'no-store', 'content-length': 0 }).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    'content-type': file.contentType,
    'content-length': file.content.byteLength,
    'cache-control': file.cacheControl,
  });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

function refuseUpgrade(duplex: Duplex, status: Refusal): void {
  duplex.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Says goodbye to the pages (1001, they try again by themselves), then stops listening. */
async function close(server: Server, sockets: WebSocketServer): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets.clients) socket.close(1001, 'Nixstead was stopped');
  const cut = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
    // Browsers open connections ahead of need: one that never asked for anything is not idle to Node, and would be
    // waited for.
    server.closeAllConnections();
  }, closingMs);
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
}
