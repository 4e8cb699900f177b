import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { identify, isAlive, readProcess, startToldByPs } from '../../../../electron/engine/jobs/process-identity.ts';

test('this process is alive, and one that ended is not', async () => {
  expect(isAlive(identify(process.pid))).toBe(true);
  const child = spawn('cat');
  const identity = identify(child.pid ?? 0);
  expect(isAlive(identity)).toBe(true);
  child.stdin.end();
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});

test.runIf(process.platform === 'linux')('a later process with the same number is another one', () => {
  const identity = identify(process.pid);
  expect(isAlive({ ...identity, startedAs: `${identity.startedAs}0` })).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a program whose name looks like fields does not confuse the reading',
  async () => {
    const child = spawn('bash', ['-c', 'printf ") Z 1 1 1" > /proc/self/comm; echo; read line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(readProcess(child.pid ?? 0)).toMatchObject({ pid: child.pid, parent: process.pid });
    expect(isAlive(identify(child.pid ?? 0))).toBe(true);
    child.stdin.end();
    await once(child, 'exit');
  },
);

test('ps says when a process was started to callers of every language and time zone alike', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nixstead-ps-'));
  // As that of macOS and BSD: strftime(3) with %c, in the language and the time zone of its caller.
  writeFileSync(join(folder, 'ps'), '#!/bin/sh\necho "$LC_ALL"; exec date -r "$0" +%c\n', { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const told = [
    ['de_DE.UTF-8', 'UTC'],
    ['', 'XYZ-9'],
  ].map(([language, zone]) => {
    vi.stubEnv('LC_ALL', language);
    vi.stubEnv('TZ', zone);
    return startToldByPs(process.pid);
  });
  expect(told[0]).toMatch(/\d:\d\d:\d\d/);
  expect(told[1]).toBe(told[0]);
});
