import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problem as problemSchema, type Problem } from '../../shared/contract/problem.ts';
import { describeLab } from '../lab/describe-lab.ts';
import { commitFleet, writeFleet } from '../lab/fleet.ts';
import { commandLine, createLab, type Lab } from '../lab/index.ts';

let lab: Lab;
let folder: string;
/** Of a layout that nix waits for without end; it is begun first, since it takes its whole time. */
let endless: ReturnType<typeof disks>;
const failure = z.object({ error: problemSchema });
const model = z.object({
  layout: z.record(z.string(), z.unknown()),
  way: z.enum(['text', 'evaluation']),
  readOnly: z.object({ message: z.string(), line: z.number() }).nullable(),
  settings: z.object({ values: z.record(z.string(), z.unknown()) }).nullable(),
});

const disks = (...argv: string[]) =>
  lab.controller.exec(['node', commandLine, 'disks', ...argv], { timeoutMs: 120_000 });

async function done(...argv: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await disks(...argv);
  expect(exitCode, stderr + stdout).toBe(0);
  return stdout;
}
async function refused(...argv: string[]): Promise<Problem> {
  const { exitCode, stdout, stderr } = await disks(...argv, '--json');
  expect(exitCode, stdout + stderr).not.toBe(0);
  return failure.parse(JSON.parse(stdout)).error;
}
async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}
const read = async (...argv: string[]) => model.parse(JSON.parse(await done('import', ...argv, '--json')));

const disk = (inside: string): string =>
  `type = "disk"; device = "/dev/vda"; content = { type = "gpt"; partitions = { ${inside} }; };`;

