import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Sends the bytes as they are and reads the answer to its end: clients tidy paths up before a server sees them. */
export async function rawRequest(port: number, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write([...lines, 'Connection: close', '', body].join('\r\n'));
  const answer = await text(socket);
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const headers = Object.fromEntries(
    headerLines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}

export interface SocketQuestion {
  readonly path?: string;
  readonly protocols?: string[];
  readonly origin?: string;
  readonly host?: string;
}

/** Tries to open a WebSocket; the status that refused it, or 101 with whatever came before it was closed again. */
export async function tryWebSocket(
  port: number,
  question: SocketQuestion,
): Promise<{ status: number; data: string[] }> {
  const headers = question.host === undefined ? {} : { Host: question.host };
  const options = { headers, ...(question.origin === undefined ? {} : { origin: question.origin }) };
  const socket = new WebSocket(`ws://127.0.0.1:${port}${question.path ?? '/rpc'}`, question.protocols ?? [], options);
  const data: string[] = [];
  socket.on('message', (message) => data.push(JSON.stringify(message)));
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, data }));
    });
    socket.once('open', () => {
      socket.close();
      socket.once('close', () => resolve({ status: 101, data }));
    });
    socket.once('error', reject);
  });
}
