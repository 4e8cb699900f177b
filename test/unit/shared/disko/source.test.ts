import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { withoutDefaults } from '../../../../shared/disko/defaults.ts';
import { formatLayout } from '../../../../shared/disko/format.ts';
import { isSame, toJson, withValue, type Layout } from '../../../../shared/disko/layout.ts';
import { readLayout, type LayoutReading } from '../../../../shared/disko/read-source.ts';
import { buildRecipe, recipes, type RecipeAnswers } from '../../../../shared/disko/recipes.ts';
import { NixExpression } from '../../../../shared/nix/value.ts';
import { ReadOnlyLayout, writeLayout } from '../../../../shared/disko/write-source.ts';

// Thousands of generated cases take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

function reading(text: string, given?: Record<string, unknown>): Extract<LayoutReading, { ok: true }> {
  const result = readLayout(text, given);
  if (!result.ok) throw new Error(`${result.reason}: ${result.note.message}`);
  return result;
}

function refused(text: string, given?: Record<string, unknown>): Extract<LayoutReading, { ok: false }> {
  const result = readLayout(text, given);
  if (result.ok) throw new Error('was read');
  return result;
}

const file = `# The disks of nas
{ lib, device ? "/dev/vda", ... }:
let
  root = "ext4"; # for now
in
{
  boot.loader.grub.enable = true;
  disko.devices.disk.main = {
    inherit device;
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        ESP = { size = "1G"; type = "EF00"; content = { type = "filesystem"; format = "vfat"; mountpoint = "/boot"; }; };
        # the rest
        root = {
          size = "100%"; # all of it
          content = { type = "filesystem"; format = root; mountpoint = lib.mkDefault "/"; };
        };
      };
    };
  };
  disko.devices.nodev."/tmp".fsType = "tmpfs";
}
`;

const answers: fc.Arbitrary<{ recipe: string; answers: RecipeAnswers }> = fc
  .record({
    recipe: fc.constantFrom(...recipes),
    firmware: fc.constantFrom('uefi', 'bios', 'both', 'rpi'),
    swap: fc.option(fc.constantFrom('8G', '16G')),
    hibernation: fc.boolean(),
    device: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }),
  })
  .map(({ recipe, device, ...rest }) => ({
    recipe: recipe.name,
    answers: {
      ...rest,
      disks: Array.from({ length: Math.min(4, recipe.maximumDisks) }, (_, index) => ({
        name: `disk${index}`,
        device: `/dev/${device}${index}`,
      })),
    },
  }));

