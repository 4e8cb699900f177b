import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAtFiles } from '../../../../electron/engine/fleet/fingerprint.ts';

let path: string;
const run = (...argv: string[]) => execFileSync('git', argv, { cwd: path, encoding: 'utf8' });
const write = (name: string, text: string) => writeFileSync(join(path, name), text);
const folder = () => ({ path, ref: `git+file://${path}`, form: 'flake', workTree: path, remote: null }) as const;
const now = () => lookAtFiles(folder());

beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), 'nixstead fingerprint ')));
  run('init', '-q', '.');
  run('config', 'user.name', 'Test');
  run('config', 'user.email', 'test@example.org');
  write('flake.nix', '{ }');
  run('add', '-A');
  run('commit', '-qm', 'first');
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

it('tells that nothing was written, whatever lies there that git does not track', async () => {
  const before = await now();
  write('notes', 'not tracked');
  run('status');
  expect(await now()).toEqual(before);
});

it('a file that was changed and changed back is in the same state, and yet was written', async () => {
  const before = await now();
  write('flake.nix', '{ a = 1; }');
  expect((await now()).state).not.toBe(before.state);
  write('flake.nix', '{ }');
  const after = await now();
  expect(after.state).toBe(before.state);
  expect(after.stamp).not.toBe(before.stamp);
});

it('what a filter of git or its disregard of modes hides has another stamp', async () => {
  run('config', 'filter.redact.clean', 'sed s/secret=.*/secret=X/');
  run('config', 'core.fileMode', 'false');
  write('.gitattributes', 'secrets filter=redact\n');
  write('secrets', 'secret=one\n');
  run('add', '-A');
  run('commit', '-qm', 'second');
  const before = await now();
  write('secrets', 'secret=two\n');
  const changed = await now();
  expect(changed.stamp).not.toBe(before.stamp);
  chmodSync(join(path, 'flake.nix'), 0o755);
  expect((await now()).stamp).not.toBe(changed.stamp);
});
