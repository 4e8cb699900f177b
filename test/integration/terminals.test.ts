import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openBrowserDoor } from '../../electron/browser/server.ts';
import { loginOf } from '../../electron/engine/install/login.ts';
import { identify, isAlive } from '../../electron/engine/jobs/process-identity.ts';
import { terminalProcedures } from '../../electron/engine/procedures/terminal.ts';
import { pathWithoutSpaces, prepareSshFiles } from '../../electron/engine/ssh/config.ts';
import { Terminals } from '../../electron/engine/terminals/terminals.ts';
import type { Contract } from '../../shared/contract/index.ts';
import { jobId } from '../../shared/contract/ids.ts';
import { createSmallEngine } from './doors/small-engine.ts';
import { FollowedTerminal } from './terminals/followed-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'nixstead-terminals-'));
afterAll(() => rmSync(folder, { recursive: true }));

const size = { columns: 91, rows: 33 };
const shell = (script: string) => ({ argv: ['sh', '-c', script] as const, place: 'root@test' });

function open(terminals: Terminals, script: string, signal = new AbortController().signal): FollowedTerminal {
  const events = terminals.open(shell(script), size, signal);
  return new FollowedTerminal(events, (id, length) => terminals.drawn(id, length));
}

/** Says its own pid and that of a child, and stays. */
const family = 'sleep 1000 & echo "pids $$ $!"; wait';
async function familyOf(terminal: FollowedTerminal) {
  const [, ...pids] = await terminal.shows(/pids (\d+) (\d+)\r\n/);
  return pids.map((pid) => identify(Number(pid)));
}

test('a login runs on a terminal of the wanted size, shows what is typed, takes another size and tells its end', async () => {
  await using terminals = new Terminals(folder);
  const terminal = open(terminals, 'stty size; read -r word; echo "got $word"; trap "stty size; exit 7" WINCH; cat');
  expect(await terminal.place()).toBe('root@test');
  await terminal.shows(/^33 91\r\n/);
  const id = await terminal.id();
  terminals.write(id, 'für 5 €\r');
  await terminal.shows(/got für 5 €\r\n$/);
  terminals.resize(id, { columns: 120, rows: 40 });
  // The trap waits for what is in the foreground.
  terminals.write(id, '\u0004');
  expect(await terminal.over).toMatchObject({ exitCode: 7, signal: null });
  expect(terminal.text).toMatch(/40 120\r\n$/);
  expect(() => terminals.write(id, 'x')).toThrow('This terminal has ended');
});

test('one that a signal ends says so, and a program that is not there is named', async () => {
  await using terminals = new Terminals(folder);
  expect(await open(terminals, 'kill -9 $$').over).toMatchObject({ exitCode: null, signal: 9 });
  const events = terminals.open({ argv: ['no-such-program-here'], place: 'x' }, size, new AbortController().signal);
  await expect(new FollowedTerminal(events, () => undefined).over).rejects.toMatchObject({
    problem: { code: 'program-missing' },
  });
});

test('several at once do not mix', async () => {
  await using terminals = new Terminals(folder);
  const words = ['one', 'two', 'three', 'four'];
  const all = words.map((word) => open(terminals, `stty -echo; echo ready; read -r x; echo "${word}: $x"`));
  await Promise.all(all.map((terminal) => terminal.shows(/ready/)));
  await Promise.all(all.map(async (terminal, index) => terminals.write(await terminal.id(), `to ${words[index]}\r`)));
  await Promise.all(all.map(({ over }) => over));
  expect(all.map(({ text }) => text)).toEqual(words.map((word) => `ready\r\n${word}: to ${word}\r\n`));
});

test('closing one ends all that came from it, and no other', async () => {
  await using terminals = new Terminals(folder);
  const closing = new AbortController();
  const [closed, kept] = [open(terminals, family, closing.signal), open(terminals, family)];
  const [gone, alive] = [await familyOf(closed), await familyOf(kept)];
  expect(gone.map(isAlive)).toEqual([true, true]);
  closing.abort();
  expect(await closed.over).toBeNull();
  expect(gone.map(isAlive)).toEqual([false, false]);
  expect(alive.map(isAlive)).toEqual([true, true]);
  await terminals[Symbol.asyncDispose]();
  expect(alive.map(isAlive)).toEqual([false, false]);
  expect(await kept.over).toMatchObject({ type: 'ended' });
});

test('what a shell leaves behind ends with it', async () => {
  await using terminals = new Terminals(folder);
  const terminal = open(terminals, 'trap "" HUP; sleep 1000 & echo "pids $$ $!"; read -r x');
  const [, left] = await familyOf(terminal);
  terminals.write(await terminal.id(), '\r');
  await terminal.over;
  await vi.waitFor(() => expect(left !== undefined && isAlive(left)).toBe(false), { timeout: 5000 });
});

