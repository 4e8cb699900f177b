import { describe, expect, it } from 'vitest';
import { isSame, withValue, type Layout, type LayoutPath, type LayoutValue } from '../../../../shared/disko/layout.ts';
import * as operations from '../../../../shared/disko/operations.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { writeLayout } from '../../../../shared/disko/write-source.ts';

const file = `# The disks of nas
{ lib, ... }:
{
  boot.loader.grub.enable = true; # not ours
  disko.devices = {
    disk.main = {
      # bought in 2024
      device = "/dev/disk/by-id/ata-A";
      type = "disk";
      content = {
        type = "gpt";
        partitions = {
          ESP = {
            size = "1G";
            type = "EF00";
            content = {
              type = "filesystem";
              format = "vfat";
              mountpoint = "/boot";
              mountOptions = [
                "umask=0077" # keys are there
                "noatime"
              ];
            };
          };
          root = {
            size = "100%"; # all of it
            # the system
            content = {
              type = "filesystem"; # plain
              format = "ext4";
              mountpoint = "/";
              postCreateHook = ''
                echo one
                  echo two
              '';
            };
          };
        };
      };
    };
    disk.main.imageSize = "8G";
  };
}
`;

const partitions: LayoutPath = ['disk', 'main', 'content', 'partitions'];
const root: LayoutPath = [...partitions, 'root'];

/** The text after an operation; the layout that it is read back as must be what the operation made. */
function changed(operation: (layout: Layout) => Layout, text = file): string {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  const after = operation(reading.layout);
  const result = writeLayout(reading.source, reading.layout, after);
  const again = readLayout(result);
  if (!again.ok) throw new Error(`${again.note.message}\n${result}`);
  expect(again.layout).toEqual(after);
  expect(isSame(again.layout, after)).toBe(true);
  return result;
}
const set = (path: LayoutPath, value: LayoutValue) => (layout: Layout) => withValue(layout, path, value) as Layout;

describe('a rename in a text', () => {
  it('moves the name alone', () => {
    expect(changed((layout) => operations.rename(layout, root, 'system', false))).toBe(
      file.replace('          root = {', '          system = {'),
    );
  });
  it('is done in all spellings of the name', () => {
    expect(changed((layout) => operations.rename(layout, ['disk', 'main'], 'first', false))).toBe(
      file.replaceAll('disk.main', 'disk.first'),
    );
  });
  it('adds the old label where the machine runs from it, and touches nothing else', () => {
    const text = changed((layout) => operations.rename(layout, root, 'system', true));
    expect(text.replace('            label = "disk-main-root";\n', '')).toBe(
      file.replace('          root = {', '          system = {'),
    );
  });
  it('quotes a name that Nix needs quoted', () => {
    expect(changed((layout) => operations.rename(layout, root, 'my "${root}"', false))).toContain(
      '"my \\"\\${root}\\"" = {',
    );
  });
  it('follows references, each as one word', () => {
    const raid = `{
  disko.devices = {
    disk.a.content = { type = "gpt"; partitions.x.content = { type = "mdraid"; name = "r"; }; }; # first
    disk.b.content = { type = "gpt"; partitions.x.content = { type = "mdraid"; name = "r"; }; };
    mdadm.r = { type = "mdadm"; level = 1; /* mirror */ };
  };
}
`;
    expect(changed((layout) => operations.rename(layout, ['mdadm', 'r'], 'data', false), raid)).toBe(
      raid.replaceAll('name = "r"', 'name = "data"').replace('mdadm.r', 'mdadm.data'),
    );
  });
  it('of something inherited says where it came from', () => {
    const text =
      'let\n  root = { size = "1G"; };\nin\n{ disko.devices.disk.a.content.partitions = { inherit root; }; }\n';
    expect(
      changed(
        (layout) => operations.rename(layout, ['disk', 'a', 'content', 'partitions', 'root'], 'sys', false),
        text,
      ),
    ).toContain('{ sys = root; }');
  });
});

