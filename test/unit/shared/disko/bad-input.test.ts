import { describe, expect, it } from 'vitest';
import { formatLayout } from '../../../../shared/disko/format.ts';
import type { Layout } from '../../../../shared/disko/layout.ts';
import { rename } from '../../../../shared/disko/operations.ts';
import { readLayout, type LayoutReading } from '../../../../shared/disko/read-source.ts';
import { checkLayout } from '../../../../shared/disko/rules/index.ts';
import { suggestSize } from '../../../../shared/disko/size.ts';
import { writeLayout } from '../../../../shared/disko/write-source.ts';

function refused(text: string, given?: Record<string, unknown>): Extract<LayoutReading, { ok: false }> {
  const result = readLayout(text, given);
  if (result.ok) throw new Error('was read');
  return result;
}
const sized = (size: string): Layout => ({
  disk: {
    main: {
      type: 'disk',
      device: '/dev/disk/by-id/ata-A',
      content: {
        type: 'gpt',
        partitions: { root: { size, content: { type: 'filesystem', format: 'ext4', mountpoint: '/' } } },
      },
    },
  },
});

describe('a text that is no layout', () => {
  it.each([
    ['is not Nix', '{\n  disko.devices = {\n', 'syntax', 3],
    ['is empty', '', 'syntax', 1],
    ['is Nix and no disko', '{ environment.systemPackages = [ ]; }', 'not-a-layout', 1],
    ['is a string', '"disko"', 'not-a-layout', 1],
    ['refers to itself', '{\n  disko.devices = let a = { b = c; }; c = a.b; in c;\n}', 'error', 2],
    ['has a set in itself', 'rec {\n  disko.devices = { inherit disko; };\n}', 'error', 1],
    ['imports another file', '{\n  disko.devices = import ./disks.nix;\n}', 'outside', 2],
    ['recurses without end', 'let\n  f = x: [ (f x) ];\nin\n{ disko.devices.disk = { a = f 1; }; }', 'error', 2],
  ] as const)('says what and where: it %s', (_, text, reason, line) => {
    const { note, ...result } = refused(text);
    expect(result.reason).toBe(reason);
    expect(note.message).toMatch(/[.!?]$/);
    expect(note.line).toBeLessThanOrEqual(text.split('\n').length);
    if (reason === 'syntax' || reason === 'outside') expect(note.line).toBe(line);
  });
  it('asks for all arguments that are missing at once, and takes them', () => {
    const text =
      '{ disks, boot, name ? "main", ... }: { disko.devices.disk.${name} = { device = builtins.head disks; x = boot; }; }';
    const asked = refused(text);
    expect(asked.reason).toBe('arguments');
    expect(asked.note.message).toBe("Needs a value for the arguments 'disks', 'boot'.");
    expect(asked.arguments.map(({ name, isNeeded }) => [name, isNeeded])).toEqual([
      ['disks', true],
      ['boot', true],
      ['name', false],
    ]);
    expect(readLayout(text, { disks: ['/dev/sda'], boot: 1 })).toMatchObject({
      ok: true,
      layout: { disk: { main: { device: '/dev/sda', x: 1 } } },
    });
  });
  it('of 5 MB is read in a moment', () => {
    const many = Array.from({ length: 40_000 }, (_, index) => `  x${index} = { a = "${'y'.repeat(90)}"; };\n`).join('');
    const reading = readLayout(`{\n${many}  disko.devices.disk.a.device = "/dev/a";\n}\n`);
    expect(reading).toMatchObject({ ok: true, layout: { disk: { a: { device: '/dev/a' } } } });
  });
  it.each(['(a*)*b', '(a|aa)+b', '((a+)b?)+c', 'a*a*a*a*a*a*b', '(a?){40}a{40}', '(a{1,9}){1,9}b'])(
    'that searches without end is left to nix, which has a limit: %s',
    (pattern) => {
      const text = `{ disko.devices.disk.a = { x = builtins.match "${pattern}" "${'a'.repeat(60)}"; }; }`;
      expect(readLayout(text)).toMatchObject({ ok: true, kept: [{ path: ['disk', 'a', 'x'] }] });
    },
  );
  it.each([
    "builtins.foldl' (a: b: a // { ${toString b} = b; }) { } (builtins.genList (x: x) 9000)",
    "builtins.foldl' (a: b: a ++ [ b ]) [ ] (builtins.genList (x: x) 9000)",
    'lib.unique (builtins.genList (x: x) 9000)',
  ])('that copies without measure stops in a moment: %s', (expression) => {
    const text = `{ lib, ... }: { disko.devices.disk.a.x = ${expression}; }`;
    expect(refused(text).note.message).toContain('too many steps');
  });
  it('that searches as people do is read', () => {
    const found = 'builtins.match "([a-z]+-)?(.*)_([0-9A-F]{4,})" "nvme-Samsung_970_0A1B"';
    expect(readLayout(`{ disko.devices.disk.a = { x = ${found}; }; }`)).toMatchObject({
      ok: true,
      layout: { disk: { a: { x: ['nvme-', 'Samsung_970', '0A1B'] } } },
    });
  });
  it('that is nested without measure is refused, and does not fell us', () => {
    expect(refused(`{ disko.devices.${'a.'.repeat(50_000)}b = 1; }`).note.message).toContain('deep');
    expect(refused(`{ disko.devices = ${'['.repeat(100_000)}${']'.repeat(100_000)}; }`).ok).toBe(false);
    expect(refused(`{ disko.devices.disk = ${'{ a = '.repeat(300)}1${'; }'.repeat(300)}; }`).note.message).toContain(
      'deep',
    );
  });
});

describe('names that hold anything', () => {
  it.each([
    'with space',
    'with "quotes"',
    '${builtins.abort "no"}',
    "''${x}''",
    'größe',
    'x'.repeat(200),
    'a.b',
    '1',
    'in',
    '-x',
    '\\',
    '$',
  ])('are data and stay as they are: %s', (name) => {
    const layout: Layout = {
      disk: {
        [name]: { type: 'disk', device: '/dev/a', content: { type: 'gpt', partitions: { [name]: { size: '1G' } } } },
      },
    };
    const text = formatLayout(layout);
    const reading = readLayout(text);
    expect(reading).toMatchObject({ ok: true, layout });
    if (!reading.ok) return;
    const renamed = rename(reading.layout, ['disk', name], 'plain', true);
    const back = readLayout(writeLayout(reading.source, reading.layout, renamed));
    expect(back).toMatchObject({ ok: true, layout: renamed });
    for (const finding of checkLayout(layout, { firmware: 'uefi' })) expect(finding.message).not.toBe('');
  });
});

describe('sizes that disko would not take', () => {
  it.each([
    ['0', 'size-zero', undefined],
    ['50%', 'size-percent', undefined],
    ['1.5G', 'size-format', '1536M'],
    ['10GiB', 'size-format', '10G'],
    ['512m', 'size-format', '512M'],
    ['10 GB', 'size-format', '10G'],
    ['-5G', 'size-format', undefined],
    ['', 'size-format', undefined],
    ['lots', 'size-format', undefined],
    ['9'.repeat(40), undefined, undefined],
  ])('are told, with what may have been meant: %s', (size, code, meant) => {
    const findings = checkLayout(sized(size), { firmware: null });
    if (code !== undefined) expect(findings.map((item) => item.code)).toContain(code);
    const fix = findings.find((item) => item.code === code)?.fix;
    expect(fix?.changes[0]?.value).toBe(meant);
    if (meant !== undefined) expect(suggestSize(size)).toBe(meant);
  });
});
