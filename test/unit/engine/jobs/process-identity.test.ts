import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { identify, isAlive, readProcess } from '../../../../electron/engine/jobs/process-identity.ts';

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