test('a page that draws nothing holds its program back, and none else; as soon as it draws, it gets the rest', async () => {
  await using terminals = new Terminals(folder);
  const total = 4_000_000;
  const script = `head -c ${total} /dev/zero | tr '\\0' x`;
  let undrawn = 0;
  let isDrawing = false;
  const events = terminals.open(shell(script), size, new AbortController().signal);
  const slow = new FollowedTerminal(events, (id, length) => {
    if (isDrawing) terminals.drawn(id, length);
    else undrawn += length;
  });
  const id = await slow.id();
  const quick = open(terminals, script);
  await quick.over;
  expect(quick.text).toHaveLength(total);
  expect(slow.text.length).toBeLessThan(256 * 1024);
  isDrawing = true;
  terminals.drawn(id, undrawn);
  expect(await slow.over).toMatchObject({ exitCode: 0 });
  expect(slow.text).toHaveLength(total);
});

test('to each system a login takes the one host key that the install has seen, and asks whoever is there', () => {
  const home = join(folder, 'a data folder');
  mkdirSync(home);
  const ownKey = join(home, 'own-key');
  writeFileSync(ownKey, '');
  const files = prepareSshFiles(join(home, 'ssh'));
  const spec = {
    target: { host: '192.0.2.7', user: 'admin', port: 2222 },
    identityFile: ownKey,
    privateFolder: join(home, 'private'),
  };
  const [before, after] = ['AAAAC3NzaC1lZDI1NTE5AAAAIA', 'AAAAC3NzaC1lZDI1NTE5AAAAIB'].map(
    (start) => `ssh-ed25519 ${start}${'A'.repeat(42)}`,
  );
  const fresh = { target: null, done: [], hostKey: null, newHostKey: null };
  const seen = { ...fresh, hostKey: before ?? '', newHostKey: after ?? '' };
  const moved = { ...seen, done: ['kexec' as const], target: { host: '192.0.2.9', user: 'root', port: null } };
  const installed = { ...moved, done: ['kexec' as const, 'reboot' as const] };
  const logins = [fresh, seen, moved, installed].map((state) => loginOf(spec, state, files));
  expect(logins.map(({ place }) => place)).toEqual([
    'admin@192.0.2.7:2222',
    'admin@192.0.2.7:2222',
    'root@192.0.2.9',
    'root@192.0.2.9',
  ]);
  const options = logins.map(({ argv: [program, ...words] }) =>
    execFileSync(program, ['-G', ...words], { encoding: 'utf8', stdio: 'pipe' }),
  );
  for (const text of options) expect(text).toMatch(/^stricthostkeychecking (?:true|yes)$/m);
  for (const text of options) expect(text).toMatch(/^batchmode no$/m);
  const known = options.map((text) => /^userknownhostsfile (.*)$/m.exec(text)?.[1] ?? '');
  expect(known[0]).toContain(files.knownHosts);
  // The file of each key stays as it is for whoever has not read it yet.
  expect(known.slice(1).map((file) => readFileSync(file, 'utf8').trim())).toEqual(
    [before, before, after].map((key) => `installer ${key}`),
  );
  const keys = options.map((text) => /^identityfile (.*)$/m.exec(text)?.[1]);
  const loginKey = join(pathWithoutSpaces(spec.privateFolder), 'login-key');
  expect(keys).toEqual([ownKey, ownKey, loginKey, ownKey]);
});

test('behind the browser door it ends with the page that opened it, and without the token there is none', async () => {
  await using terminals = new Terminals(folder);
  const small = createSmallEngine();
  const installs = { login: () => Promise.resolve(shell(family)) };
  const router = { ...small.router, terminal: terminalProcedures({ terminals, installs }) };
  await using door = await openBrowserDoor({ router, pageFolder: folder });
  const connect = (token: string): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${door.port}/rpc`, ['nixstead.1', `token.${token}`], {
      origin: `http://127.0.0.1:${door.port}`,
    });
  const stranger = connect('A'.repeat(32));
  const [refusal] = await once(stranger, 'error');
  expect(String(refusal)).toContain('401');

  const page = async () => {
    const socket = connect(door.token);
    await once(socket, 'open');
    const client = createORPCClient<ContractRouterClient<Contract>>(new RPCLink({ websocket: socket }));
    const events = client.terminal.open({ jobId: jobId.parse('20261121-031500-a1b2c3'), ...size });
    const terminal = new FollowedTerminal(events, (id, length) => client.terminal.drawn({ id, length }));
    terminal.over.catch(() => undefined);
    return { socket, client, terminal };
  };
  const [one, two] = [await page(), await page()];
  const [gone, alive] = [await familyOf(one.terminal), await familyOf(two.terminal)];
  one.socket.terminate();
  await vi.waitFor(() => expect(gone.map(isAlive)).toEqual([false, false]), { timeout: 10_000 });
  expect(alive.map(isAlive)).toEqual([true, true]);
  const id = await one.terminal.id();
  await vi.waitFor(() =>
    expect(two.client.terminal.write({ id, text: 'x' })).rejects.toMatchObject({
      code: 'PROBLEM',
      data: { code: 'terminal-gone' },
    }),
  );
  two.socket.close();
});
