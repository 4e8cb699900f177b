import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readers } from '../../../../electron/engine/machines/probe.ts';
import { beforeParts, fateOf, placesInUse } from '../../../../renderer/disks/before.ts';
import { enteredSizes, firstWishes, withProbedDisk } from '../../../../renderer/disks/recipe-choice.ts';
import { summarize } from '../../../../shared/disko/summary.ts';
import { decimalSize } from '../../../../shared/install/install-disks.ts';
import { readProbe } from '../../../../shared/machines/read-probe.ts';

function reportOf(name: string) {
  const file = join(import.meta.dirname, '../../../fixtures/machine-probes', name, 'output');
  const report = readProbe(readFileSync(file, 'utf8'), '@@', 1_700_000_000_000, readers);
  if (report === null) throw new Error(`${name} is not whole`);
  return report;
}
const windows = reportOf('uefi-windows-beside-ubuntu');
const [disk] = windows.disks;
if (disk === undefined) throw new Error('It has a disk');

test('the pieces of a disk as it is now fill it, and tell what is in them', () => {
  const parts = beforeParts(disk);
  expect(parts.map(({ words }) => words).join('; ')).toContain('ntfs');
  const whole = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(Math.abs(whole - disk.sizeBytes)).toBeLessThan(disk.sizeBytes / 100);
});

test('a disk with data is said to be erased, one that is kept is not, and an unknown device is told', () => {
  const device = disk.byId[0] ?? disk.path;
  expect(fateOf({ name: 'main', device, isErased: true }, windows.disks)).toMatchObject({ tone: 'bad' });
  expect(fateOf({ name: 'main', device, isErased: true }, windows.disks).words).toMatch(/^Will be erased: .*ntfs/);
  expect(fateOf({ name: 'main', device, isErased: false }, windows.disks).words).not.toContain('erased');
  expect(fateOf({ name: 'main', device: '/dev/disk/by-id/other', isErased: true }, windows.disks).words).toContain(
    'no such disk',
  );
});

test('an empty disk is free room as a whole', () => {
  const [empty] = reportOf('nixos-installer-empty-disk').disks.filter(({ isSystemDisk }) => !isSystemDisk);
  if (empty === undefined) throw new Error('It has an empty disk');
  expect(beforeParts(empty)).toMatchObject([{ words: 'empty', isFree: true }]);
});

test('the places where something of a disk is in use are told', () => {
  expect(reportOf('luks-root-wifi').disks.flatMap(placesInUse)).toContain('/');
});

test('a layout in words says what is printed on the disks of the machine, and what is lost with them', () => {
  const device = disk.byId[0] ?? disk.path;
  const layoutOf = (named: string) => ({ disk: { main: { type: 'disk', device: named } } });
  const [line] = summarize(layoutOf(device), windows.disks);
  expect(line).toContain(`${device} (${disk.model ?? ''}, ${decimalSize(disk.sizeBytes)}) will be erased: `);
  expect(line).toMatch(/ntfs/);
  expect(summarize(layoutOf('/dev/disk/by-id/other'), windows.disks)[0]).toContain('is not on the machine');
  expect(summarize(layoutOf(device))[0]).toBe(`Disk main (${device}) will be erased.`);
});

test('a disk of the machine becomes the entry that names no device yet, then one more, and is let go again', () => {
  const second = { ...disk, path: '/dev/sdz', byId: [] };
  const one = withProbedDisk(firstWishes.disks, disk, true);
  expect(one).toMatchObject([{ name: 'main', device: disk.byId[0] }]);
  expect(enteredSizes(one)['main']).toBeCloseTo(disk.sizeBytes, -10);
  const two = withProbedDisk(one, second, true);
  expect(two.map(({ name, device }) => `${name} ${device}`)).toEqual([`main ${disk.byId[0]}`, 'data1 /dev/sdz']);
  expect(withProbedDisk(two, disk, false).map(({ name }) => name)).toEqual(['data1']);
  expect(withProbedDisk(one, disk, false)).toEqual(firstWishes.disks);
});
