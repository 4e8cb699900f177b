import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openBrowserDoor } from '../../electron/browser/server.ts';
import type { BrowserDoor, BrowserDoorOptions } from '../../electron/browser/server.ts';
import type { Contract } from '../../shared/contract/index.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import { createSmallEngine } from './doors/small-engine.ts';
import { rawRequest, tryWebSocket } from './doors/raw-http.ts';

let folder: string;
let pageFolder: string;
let door: BrowserDoor;
const engine = createSmallEngine();
const unexpected: unknown[] = [];
const aJob = '20261121-031500-a1b2c3' as JobId;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nixstead-door-'));
  pageFolder = join(folder, 'renderer');
  await mkdir(join(pageFolder, 'assets'), { recursive: true });
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>Nixstead</title>');
  await writeFile(join(pageFolder, 'assets', 'index-abc.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'SECRET');
  await symlink('../secret.txt', join(pageFolder, 'link.txt'));
  door = await openBrowserDoor({
    router: engine.router,
    pageFolder,
    onUnexpectedError: (error) => unexpected.push(error),
  });
});

afterAll(async () => {
  await door[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const get = (path: string, host = `127.0.0.1:${door.port}`) =>
  rawRequest(door.port, [`GET ${path} HTTP/1.1`, `Host: ${host}`]);

const protocolsOf = (to: BrowserDoor) => ['nixstead.1', `token.${to.token}`];

async function openPage(to: BrowserDoor = door) {
  const socket = new WebSocket(`ws://127.0.0.1:${to.port}/rpc`, protocolsOf(to), {
    origin: `http://127.0.0.1:${to.port}`,
  });
  await once(socket, 'open');
  // ws declares its own event types; the link uses the part that both have.
  const link = new RPCLink({ websocket: socket });
  return { socket, client: createORPCClient<ContractRouterClient<Contract>>(link) };
}

async function withDoor(
  options: Partial<BrowserDoorOptions>,
  use: (door: BrowserDoor) => Promise<void>,
): Promise<void> {
  await using own = await openBrowserDoor({ router: engine.router, pageFolder, ...options });
  await use(own);
}

/** Hands a listening socket over to a door in another process, as a supervisor does. */
async function inheritedDoor(host: string) {
  const listener = createServer();
  listener.listen({ host, port: 0 });
  await once(listener, 'listening');
  const address = listener.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const handle: unknown = Reflect.get(listener, '_handle');
  const fd = typeof handle === 'object' && handle !== null ? Number(Reflect.get(handle, 'fd')) : -1;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'doors', 'door-process.ts'), pageFolder], {
    stdio: ['ignore', 'pipe', 'pipe', fd],
  });
  listener.close();
  if (!child.stdout || !child.stderr) throw new Error('spawned without pipes');
  const ended = once(child, 'exit');
  const complaint = text(child.stderr);
  const [first] = (await Promise.race([once(child.stdout, 'data'), ended.then(() => [''])])) as unknown[];
  const output = String(first);
  const page = output === '' ? null : await rawRequest(port, ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`]);
  child.kill();
  await ended;
  return { port, output, body: page?.body ?? null, complaint: await complaint };
}

describe('the page', () => {
  it('is given with its type, the security headers and no trace of the token', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<title>Nixstead</title>');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-cache',
    });
    expect(answer.headers['content-security-policy']).toContain(`ws://127.0.0.1:${door.port}`);
    expect(JSON.stringify(answer)).not.toContain(door.token);
  });

  it('gives hashed files to keep', async () => {
    const answer = await get('/assets/index-abc.js');
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('answers HEAD without a body', async () => {
    const answer = await rawRequest(door.port, ['HEAD / HTTP/1.1', `Host: 127.0.0.1:${door.port}`]);
    expect(answer).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/missing.js',
    '/assets/',
    '/assets',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    '/link.txt',
    '/%00',
    '/index.html%00.txt',
    '/index.html/x',
    '/%zz',
    '/secret.txt',
  ])('has nothing at %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: '' });
  });

  it('has nothing at an absolute address or file', async () => {
    expect(await get(`http://127.0.0.1:${door.port}/index.html`)).toMatchObject({ status: 404, body: '' });
    expect(await get(join(folder, 'secret.txt'))).toMatchObject({ status: 404, body: '' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('refuses %s', async (method) => {
    const answer = await rawRequest(door.port, [`${method} / HTTP/1.1`, `Host: 127.0.0.1:${door.port}`]);
    expect(answer).toMatchObject({ status: 403, body: '' });
  });

  it('refuses names that were rebound to this computer, and foreign pages', async () => {
    expect(await get('/', 'evil.example')).toMatchObject({ status: 403, body: '' });
    expect(await get('/', `evil.example:${door.port}`)).toMatchObject({ status: 403, body: '' });
    expect(await get('/', '127.0.0.1:1')).toMatchObject({ status: 403, body: '' });
    const foreign = ['GET / HTTP/1.1', `Host: 127.0.0.1:${door.port}`, 'Origin: https://evil.example'];
    expect(await rawRequest(door.port, foreign)).toMatchObject({ status: 403, body: '' });
  });

  it('answers a request without Host or with two of them as broken', async () => {
    const none = await rawRequest(door.port, ['GET / HTTP/1.1']);
    expect(none.status).toBe(400);
    expect(none.body).not.toContain('Nixstead');
    const two = await rawRequest(door.port, ['GET / HTTP/1.1', 'Host: evil.example', `Host: 127.0.0.1:${door.port}`]);
    expect(two.status).toBeGreaterThanOrEqual(400);
    expect(two.body).toBe('');
  });
});

describe('the WebSocket', () => {
  it.each<[string, number, () => Parameters<typeof tryWebSocket>[1]]>([
    ['a wrong token', 401, () => ({ protocols: ['nixstead.1', `token.${'A'.repeat(32)}`], origin: ownOrigin() })],
    ['no token', 401, () => ({ protocols: ['nixstead.1'], origin: ownOrigin() })],
    ['no subprotocol', 401, () => ({ origin: ownOrigin() })],
    ['a foreign origin', 403, () => ({ protocols: protocolsOf(door), origin: 'https://evil.example' })],
    ['no origin', 403, () => ({ protocols: protocolsOf(door) })],
    [
      'a rebound name',
      403,
      () => ({ protocols: protocolsOf(door), origin: 'http://evil.example', host: 'evil.example' }),
    ],
    ['another path', 404, () => ({ protocols: protocolsOf(door), origin: ownOrigin(), path: '/other' })],
    ['the token in the query', 401, () => ({ origin: ownOrigin(), path: '/rpc' })],
  ])('refuses %s', async (_what, status, question) => {
    expect(await tryWebSocket(door.port, question())).toEqual({ status, data: [] });
  });

  const ownOrigin = () => `http://127.0.0.1:${door.port}`;

  it('lets the page with the token in and does not echo the token', async () => {
    const { socket, client } = await openPage();
    expect(socket.protocol).toBe('nixstead.1');
    expect(await client.app.info()).toMatchObject({ door: 'browser', version: '0.0.0-test' });
    socket.close();
  });

  it('serves several pages at once, each with its own streams', async () => {
    const pages = await Promise.all([openPage(), openPage(), openPage()]);
    await pages[0].client.settings.set({ theme: 'dark' });
    const themes = await Promise.all(pages.map(async ({ client }) => (await client.settings.get()).theme));
    expect(themes).toEqual(['dark', 'dark', 'dark']);
    for (const { socket } of pages) socket.close();
  });

  it('hands foreseen errors over whole, and says nothing about the inside of unforeseen ones', async () => {
    const { socket, client } = await openPage();
    await expect(client.fleet.forget({ path: '/x' })).rejects.toMatchObject({
      code: 'PROBLEM',
      defined: true,
      data: { code: 'not-known', advice: ['Open it first.'] },
    });
    await expect(client.fleet.recent()).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'Internal server error',
    });
    await expect(client.job.show({ id: '../../x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    socket.close();
  });

  it('closes a page that sends an oversized frame, and stays open for others', async () => {
    await withDoor({ limits: { maxFrameBytes: 1024 } }, async (own) => {
      const { socket } = await openPage(own);
      const closed = once(socket, 'close');
      socket.send('x'.repeat(1025));
      expect((await closed)[0]).toBe(1009);
      const { socket: other, client } = await openPage(own);
      expect((await client.app.info()).door).toBe('browser');
      other.close();
    });
  });

  it('survives frames that are no messages', async () => {
    using complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { socket, client } = await openPage();
    socket.send('not json');
    socket.send('{"i":1}');
    socket.send(Buffer.from([0xff, 0xfe]));
    socket.send('[]');
    expect(await client.settings.get()).toMatchObject({ version: 1 });
    expect(complaints).toHaveBeenCalledTimes(4);
    socket.close();
  });

  it('ends the streams of a page that goes away', async () => {
    const own = createSmallEngine();
    await withDoor({ router: own.router }, async (ownDoor) => {
      const { socket, client } = await openPage(ownDoor);
      const log = await client.job.log({ id: aJob, host: null });
      await log.next();
      socket.terminate();
      await own.witness.ended;
    });
  });

  it('holds a stream back while a page does not read, and cuts the page off when it never does', async () => {
    const own = createSmallEngine();
    const limits = { highWaterBytes: 256 * 1024, stallMs: 150 };
    await withDoor({ router: own.router, limits }, async (ownDoor) => {
      const { socket, client } = await openPage(ownDoor);
      await client.job.log({ id: aJob, host: null });
      socket.pause();
      await own.witness.ended;
      const takenBytes = own.witness.taken * 64 * 1024;
      // Our own mark, and what the kernel keeps for both ends of a loopback connection.
      expect(takenBytes).toBeLessThan(16 * 1024 * 1024);
      expect(takenBytes).toBeGreaterThan(limits.highWaterBytes);
      socket.terminate();
    });
  });

  it('lets a slow page have all of a stream', async () => {
    const limits = { highWaterBytes: 64 * 1024 };
    await withDoor({ limits }, async (ownDoor) => {
      const { socket, client } = await openPage(ownDoor);
      let expectedOffset = 0;
      for await (const { offset, nextOffset } of await client.job.log({ id: aJob, host: null })) {
        expect(offset).toBe(expectedOffset);
        expectedOffset = nextOffset;
        if (offset > 4 * 1024 * 1024) break;
        socket.pause();
        setImmediate(() => socket.resume());
      }
      expect(await client.settings.get()).toMatchObject({ version: 1 });
      socket.close();
    });
  });
});

describe('the server', () => {
  it('listens on 127.0.0.1 alone, on a port of its own', async () => {
    await withDoor({}, async (own) => {
      expect(own.port).not.toBe(door.port);
      expect(own.url).toBe(`http://127.0.0.1:${own.port}/#token=${own.token}`);
      expect(own.token).not.toBe(door.token);
      const elsewhere = await fetch(`http://127.0.0.2:${own.port}/`).then(
        () => 'answered',
        () => 'nobody there',
      );
      expect(elsewhere).toBe('nobody there');
    });
  });

  it('says when the wished port is taken', async () => {
    await expect(openBrowserDoor({ router: engine.router, pageFolder, port: door.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('takes a listening socket that it inherits, unless it is open to the network', async () => {
    const own = await inheritedDoor('127.0.0.1');
    expect(own.output).toMatch(new RegExp(`^http://127.0.0.1:${own.port}/#token=[A-Za-z0-9_-]{32}\n$`));
    expect(own.body).toContain('<title>Nixstead</title>');
    const open = await inheritedDoor('0.0.0.0');
    expect(open).toMatchObject({ output: '', body: null });
    expect(open.complaint).toContain('does not listen on 127.0.0.1');
  });

  it('stops while a browser holds a connection that it never used', async () => {
    const other = await openBrowserDoor({ router: engine.router, pageFolder });
    const unused = connect(other.port, '127.0.0.1');
    await once(unused, 'connect');
    // An answer on a later connection: the first one was taken.
    await rawRequest(other.port, ['GET / HTTP/1.1', `Host: 127.0.0.1:${other.port}`]);
    const cut = once(unused, 'close');
    await other[Symbol.asyncDispose]();
    await cut;
  }, 10_000);

  it('says goodbye to its pages when it stops', async () => {
    const own = await openBrowserDoor({ router: engine.router, pageFolder });
    const { socket } = await openPage(own);
    const closed = once(socket, 'close');
    await own[Symbol.asyncDispose]();
    expect((await closed)[0]).toBe(1001);
  });
});
