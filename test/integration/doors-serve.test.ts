import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { buildPage } from '../../build/page.ts';
import { serve } from '../../electron/browser/main.ts';
import type { ServeOptions } from '../../electron/browser/main.ts';
import { appFolder } from '../../electron/doors/app-folder.ts';
import type { Contract } from '../../shared/contract/index.ts';

// The browser door as people start it: the real engine and the real page.
let home: string;
beforeAll(async () => {
  await buildPage();
  home = mkdtempSync(join(tmpdir(), 'nixstead-serve-'));
});
afterAll(() => rmSync(home, { recursive: true }));

async function started(options: ServeOptions = {}) {
  const printed: string[] = [];
  const env = { ...process.env, NIXSTEAD_HOME: home };
  const complaints: string[] = [];
  const serving = await serve({
    env,
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    ...options,
  });
  return { serving, printed, complaints };
}

async function connectTo(url: string) {
  const { origin, host, hash } = new URL(url);
  const token = hash.slice('#token='.length);
  const socket = new WebSocket(`ws://${host}/rpc`, ['nixstead.1', `token.${token}`], { origin });
  await once(socket, 'open');
  return { socket, client: createORPCClient<ContractRouterClient<Contract>>(new RPCLink({ websocket: socket })) };
}

describe('serve', () => {
  it('prints the address with the token, as one line', async () => {
    const { serving, printed } = await started();
    await using _serving = serving;
    expect(printed).toEqual([serving.url]);
    expect(serving.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${serving.port}/#token=[A-Za-z0-9_-]{32}$`));
  });

  it('prints JSON where that is wished, and tells the page which fleet to open', async () => {
    const { serving, printed, complaints } = await started({ isJson: true, initialPath: '/home/me/fleet' });
    await using _serving = serving;
    expect(printed.map((line) => JSON.parse(line) as unknown)).toEqual([{ url: serving.url, port: serving.port }]);
    const { socket, client } = await connectTo(serving.url);
    expect(await client.app.info()).toMatchObject({
      door: 'browser',
      initialPath: '/home/me/fleet',
      canChooseFolder: false,
      dataFolder: home,
    });
    expect(await client.app.chooseFolder()).toBeNull();
    await expect(client.app.openExternal({ url: 'https://example.org/' })).rejects.toMatchObject({ code: 'PROBLEM' });
    expect(complaints).toEqual([]);
    socket.close();
  });

  it('gives the page that was built', async () => {
    const { serving } = await started();
    await using _serving = serving;
    const answer = await fetch(serving.url);
    expect(await answer.text()).toBe(readFileSync(join(appFolder, 'dist', 'renderer', 'index.html'), 'utf8'));
  });

  it('says which port is taken and what to do', async () => {
    const { serving } = await started();
    await using _serving = serving;
    await expect(started({ port: serving.port })).rejects.toMatchObject({
      problem: { code: 'port-taken', title: `Port ${serving.port} is in use by another program` },
    });
  });

  it('ends on SIGTERM, with its pages told and nothing left behind', async () => {
    const program = join(appFolder, 'electron', 'cli', 'main.ts');
    const child = spawn(process.execPath, [program, 'serve', '--json', '--no-open'], {
      env: { ...process.env, NIXSTEAD_HOME: home },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), 'line'));
    const { url } = z.object({ url: z.string() }).parse(JSON.parse(line));
    const { socket } = await connectTo(url);
    const closed = once(socket, 'close');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(1001);
    expect(await ended).toEqual([0, null]);
    await expect(fetch(url)).rejects.toThrow();
  });
});