describeLab('disk layouts on the command line', () => {
  beforeAll(async () => {
    lab = await createLab({ name: 'disks', onProgress: console.log });
    folder = join(lab.folder, 'layouts');
    await mkdir(folder);
    await lab.controller.exec(['mkfifo', join(folder, 'pipe')]);
    const text = '{ disko.devices = builtins.fromJSON (builtins.readFile ./pipe); }\n';
    endless = disks('import', await file('endless.nix', text), '--json');
  });
  afterAll(() => lab?.down());

  test('a text that only nix can read is evaluated, shown with the reason and the place, and never changed', async () => {
    await file(
      'common.nix',
      '{ size = "100%"; content = { type = "filesystem"; format = "ext4"; mountpoint = "/"; }; }\n',
    );
    const path = await file(
      'computed.nix',
      `{ lib, ... }:\nlet root = import ./common.nix; in\n{\n  disko.devices = lib.mapAttrs (_: x: x) (builtins.fromJSON ''{"disk":{"main":{"type":"disk","device":"/dev/vda"}}}'' // { nodev."/tmp".fsType = "tmpfs"; });\n  x = root;\n}\n`,
    );
    const { layout, way, readOnly } = await read(path);
    expect(way).toBe('evaluation');
    expect(layout).toEqual({
      disk: { main: { type: 'disk', device: '/dev/vda' } },
      nodev: { '/tmp': { fsType: 'tmpfs' } },
    });
    expect(readOnly).toMatchObject({ line: 4 });
    expect(await done('roundtrip', path)).toContain('device = "/dev/vda";');
  });

  test('what cannot be read is refused with the place and what to do, and what other files say is read with them', async () => {
    const asks = await file('asks.nix', '{ disks, ... }:\n{ disko.devices.disk.a.device = builtins.head disks; }\n');
    expect(await refused('check', asks)).toMatchObject({
      code: 'layout-arguments',
      place: { line: 1 },
      advice: ['Give it with --arg disks=VALUE.'],
    });
    expect((await read(asks, '--arg', 'disks=["/dev/vda"]')).layout).toEqual({ disk: { a: { device: '/dev/vda' } } });

    await file('other.nix', '{ disk.main = { type = "disk"; device = "/dev/vda"; }; }\n');
    const imports = await file('imports.nix', '{\n  disko.devices = import ./other.nix;\n}\n');
    expect(await read(imports)).toMatchObject({
      way: 'evaluation',
      layout: { disk: { main: { device: '/dev/vda' } } },
      readOnly: { line: 2 },
    });
    const lost = await file('lost.nix', '{\n  disko.devices = import ./gone.nix;\n}\n');
    expect(await refused('import', lost)).toMatchObject({
      code: 'layout-evaluation',
      evidence: expect.stringContaining('gone.nix'),
      place: { line: 2 },
    });

    const wrong = await file('wrong.nix', `{\n  disko.devices.disk.main = { ${disk('root.size =\n"10GiB";')} };\n}\n`);
    const checked = await disks('check', wrong, '--json');
    expect(checked.exitCode).toBe(1);
    expect(JSON.parse(checked.stdout)).toContainEqual(
      expect.objectContaining({ code: 'size-format', severity: 'error', line: 3 }),
    );
    expect((await disks('check', wrong)).stdout).toContain('error line 3: Write sizes as a whole number');

    expect(await refused('import', folder)).toMatchObject({ code: 'file-unreadable' });
    expect(await refused('import', '/dev/zero')).toMatchObject({ code: 'file-unreadable' });
    const latin = join(folder, 'latin-1.nix');
    await writeFile(latin, Buffer.from('{ disko.devices.disk.a.device = "/dev/gr\xf6\xdfe"; }\n', 'latin1'));
    expect(await refused('check', latin)).toMatchObject({ code: 'file-not-text' });
  });

  describe('of a host of the fleet', () => {
    beforeAll(async () => {
      const hosts = [{ name: 'nas', address: '10.0.0.5', user: 'root' as const, tags: [], config: '' }];
      await writeFleet(join(folder, 'fleet'), 'factory', hosts);
      await commitFleet(lab.controller, join(folder, 'fleet'), join(lab.folder, 'inputs'));
    });
    test('are what its whole configuration comes to', async () => {
      const { layout, way, readOnly } = await read(join(folder, 'fleet'), '--host', 'nas');
      expect(way).toBe('evaluation');
      expect(layout).toMatchObject({ disk: { main: { device: '/dev/vda', content: { type: 'gpt' } } } });
      expect(readOnly?.message).toContain('nas');
      expect(await done('check', join(folder, 'fleet'), '--host', 'nas', '--firmware', 'uefi')).toContain('/dev/vda');
    });
    test('are refused by name where the fleet has no such host', async () => {
      const asked = await refused('import', join(folder, 'fleet'), '--host', 'nope');
      expect(asked).toMatchObject({ code: 'disks-host-missing', evidence: 'nas' });
    });
  });

  test('a recipe with its settings evaluates with plain nix, and the settings are read back and merged', async () => {
    const out = join(folder, 'recipe');
    const main = ['--disk', 'main=/dev/disk/by-id/ata-A', '--disk', 'b=/dev/disk/by-id/ata-B'];
    await done('recipe', 'mirror-zfs', ...main, '--firmware', 'bios', '--host-id', '0a1b2c3d', '--out', out);
    const evaluate = async (name: string): Promise<unknown> => {
      const argv = ['nix', 'eval', '--json', '--file', join(out, name), '--apply'];
      const { stdout, stderr, exitCode } = await lab.controller.exec([
        ...argv,
        'f: removeAttrs (if builtins.isFunction f then f { lib.mkForce = x: x; } else f) [ "imports" ]',
      ]);
      expect(exitCode, stderr).toBe(0);
      return JSON.parse(stdout);
    };
    expect(await evaluate('disko.nix')).toMatchObject({ disko: { devices: { zpool: { zroot: { mode: 'mirror' } } } } });
    expect(await evaluate('disko-settings.nix')).toMatchObject({
      networking: { hostId: '0a1b2c3d' },
      boot: { loader: { grub: { enable: true, mirroredBoots: [{ path: '/boot' }, { path: '/boot-2' }] } } },
    });
    const layout = join(out, 'disko.nix');
    expect((await read(layout)).settings?.values).toMatchObject({ networking: { hostId: '0a1b2c3d' } });
    const settings = join(out, 'disko-settings.nix');
    const before = await readFile(settings, 'utf8');
    const own = before
      .replace('"0a1b2c3d"; ', '"0a1b2c3d";')
      .replace('networking.hostId', '# from the old machine\n  networking.hostId');
    await writeFile(settings, own);
    expect(await done('settings', layout, '--firmware', 'bios', '--host-id', 'ffffffff', '--write')).toContain(
      'networking.hostId is left as it is',
    );
    expect(await readFile(settings, 'utf8')).toBe(own);
    // A recipe never writes over what is there.
    const { exitCode } = await disks('recipe', 'btrfs', ...main.slice(0, 2), '--out', out);
    expect(exitCode).not.toBe(0);
    expect(await readFile(settings, 'utf8')).toBe(own);
  });

  test('a model that was changed goes back into the text that it was imported from', async () => {
    const text = `{ lib, ... }: {\n  # mine\n  disko.devices.disk.main = { ${disk('root = { size = "20G"; }; # one\n')} };\n  services.openssh.enable = true;\n}\n`;
    const path = await file('own.nix', text);
    const imported = await done('import', path, '--json');
    expect(await done('export', await file('same.json', imported))).toBe(text);
    expect(await done('roundtrip', path)).toBe(text);
    const changed = await file('changed.json', imported.replace('"size":"20G"', '"size":"30G"'));
    expect(await done('export', changed)).toBe(text.replace('20G', '30G'));
    expect(await done('export', changed, '--fresh')).toContain('size = "30G";\n');
    expect(await refusedPlainly('export', await file('no.json', '{ "layout": 5 }'))).toContain('holds no layout');
    expect(await refusedPlainly('export', await file('far.json', '{ "disk": { "a": 1e999 } }'))).toContain('Infinity');
    const torn = await file('torn.json', JSON.stringify({ layout: {}, source: { text: '{' } }));
    expect(await refusedPlainly('export', torn)).toContain('line 1');
  });

  test('an evaluation without end stops at its limits of time and memory', async () => {
    const memory = await file(
      'memory.nix',
      '{ disko.devices = builtins.fromJSON (toString (builtins.length (builtins.genList (x: x) 1000000000))); }\n',
    );
    const asked = await refused('import', memory);
    expect(asked.code).toBe('layout-evaluation');
    expect(asked.title).toMatch(/more memory/);
    const recursion = await refused('import', await file('recursion.nix', 'let a = a; in { disko.devices = a; }\n'));
    expect(recursion).toMatchObject({ code: 'layout-error', place: { line: 1 } });
    const { exitCode, stdout, stderr } = await endless;
    expect(exitCode, stdout + stderr).toBe(1);
    expect(failure.parse(JSON.parse(stdout)).error).toMatchObject({
      code: 'layout-evaluation',
      title: expect.stringMatching(/^The layout takes longer than 20 s to evaluate/),
      place: { line: 1 },
    });
    expect((await lab.controller.exec(['pgrep', '-f', 'nix.*endless'])).stdout).toBe('');
  });
});

/** Export has no JSON output of its own: its complaint is text. */
async function refusedPlainly(...argv: string[]): Promise<string> {
  const { exitCode, stderr } = await disks(...argv);
  expect(exitCode).toBe(2);
  return stderr;
}
