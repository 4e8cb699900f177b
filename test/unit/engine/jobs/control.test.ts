import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { askRunner } from '../../../../electron/engine/jobs/control-client.ts';
import type { ControlRequest } from '../../../../electron/engine/jobs/control-messages.ts';
import { ControlServer } from '../../../../electron/engine/jobs/control-server.ts';
import { identify } from '../../../../electron/engine/jobs/process-identity.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'control-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const fileOf = (server: ControlServer, token = server.token) =>
  ({ version: 1, runner: identify(process.pid), socket: server.socket, token }) as const;

test.each([
  ['short', 'tmp'],
  ['longer than a socket may have', 'x'.repeat(150)],
])('requests arrive, whole, where the path of the temporary folder is %s', async (_what, name) => {
  mkdirSync(join(folder, name));
  vi.stubEnv('TMPDIR', join(folder, name));
  const heard: ControlRequest[] = [];
  await using server = await ControlServer.listen((request) => {
    heard.push(request);
    return { ok: true };
  });
  expect(statSync(dirname(server.socket)).mode & 0o777).toBe(0o700);
  const answer = { action: 'answer', promptId: 'p', answer: 'ä\n'.repeat(5000) } as const;
  await askRunner(fileOf(server), answer);
  expect(heard).toEqual([answer]);
});

test('nothing is left of a socket that was closed, and asking it says that nobody answers', async () => {
  const server = await ControlServer.listen(() => ({ ok: true }));
  await server[Symbol.asyncDispose]();
  expect(existsSync(dirname(server.socket))).toBe(false);
  const asked = askRunner(fileOf(server), { action: 'cancel' });
  await expect(asked).rejects.toMatchObject({ problem: { code: 'runner-unreachable', canRetry: true } });
});

test('a wrong token is refused before the request is looked at', async () => {
  await using server = await ControlServer.listen(() => {
    throw new Error('reached');
  });
  const asked = askRunner(fileOf(server, 'guess'), { action: 'cancel' });
  await expect(asked).rejects.toMatchObject({ problem: { code: 'runner-refused', evidence: 'wrong token' } });
});

test('a refusal reaches whoever asked with its own words', async () => {
  const problem = { code: 'prompt-over', title: 'Over', evidence: '', advice: [] };
  await using server = await ControlServer.listen(() => ({ ok: false, problem }));
  await expect(askRunner(fileOf(server), { action: 'cancel' })).rejects.toMatchObject({ problem });
});
