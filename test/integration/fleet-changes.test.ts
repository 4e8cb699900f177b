import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { host as hostSchema, type Host } from '../../shared/contract/host.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commandLine, createLab, projectRoot, type Lab } from '../lab/index.ts';

const view = z.object({ hosts: z.array(hostSchema) });
const answer = z.object({
  state: z.enum(['done', 'planned', 'by-hand', 'nothing']),
  isVerified: z.boolean().optional(),
  files: z.array(z.object({ path: z.string(), act: z.string() })).optional(),
});

let lab: Lab;
const fixtures = join(projectRoot, 'test/fixtures/changing');
const nixstead = (...argv: string[]) => lab.controller.exec(['node', commandLine, ...argv], { timeoutMs: 90_000 });

async function git(path: string, ...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(['git', '-C', path, ...argv]);
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

/** A fixture as a fleet of somebody's own, committed. */
async function fleetOf(fixture: string): Promise<string> {
  const path = join(lab.folder, 'fleets', fixture);
  await cp(join(fixtures, fixture), path, { recursive: true });
  await git(path, 'init', '--quiet');
  await git(path, 'add', '.');
  await lab.lock(path);
  await git(path, 'add', '.');
  await git(path, 'commit', '--quiet', '--message', 'as it was');
  return path;
}

async function hostsOf(path: string): Promise<Record<string, Host>> {
  const { exitCode, stdout, stderr } = await nixstead('fleet', 'show', path, '--json', '--no-details');
  expect(exitCode, stdout + stderr).toBe(0);
  return Object.fromEntries(view.parse(JSON.parse(stdout)).hosts.map((host) => [host.name as string, host]));
}

async function change(...argv: string[]) {
  const { exitCode, stdout, stderr } = await nixstead('fleet', ...argv, '--json');
  return { exitCode, said: answer.parse(JSON.parse(stdout)), stderr };
}

describeLab('hosts of a flake that somebody else wrote', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'changes', onProgress: console.log });
  });
  afterAll(() => lab?.down());

  test.each(['json', 'toml'])('are tagged, moved, renamed and retired where they stand: %s', async (fixture) => {
    const path = await fleetOf(fixture);
    const before = await hostsOf(path);
    const [first = '', second = '', third = ''] = Object.keys(before);

    const dry = await change('tag', path, '--on', first, '--add', 'blue', '--dry-run');
    expect(dry.said, dry.stderr).toMatchObject({ state: 'planned', isVerified: true });
    expect(await git(path, 'status', '--porcelain'), 'nothing is written').toBe('');

    expect((await change('tag', path, '--on', first, '--add', 'blue')).said).toMatchObject({ state: 'done' });
    expect((await change('retarget', path, second, '--target', '10.9.9.9')).said).toMatchObject({ state: 'done' });
    expect((await change('rename-host', path, first, 'renamed')).said).toMatchObject({ state: 'done' });
    await git(path, 'commit', '--quiet', '--all', '--message', 'changed');
    expect((await change('retire', path, third)).said).toMatchObject({ state: 'done' });

    const after = await hostsOf(path);
    expect(Object.keys(after).sort()).toEqual(
      Object.keys(before)
        .filter((name) => name !== third)
        .map((name) => (name === first ? 'renamed' : name))
        .sort(),
    );
    expect(after['renamed']?.tags).toEqual([...(before[first]?.tags ?? []), 'blue']);
    expect(after['renamed']?.target).toEqual(before[first]?.target);
    expect(after[second]?.target).toEqual({ ...before[second]?.target, host: '10.9.9.9' });
    for (const name of Object.keys(before)) {
      if (![first, second, third].includes(name)) expect(after[name]?.target, name).toEqual(before[name]?.target);
    }
  });

  // Each as a person would declare machines by hand: what is changed, and the hosts that the fleet has then.
  test.each([
    {
      fixture: 'deploy-nodes',
      changes: [
        ['retarget', 'nas', '--target', '10.0.20.99'],
        ['rename-host', 'gateway', 'router'],
      ],
      hosts: { nas: 'deploy@10.0.20.99:2222', router: 'deploy@10.0.20.1' },
    },
    {
      fixture: 'factory-in-flake',
      changes: [
        ['tag', '--on', 'envy,lenovo', '--add', 'blue'],
        ['rename-host', 'rpi4-a', 'pi'],
      ],
      hosts: {
        clawfinger: 'root@clawfinger',
        envy: 'nixos@10.0.0.10 blue',
        lenovo: 'nixos@10.0.0.61 web blue',
        pi: 'nixos@10.0.0.11',
      },
    },
    {
      fixture: 'hive-function',
      changes: [
        ['retarget', 'my-nixos', '--target', '192.168.5.44'],
        ['rename-host', 'dotted.home.example', 'far-away'],
      ],
      hosts: { 'my-nixos': 'root@192.168.5.44', 'far-away': 'root@192.168.5.43 far' },
    },
    {
      fixture: 'lists',
      changes: [
        ['tag', '--on', 'beech', '--add', 'blue'],
        ['rename-host', 'yew', 'larch'],
        ['retire', 'oak'],
      ],
      hosts: {
        ash: 'root@ash.lan',
        beech: 'root@10.5.0.1 web blue',
        birch: 'root@10.5.0.2',
        elm: 'root@elm.lan',
        fir: 'root@10.5.0.10',
        larch: 'root@10.5.0.9',
      },
    },
    {
      fixture: 'two-outputs',
      changes: [
        ['rename-host', 'my-server', 'box'],
        ['tag', '--on', 'box', '--add', 'blue'],
      ],
      hosts: { box: 'root@192.168.7.20 blue' },
    },
  ])('are changed in every way to declare them: $fixture', async ({ fixture, changes, hosts }) => {
    const path = await fleetOf(fixture);
    for (const [verb = '', ...rest] of changes) {
      const { said, stderr } = await change(verb, path, ...rest);
      expect(said, `${verb} ${rest.join(' ')}\n${stderr}`).toMatchObject({ state: 'done', isVerified: true });
      await git(path, 'commit', '--quiet', '--all', '--message', verb);
    }
    const words = ({ target, tags }: Host): string => {
      const user = target?.user ? `${target.user}@` : '';
      const port = target?.port ? `:${target.port}` : '';
      return [`${user}${target?.host}${port}`, ...tags].join(' ');
    };
    const after = Object.entries(await hostsOf(path)).map(([name, host]) => [name, words(host)]);
    expect(Object.fromEntries(after)).toEqual(hosts);
  });

  test('a host that only a computation names is left to a person, with the place, and nothing is written', async () => {
    const path = await fleetOf('computed');
    const [name = ''] = Object.keys(await hostsOf(path));
    const { exitCode, said } = await change('rename-host', path, name, 'renamed');
    expect(exitCode).toBe(1);
    expect(said.state).toBe('by-hand');
    expect(await git(path, 'status', '--porcelain')).toBe('');
  });

  test('a file that a program writes is left to the program: the line that says so is shown, and nothing is written', async () => {
    const path = join(lab.folder, 'fleets', 'generated');
    await cp(join(fixtures, 'lists'), path, { recursive: true });
    const file = join(path, 'inventory.nix');
    const line = '# Generated by inventory.py. DO NOT EDIT.';
    await writeFile(file, `${line}\n${await readFile(file, 'utf8')}`);
    await git(path, 'init', '--quiet');
    await git(path, 'add', '.');
    await lab.lock(path);
    await git(path, 'add', '.');
    await git(path, 'commit', '--quiet', '--message', 'as it was');
    expect(Object.keys(await hostsOf(path))).toContain('beech');
    const { exitCode, stdout } = await nixstead('fleet', 'retarget', path, 'beech', '--target', '10.9.9.9', '--json');
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      1,
      {
        state: 'by-hand',
        byHand: { file: 'inventory.nix', reason: expect.stringContaining(line) as string },
      },
    ]);
    expect(await git(path, 'status', '--porcelain')).toBe('');
  });

  test('a change is undone: folders go back, and every byte is as it was', async () => {
    const path = await fleetOf('folders');
    const [name = ''] = Object.keys(await hostsOf(path));
    const argv = ['node', join(projectRoot, 'test/integration/changes/undo-process.ts'), path, name, 'renamed'];
    const child = lab.controller.spawn(argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null || child.stdin === null) throw new Error('The process has no pipes');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const done = z.object({ files: z.array(z.string()).min(1) });
    done.parse(JSON.parse(String((await lines.next()).value)));
    expect(Object.keys(await hostsOf(path))).toContain('renamed');
    child.stdin.write('\n');
    expect((await lines.next()).value).toBe('undone');
    await once(child, 'close');
    expect(await git(path, 'status', '--porcelain')).toBe('');
    expect(await git(path, 'diff', 'HEAD')).toBe('');
  });

  test('hostile names and tags are refused, and no file is touched', async () => {
    const path = join(lab.folder, 'fleets', 'json');
    const text = await readFile(join(path, 'hosts.json'), 'utf8');
    const [name = ''] = Object.keys(await hostsOf(path));
    for (const bad of ['a;reboot', '../x', '${x}']) {
      const { exitCode } = await nixstead('fleet', 'rename-host', path, '--', name, bad);
      expect(exitCode, bad).not.toBe(0);
    }
    expect(await readFile(join(path, 'hosts.json'), 'utf8')).toBe(text);
  });
});
