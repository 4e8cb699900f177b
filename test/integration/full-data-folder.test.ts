import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { fleet as fleetSchema } from '../../shared/contract/fleet.ts';
import { host as hostSchema } from '../../shared/contract/host.ts';
import { problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, type Lab } from '../lab/index.ts';

const view = z.object({ fleet: fleetSchema, hosts: z.array(hostSchema) });
const failure = z.object({ error: problem });

let lab: Lab;
let path: string;
let home: string;
const root = async (...argv: string[]) => {
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv);
  expect(exitCode, stderr).toBe(0);
  return stdout;
};
const nixstead = (...argv: string[]) =>
  lab.controller.exec(['node', commandLine, ...argv], {
    timeoutMs: 60_000,
    env: { NIXSTEAD_HOME: home },
  });

/** Takes every byte that is left, whole blocks first. */
const fill = () =>
  lab.controller.exec([
    'sh',
    '-c',
    'for size in 65536 4096 1; do dd if=/dev/zero bs=$size of="$0/filler-$size"; done',
    home,
  ]);
async function change(words: string): Promise<void> {
  await writeFile(join(path, 'new.txt'), words);
  await root('git', '-C', path, 'add', 'new.txt');
}

describeLab('a data folder on a disk that is full', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'full-disk', onProgress: console.log });
    ({ path } = await lab.fleet('plain', { hosts: ['alpha'] }));
    home = join(lab.folder, 'small-disk');
    await root('mkdir', home);
    await root('mount', '-t', 'tmpfs', '-o', 'size=16m', 'small-disk', home);
    const first = await nixstead('fleet', 'show', path, '--json');
    expect(first.exitCode, first.stderr).toBe(0);
    await fill();
  });
  afterAll(() => lab?.down());

  test('a fleet is read and shown all the same, and it is told that nothing is kept', async () => {
    await change('one');
    const { exitCode, stdout, stderr } = await nixstead('fleet', 'show', path, '--json');
    expect(exitCode, stdout + stderr).toBe(0);
    expect(view.parse(JSON.parse(stdout)).hosts.map(({ name }) => name)).toEqual(['alpha']);
    expect(stderr).toContain('Nothing is kept, since the disk with the data folder is full');
  });

  test('a deploy is not begun, says why, and leaves nothing half done', async () => {
    const { exitCode, stdout } = await nixstead('deploy', path, '--on', 'alpha', '--goal', 'build', '--yes', '--json');
    expect(exitCode).toBe(1);
    const { error } = failure.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
    expect(['job-not-written', 'database-failed']).toContain(error.code);
    expect(error.evidence).toMatch(/ENOSPC|SQLITE_FULL/);
    expect(await root('sh', '-c', 'ls -A "$0/jobs" 2>/dev/null | wc -l', home)).toBe('0\n');
  });

  test('where the database opens and cannot be written, the fleet says so', async () => {
    // Room for SQLite's shared memory (eight pages) and the beginning of its log, not for what the log would hold.
    await root('truncate', '--size=-36864', join(home, 'filler-65536'));
    await change('two');
    const { exitCode, stdout, stderr } = await nixstead('fleet', 'show', path, '--json');
    expect(exitCode, stdout + stderr).toBe(0);
    const { problems } = view.parse(JSON.parse(stdout)).fleet;
    expect(problems).toContainEqual(expect.objectContaining({ code: 'fleet-not-remembered' }));
  });

  test('once there is space again everything goes on', async () => {
    await root('sh', '-c', 'rm "$0"/filler-*', home);
    const { exitCode, stdout, stderr } = await nixstead('deploy', path, '--on', 'alpha', '--goal', 'build', '--yes');
    expect(exitCode, stdout + stderr).toBe(0);
  });
});
