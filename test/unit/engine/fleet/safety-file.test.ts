import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import { readSafety } from '../../../../electron/engine/fleet/safety-file.ts';
import { hostName } from '../../../../shared/contract/ids.ts';

let folder: string;
const host = { name: 'nas', tags: [], address: '10.0.0.5' };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safety-'));
});
afterEach(() => rm(folder, { recursive: true }));

const known = (name: string, ...tags: string[]) => ({ name: hostName.parse(name), tags, problem: null });
const write = (text: string) => writeFile(join(folder, 'nixstead.toml'), text);
const problemOf = async (work: () => Promise<unknown>) => {
  try {
    await work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('it did not fail');
};

test('a fleet without the file has the usual watchdog and no checks', async () => {
  expect((await readSafety(folder)).of(host)).toEqual({ watchdogSeconds: 60, checks: [] });
});

test('what is written is read', async () => {
  await write('[hosts.nas]\nwatchdog = "off"\n\n[[hosts.nas.health]]\nunit = "samba"\n');
  const safety = await readSafety(folder);
  expect(safety.of(host)).toMatchObject({ watchdogSeconds: null, checks: [{ kind: 'unit', unit: 'samba.service' }] });
  expect(() => safety.mustKnow([known('nas'), known('pi')])).not.toThrow();
  expect(() => safety.mustKnow([known('pi')])).toThrow('speaks of a host that the fleet does not have: nas');
});

test('a tag that no host has is a mistake, as a host that is not there', async () => {
  await write('[tags.wbe]\nwatchdog = 300\n');
  const safety = await readSafety(folder);
  const title = 'nixstead.toml speaks of a tag that no host of the fleet has: wbe';
  expect(() => safety.mustKnow([known('nas'), known('web', 'web')])).toThrow(title);
  expect(() => safety.mustKnow([known('nas'), known('web', 'wbe')])).not.toThrow();
  // It may be one of a host that cannot be read now.
  const unread = { ...known('pi'), problem: { code: 'x', title: '', evidence: '', advice: [] } };
  expect(() => safety.mustKnow([known('nas'), unread])).not.toThrow();
});

test('it names the engine of the fleet; without it the flake decides', async () => {
  expect((await readSafety(folder)).engine).toBe(null);
  await write('engine = "colmena"\n');
  expect((await readSafety(folder)).engine).toBe('colmena');
  await write('engine = "ansible"\n');
  expect(await problemOf(() => readSafety(folder))).toMatchObject({ code: 'safety-file-wrong' });
});

test('a mistake in its syntax is shown with its line', async () => {
  await write('[hosts.nas]\nwatchdog = \n');
  expect(await problemOf(() => readSafety(folder))).toMatchObject({
    code: 'safety-file-wrong',
    place: { file: join(folder, 'nixstead.toml'), line: 2 },
  });
});

test('a mistyped word is told with its place in the file', async () => {
  await write('[[hosts.nas.health]]\nunit = "samba"\nwihtin = 3\n');
  expect(await problemOf(() => readSafety(folder))).toMatchObject({
    code: 'safety-file-wrong',
    title: expect.stringContaining('wihtin'),
    evidence: 'hosts.nas.health.0',
  });
});

test('a file that cannot be read stops what would need it', async () => {
  await mkdir(join(folder, 'nixstead.toml'));
  expect(await problemOf(() => readSafety(folder))).toMatchObject({ code: 'safety-file-unreadable' });
});
