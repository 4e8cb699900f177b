import { spawnSync } from 'node:child_process';
import { mkdtempDisposableSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stagesOfHost, uploadsKeys } from '../../../../../electron/engine/deploy/goals.ts';
import { ownerMissingExit, writeKeyArgv } from '../../../../../electron/engine/deploy/keys/key-scripts.ts';
import { deploymentKey, type DeploymentKey } from '../../../../../electron/engine/deploy/keys/read-keys.ts';
import { deployHost } from '../../../../../electron/engine/deploy/spec.ts';

const key: DeploymentKey = {
  name: 'token',
  destDir: '/run/keys',
  user: 'root',
  group: 'root',
  permissions: '0600',
  uploadAt: 'pre-activation',
  text: 'x',
  keyFile: null,
  keyCommand: null,
};

test('a key has one source, and a name, folder, owner and mode that can be', () => {
  expect(deploymentKey.safeParse(key).success).toBe(true);
  const wrong: Partial<DeploymentKey>[] = [
    { name: '../passwd' },
    { name: '..' },
    { name: '' },
    { destDir: 'keys' },
    { user: '-R' },
    { group: 'a:b' },
    { permissions: 'u+s' },
    { text: null },
    { keyFile: '/also/a/file' },
  ];
  for (const change of wrong) expect(deploymentKey.safeParse({ ...key, ...change }).success).toBe(false);
});

test('a key is written as a whole, with its mode, and nothing is left where its owner does not exist', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'keys-'));
  const { username: user, gid } = userInfo();
  const mine = { ...key, destDir: join(folder.path, "new 'folder'"), user, group: String(gid), permissions: '0440' };
  const write = (one: DeploymentKey, input: string): ReturnType<typeof spawnSync> => {
    const [program, ...words] = writeKeyArgv(one, false, []);
    return spawnSync(program, words, { input });
  };
  expect(write(mine, 'first').status).toBe(0);
  expect(write(mine, 'second\n\0').status).toBe(0);
  const path = join(mine.destDir, mine.name);
  expect(readFileSync(path, 'latin1')).toBe('second\n\0');
  expect(statSync(path).mode & 0o7777).toBe(0o440);
  expect(write({ ...mine, group: 'nobody-such' }, 'third').status).toBe(ownerMissingExit);
  expect(readFileSync(path, 'latin1')).toBe('second\n\0');
  expect(readdirSync(mine.destDir)).toEqual(['token']);
});

test('keys are uploaded where something is activated, unless the program does it', () => {
  const host = deployHost.parse({
    name: 'nas',
    source: 'colmenaHive',
    target: null,
    buildOnTarget: false,
    privilegeCommand: [],
    sshOptions: [],
    keys: { source: 'colmenaHive', names: ['token'] },
    refusal: null,
  });
  const spec = { goal: 'switch', engine: 'nix', rollbackTo: null, reboot: 'never' } as const;
  expect(stagesOfHost(spec, host)).toEqual([
    'plan',
    'evaluate',
    'build',
    'copy',
    'keys',
    'activate',
    'confirm',
    'verify',
  ]);
  expect(stagesOfHost(spec, { ...host, keys: null })).not.toContain('keys');
  expect(uploadsKeys({ ...spec, engine: 'colmena' }, host)).toBe(false);
  expect(uploadsKeys({ ...spec, goal: 'push' }, host)).toBe(false);
  expect(uploadsKeys({ ...spec, rollbackTo: 'previous' }, host)).toBe(false);
  expect(stagesOfHost({ ...spec, goal: 'keys' }, host)).toEqual(['plan', 'keys']);
});
