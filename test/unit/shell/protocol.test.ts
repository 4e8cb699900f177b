import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAppScheme, servePage } from '../../../electron/shell/protocol.ts';
import { StandInApp } from '../../lab/electron-stand-in/app.ts';
import { StandInProtocol } from '../../lab/electron-stand-in/session.ts';

let folder: string;
const protocol = new StandInProtocol(new StandInApp());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nixstead-protocol-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(join(folder, 'page', 'index.html'), '<title>Nixstead</title>');
  await writeFile(join(folder, 'page', 'assets', 'index-1.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'SECRET');
  await symlink('../secret.txt', join(folder, 'page', 'link.txt'));
  registerAppScheme(protocol);
  servePage(protocol, join(folder, 'page'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Asks with the address exactly as given, as Chromium hands it over. */
async function ask(url: string, method = 'GET'): Promise<Response> {
  const handler = protocol.handlers.get('app');
  if (!handler) throw new Error('app:// is not handled');
  const request = new Request('app://nixstead/', { method });
  Object.defineProperty(request, 'url', { value: url });
  return handler(request);
}

describe('the scheme of the page', () => {
  it('is standard and secure, so that the page has an origin, and bypasses no Content-Security-Policy', () => {
    expect(protocol.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ]);
  });

  it('gives the page with its policy in the header', async () => {
    const answer = await ask('app://nixstead/');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('<title>Nixstead</title>');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(answer.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('gives scripts with their type', async () => {
    const answer = await ask('app://nixstead/assets/index-1.js?v=1');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    ['app://nixstead/missing.html', 404],
    ['app://nixstead/assets', 404],
    ['app://nixstead/../secret.txt', 404],
    ['app://nixstead/..%2fsecret.txt', 404],
    ['app://nixstead/%2e%2e%2fsecret.txt', 404],
    ['app://nixstead/..%5csecret.txt', 404],
    ['app://nixstead//secret.txt', 404],
    ['app://nixstead/link.txt', 404],
    ['app://nixstead/index.html%00', 404],
    ['app://nixstead/%ff', 404],
    ['app://other/index.html', 403],
    ['app://nixstead:8080/index.html', 403],
    ['app://nixstead@other/index.html', 403],
    ['app:///index.html', 403],
    ['file:///etc/passwd', 403],
    ['nonsense', 403],
  ])('refuses %s with %i and no data', async (url, status) => {
    const answer = await ask(url);
    expect([answer.status, await answer.text()]).toEqual([status, '']);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each(['POST', 'PUT', 'DELETE'])('refuses %s', async (method) => {
    expect((await ask('app://nixstead/', method)).status).toBe(403);
  });
});