describe('readLayout', () => {
  it('reads functions with defaults, let, dotted paths and lib wrappers', () => {
    const { layout, arguments: taken } = reading(file);
    expect(toJson(layout)).toMatchObject({
      disk: {
        main: {
          device: '/dev/vda',
          content: { partitions: { root: { content: { format: 'ext4', mountpoint: '/' } } } },
        },
      },
      nodev: { '/tmp': { fsType: 'tmpfs' } },
    });
    expect(taken).toEqual([{ name: 'device', isNeeded: false, fallback: '"/dev/vda"' }]);
  });
  it('takes values for arguments, and asks for those that have none', () => {
    const text =
      '{ disks, ... }: { disko.devices.disk.a = { type = "disk"; device = builtins.elemAt disks 0; content = null; }; }';
    expect(refused(text)).toMatchObject({ reason: 'arguments', arguments: [{ name: 'disks', isNeeded: true }] });
    expect(toJson(reading(text, { disks: ['/dev/x'] }).layout)).toMatchObject({ disk: { a: { device: '/dev/x' } } });
    expect(
      refused('{ device ? throw "Set this to your disk" }: { disko.devices.disk.a.device = device; }').reason,
    ).toBe('arguments');
  });
  it('understands a bare set of groups, and genAttrs over disks', () => {
    const text =
      '{ lib, ... }: { disk = lib.genAttrs [ "/dev/a" "/dev/b" ] (device: { inherit device; name = lib.replaceStrings [ "/" ] [ "_" ] device; }); }';
    expect(toJson(reading(text).layout)).toEqual({
      disk: { '/dev/a': { device: '/dev/a', name: '_dev_a' }, '/dev/b': { device: '/dev/b', name: '_dev_b' } },
    });
  });
  it('keeps what comes from outside the file, word for word, and says where', () => {
    const { layout, kept } = reading('{ config, ... }: {\n  disko.devices.disk.a.device = config.my.disk;\n}');
    expect(toJson(layout)).toEqual({ disk: { a: { device: { $nix: 'config.my.disk' } } } });
    expect(kept).toMatchObject([{ path: ['disk', 'a', 'device'], line: 2, column: 33 }]);
  });
  it('writes what an expression needs of the text around it where it is written anew', () => {
    const text = `{ config, lib, ... }:
let
  unused = 1;
  my = config.my;
  inherit (my.disks) second;
in
{
  disko.devices.disk = let first = my.disks.first or "/dev/a"; name = "b"; in {
    a.device = first;
    b = { device = second; name = name; };
    c.device = (my: my) config.x;
  };
}
`;
    const { layout } = reading(text);
    expect(formatLayout(layout)).toBe(`{ config, ... }:
let
  first = my.disks.first or "/dev/a";
  my = config.my;
  second = (my.disks).second;
in
{
  disko.devices = {
    disk = {
      a = {
        device = first;
      };
      b = {
        device = second;
        name = "b";
      };
      c = {
        device = (my: my) config.x;
      };
    };
  };
}
`);
    expect(reading(formatLayout(layout)).layout).toEqual(layout);
  });
  it('shows a layout under a condition that only evaluation knows, and says so', () => {
    const { layout, assumed } = reading(
      '{ config, lib, ... }:\n{\n  config = lib.mkIf config.my.disks.enable {\n    disko.devices.disk.a.device = "/dev/a";\n  };\n}',
    );
    expect(layout).toEqual({ disk: { a: { device: '/dev/a' } } });
    expect(assumed).toMatchObject([{ line: 3 }]);
    expect(assumed[0]?.message).toContain('config.my.disks');
    // Of two such conditions usually one holds.
    expect(
      refused(
        '{ config, lib, ... }: { config = lib.mkMerge [ (lib.mkIf config.a { disko.devices.disk.a = { }; }) (lib.mkIf config.b { disko.devices.disk.b = { }; }) ]; }',
      ).reason,
    ).toBe('outside');
  });
  it('reads the wrappers of the module system written out as sets, and writes into what they hold', () => {
    const text = `{
  disk.a = {
    device = { _type = "override"; priority = 50; content = "/dev/a"; };
    content.partitions = {
      _type = "merge";
      contents = [
        { root = { size = "8G"; }; }
        { _type = "if"; condition = false; content = { root.size = "9G"; gone.size = "1G"; }; }
        { _type = "if"; condition = true; content = { swap.size = "4G"; }; }
      ];
    };
  };
}
`;
    const { layout, source } = reading(text);
    const partitions = { root: { size: '8G' }, swap: { size: '4G' } };
    expect(toJson(layout)).toEqual({ disk: { a: { device: '/dev/a', content: { partitions } } } });
    const grown = withValue(layout, ['disk', 'a', 'content', 'partitions', 'swap', 'size'], '5G') as Layout;
    expect(writeLayout(source, layout, grown)).toBe(text.replace('"4G"', '"5G"'));
  });
  it('finds the one layout in a module that a file hands on by name, and counts where there are more', () => {
    const one =
      '{ inputs, ... }:\n{ flake.modules.nixos.nas = { lib, ... }: { disko.devices.disk.a.device = "/dev/a"; }; flake.other = inputs.x.y; }';
    const found = reading(one);
    expect(found.layout).toEqual({ disk: { a: { device: '/dev/a' } } });
    expect(found.devicesPath).toEqual(['flake', 'modules', 'nixos', 'nas', 'disko', 'devices']);
    const after = withValue(found.layout, ['disk', 'a', 'device'], '/dev/b') as Layout;
    expect(writeLayout(found.source, found.layout, after)).toBe(one.replace('/dev/a', '/dev/b'));
    const two = refused('{\n  a.disko.devices.disk.a = { };\n  b.disko.devices.disk.b = { };\n}');
    expect(two.reason).toBe('not-a-layout');
    expect(two.note.message).toContain('2 layouts');
  });
  it.each([
    ['not Nix', '{ a = ; }', 'syntax'],
    ['empty', '', 'syntax'],
    ['not a layout', '{ services.openssh.enable = true; }', 'not-a-layout'],
    ['a list', '[ 1 2 ]', 'not-a-layout'],
    ['another file', 'import ./other.nix', 'outside'],
    ['infinite recursion', 'let a = a; in { disko.devices = a; }', 'error'],
    ['endless calls', 'let f = x: f (x + 1); in { disko.devices = f 0; }', 'error'],
    ['a cyclic set', 'let a = { b = a; }; in { disko.devices = a; }', 'error'],
    ['a missing variable', '{ disko.devices.disk = nope; }', 'error'],
  ])('says clearly what is wrong with %s', (_, text, reason) => {
    const result = refused(text);
    expect(result.reason).toBe(reason);
    expect(result.note.message).toMatch(/[.!?]$/);
    expect(result.note.line).toBeGreaterThan(0);
  });
  it('stops at deep nesting and at a large file without hanging', () => {
    expect(refused(`{ disko.devices = ${'{ a = '.repeat(5000)}1${'; }'.repeat(5000)}; }`).reason).toBe('syntax');
    expect(reading(`{ disko.devices.disk = { }; ${'# padding\n'.repeat(500_000)} }`).layout).toEqual({ disk: {} });
  });
});