describe('a part that moves in a text', () => {
  const inner = (text: string): string[] => text.split('\n').map((line) => line.trim());
  it('takes its comments along when it is wrapped, and brings them back', () => {
    const wrapped = changed((layout) => operations.wrapInLuks(layout, root, 'crypted'));
    for (const line of inner(file)) expect(inner(wrapped)).toContain(line);
    expect(wrapped.split('# plain').length).toBe(2);
    expect(changed((layout) => operations.unwrap(layout, root), wrapped)).toBe(file);
  });
  it('takes its comments along into a group, and brings them back', () => {
    const wrapped = changed((layout) => operations.wrapInLvm(layout, root, 'pool', 'root'));
    for (const line of inner(file)) expect(inner(wrapped)).toContain(line);
    expect(wrapped.split('echo two').length).toBe(2);
    expect(changed((layout) => operations.unwrap(layout, root), wrapped)).toBe(file);
  });
  it('is written anew where its text would mean something else', () => {
    const text = `{
  disko.devices.disk.a.content.partitions.x = let m = "/data"; in {
    content = { type = "filesystem"; format = "ext4"; mountpoint = m; };
  };
}
`;
    expect(
      changed((layout) => operations.wrapInLvm(layout, ['disk', 'a', 'content', 'partitions', 'x'], 'p', 'v'), text),
    ).toContain('mountpoint = "/data"');
  });
});

describe('a list in a text', () => {
  const options: LayoutPath = [...partitions, 'ESP', 'content', 'mountOptions'];
  it('gets and loses items without a word about the others', () => {
    expect(changed(set(options, ['umask=0077', 'noatime', 'ro']))).toBe(
      file.replace('"noatime"\n', '"noatime"\n                "ro"\n'),
    );
    expect(changed(set(options, ['umask=0077', 'ro', 'noatime']))).toBe(
      file.replace('# keys are there\n', '# keys are there\n                "ro"\n'),
    );
    expect(changed(set(options, ['noatime']))).toContain('# keys are there');
    expect(changed(set(options, ['umask=0077']))).toBe(file.replace('                "noatime"\n', ''));
    expect(changed(set(options, ['first', 'umask=0077', 'noatime']))).toContain(
      '"first"\n                "umask=0077" # keys',
    );
  });
  it('stays on its line where it is on one', () => {
    const text = '{ disko.devices.nodev."/t" = { fsType = "tmpfs"; mountOptions = [ "a" "b" ]; }; }\n';
    const path = ['nodev', '/t', 'mountOptions'];
    expect(changed(set(path, ['a', 'x', 'b']), text)).toBe(text.replace('"a" "b"', '"a" "x" "b"'));
    expect(changed(set(path, ['b']), text)).toBe(text.replace('[ "a" "b" ]', '[ "b" ]'));
    expect(changed(set(path, ['z']), text)).toContain('[ "z" ]');
  });
  it('of partitions of the old table gets and loses partitions', () => {
    const text = `{
  disko.devices.disk.a.content.partitions = [
    { name = "a"; start = "1M"; } # one
    { name = "b"; start = "2M"; }
  ];
}
`;
    const path = ['disk', 'a', 'content', 'partitions'];
    expect(changed(set(path, [{ name: 'a', start: '1M' }]), text)).toBe(
      text.replace('    { name = "b"; start = "2M"; }\n', ''),
    );
    expect(
      changed(
        set(path, [
          { name: 'a', start: '1M' },
          { name: 'b', start: '3M' },
        ]),
        text,
      ),
    ).toBe(text.replace('"2M"', '"3M"'));
    expect(
      changed(
        set(path, [
          { name: 'a', start: '1M' },
          { name: 'b', start: '2M' },
          { name: 'c', start: '9M' },
        ]),
        text,
      ),
    ).toContain('# one\n    { name = "b"; start = "2M"; }\n    {\n      name = "c";');
  });
});

describe('removing from a text', () => {
  it('takes all spellings away', () => {
    const text = changed((layout) => operations.remove(layout, ['disk', 'main']));
    expect(text).not.toContain('main');
    expect(text).toContain('disk = { };');
  });
  it('takes away what a later set hides as well, so that it does not come back', () => {
    const text =
      '{ disko.devices.nodev = { "/a".fsType = "tmpfs"; "/b".fsType = "tmpfs"; } // { "/a".fsType = "zram"; }; }\n';
    expect(changed((layout) => operations.remove(layout, ['nodev', '/a']), text)).not.toContain('"/a"');
  });
});
