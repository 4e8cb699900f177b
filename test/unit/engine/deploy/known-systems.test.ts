import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesNow, stampNow } from '../../../../electron/engine/deploy/known-systems.ts';
import { findFleetFolder } from '../../../../electron/engine/fleet/folder.ts';
import { lookAtFiles } from '../../../../electron/engine/fleet/fingerprint.ts';

let path: string;
const { signal } = new AbortController();
const fleet = () => ({ name: 'home', path, ref: findFleetFolder(path).ref, form: 'flake' as const });

beforeEach(() => {
  path = realpathSync(mkdtempSync(join(tmpdir(), 'nixstead known ')));
  writeFileSync(join(path, 'flake.nix'), '{ }');
  for (const argv of [
    ['init', '-q', '.'],
    ['add', '-A'],
  ])
    execFileSync('git', argv, { cwd: path });
});
afterEach(() => rmSync(path, { recursive: true, force: true }));

test('files are looked at once, and each of them only where what is found is remembered', async () => {
  const look = await lookAtFiles(findFleetFolder(path));
  const spec = { fleet: fleet(), fingerprint: look.state };
  expect(look.stamp).not.toBe(look.state);
  expect(await filesNow(spec, true, signal)).toEqual(look);
  expect(await filesNow(spec, false, signal)).toEqual({ state: look.state, stamp: null });
  expect(await stampNow(spec, signal)).toBe(look.stamp);
  expect(await stampNow({ ...spec, fingerprint: null }, signal)).toBe(null);
  expect(await stampNow({ ...spec, fleet: { ...fleet(), form: 'hive.nix' } }, signal)).toBe(null);
});

test('of a folder that is gone, or is another fleet by now, nothing is known', async () => {
  const nothing = { state: null, stamp: null };
  const other = { ...fleet(), ref: 'git+file:///elsewhere' };
  expect(await filesNow({ fleet: other, fingerprint: 'a' }, true, signal)).toEqual(nothing);
  const gone = { ...fleet(), path: join(path, 'gone') };
  expect(await filesNow({ fleet: gone, fingerprint: 'a' }, true, signal)).toEqual(nothing);
  const fetched = { ...gone, isRemote: true };
  expect(await filesNow({ fleet: fetched, fingerprint: 'a' }, true, signal)).toEqual({ state: 'a', stamp: gone.ref });
});