describe('writeLayout', () => {
  it('gives an unchanged layout back byte for byte', () => {
    const { layout, source } = reading(file);
    expect(writeLayout(source, layout, layout)).toBe(file);
  });
  it('changes one line for one changed size', () => {
    const { layout, source } = reading(file);
    const path = ['disk', 'main', 'content', 'partitions', 'root', 'size'];
    const after = withValue(layout, path, '50G') as Layout;
    expect(writeLayout(source, layout, after)).toBe(file.replace('size = "100%"; # all', 'size = "50G"; # all'));
  });
  it('keeps the priority that a value was wrapped in', () => {
    const { layout, source } = reading(file);
    const path = ['disk', 'main', 'content', 'partitions', 'root', 'content', 'mountpoint'];
    expect(writeLayout(source, layout, withValue(layout, path, '/srv') as Layout)).toBe(
      file.replace('lib.mkDefault "/"', 'lib.mkDefault "/srv"'),
    );
  });
  it('adds and removes partitions and leaves the comments', () => {
    const { layout, source } = reading(file);
    const partitions = ['disk', 'main', 'content', 'partitions'];
    const added = withValue(layout, [...partitions, 'swap'], { size: '8G', content: { type: 'swap' } });
    const after = withValue(added, [...partitions, 'ESP'], undefined) as Layout;
    const text = writeLayout(source, layout, after);
    expect(isSame(reading(text).layout, after)).toBe(true);
    for (const comment of ['# The disks of nas', '# for now', '# the rest', '# all of it'])
      expect(text).toContain(comment);
  });
  it('refuses to change one of two places that one text stands for, and names the line', () => {
    const text =
      'let\n  part = { size = "1G"; };\nin\n{ disko.devices.disk = { a.content.partitions.x = part; b.content.partitions.x = part; }; }';
    const { layout, source } = reading(text);
    const after = withValue(layout, ['disk', 'a', 'content', 'partitions', 'x', 'size'], '2G') as Layout;
    expect(() => writeLayout(source, layout, after)).toThrow(ReadOnlyLayout);
    expect(() => writeLayout(source, layout, after)).toThrow('(line 2)');
  });
});

describe('formatLayout', () => {
  it('writes a function where an expression needs arguments', () => {
    const layout = { disk: { a: { device: new NixExpression('lib.mkDefault config.my.pkgs') } } };
    const text = formatLayout(layout);
    expect(text).toMatch(/^\{ config, lib, \.\.\. \}:\n\{\n/);
    expect(text).toContain('device = lib.mkDefault config.my.pkgs;');
  });
  it('writes any recipe as a file that reads back as the same layout', () => {
    fc.assert(
      fc.property(answers, ({ recipe, answers: given }) => {
        const layout = buildRecipe(recipe, given);
        expect(isSame(reading(formatLayout(layout)).layout, layout)).toBe(true);
        const short = withoutDefaults(layout);
        expect(isSame(withoutDefaults(reading(formatLayout(short)).layout), short)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
  it('leaves out what disko would assume, and keeps what it does not know', () => {
    const layout = {
      disk: {
        a: {
          type: 'disk',
          device: '/dev/a',
          destroy: true,
          imageSize: '2G',
          name: 'a',
          preCreateHook: '',
          strange: 1,
          content: {
            type: 'gpt',
            efiGptPartitionFirst: true,
            partitions: { p: { _index: 1, name: 'p', size: '1G', attributes: [] } },
          },
        },
      },
      mdadm: {},
    };
    expect(withoutDefaults(layout)).toEqual({
      disk: {
        a: { type: 'disk', device: '/dev/a', strange: 1, content: { type: 'gpt', partitions: { p: { size: '1G' } } } },
      },
    });
  });
});
