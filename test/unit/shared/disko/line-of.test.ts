import { expect, it } from 'vitest';
import { lineOf } from '../../../../shared/disko/line-of.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';

const text = `{ lib, ... }:
let
  swap = {
    size = "8G";
  };
in
{
  disko.devices.disk.main.type = "disk";
  disko.devices.disk.main.content = {
    type = "gpt";
    partitions = {
      inherit swap;
      root.size = "100%";
      root.content.type = "filesystem";
    };
  };
  disko.devices.disk.old.content.partitions = [
    { name = "a"; }
    {
      name = "b";
    }
  ];
  disko.devices.nodev = lib.genAttrs [ "/tmp" ] (_: { fsType = "tmpfs"; });
}
`;

it.each([
  ['a value', ['disk', 'main', 'content', 'type'], 10],
  ['a set', ['disk', 'main', 'content'], 9],
  ['a set that is spelt as a part of longer names', ['disk', 'main', 'content', 'partitions', 'root'], 13],
  ['what such a set lacks', ['disk', 'main', 'content', 'partitions', 'root', 'priority'], 13],
  ['what the top of a disk lacks', ['disk', 'main', 'device'], 8],
  ['a value of an item of a list', ['disk', 'old', 'content', 'partitions', 1, 'name'], 20],
  ['what an item of a list lacks', ['disk', 'old', 'content', 'partitions', 1, 'content'], 19],
  ['a value that is written elsewhere', ['disk', 'main', 'content', 'partitions', 'swap', 'size'], 4],
  ['a computed part', ['nodev', '/tmp', 'mountpoint'], 23],
  ['the whole layout', [], 8],
] as const)('the line of %s is known', (_, path, line) => {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  expect(lineOf(reading.source, path)).toBe(line);
});

it('the line of a layout as a whole is where its set begins', () => {
  const line = (source: string): number | null => {
    const reading = readLayout(source);
    if (!reading.ok) throw new Error(reading.note.message);
    return lineOf(reading.source, []);
  };
  expect(line('{\n  disko.devices = {\n    disk = { };\n  };\n}\n')).toBe(2);
  expect(line('{ disk.a.device = "/dev/sda";\n}\n')).toBe(1);
});
