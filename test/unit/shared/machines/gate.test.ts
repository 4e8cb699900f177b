import { describe, expect, test } from 'vitest';
import type { InstallConfirmation, InstallDisk } from '../../../../shared/contract/install.ts';
import type { MachineReport } from '../../../../shared/contract/machine.ts';
import type { ProbedDisk } from '../../../../shared/disko/probed-disk.ts';
import { judgeGate, type GateQuestion } from '../../../../shared/install/gate.ts';
import { diskTitle, installDisks, type LayoutDisk } from '../../../../shared/install/install-disks.ts';

const disk = (name: string, serial: string | null, more: Partial<ProbedDisk> = {}): ProbedDisk => ({
  name,
  path: `/dev/${name}`,
  sizeBytes: 500e9,
  model: 'Samsung SSD 970',
  vendor: null,
  serial,
  wwn: null,
  transport: 'nvme',
  isRotational: false,
  isRemovable: false,
  isReadOnly: false,
  logicalSectorBytes: 512,
  physicalSectorBytes: 512,
  byId: serial === null ? [] : [`/dev/disk/by-id/nvme-${serial}`],
  table: null,
  isSystemDisk: false,
  content: null,
  label: null,
  uuid: null,
  usedBytes: null,
  mountpoints: [],
  group: null,
  children: [],
  ...more,
});
const windows = disk('sda', 'S1', {
  table: 'gpt',
  children: [
    {
      name: 'sda1',
      path: '/dev/sda1',
      kind: 'partition',
      sizeBytes: 400e9,
      partition: { number: 1, startBytes: 1048576, label: 'Basic data partition', uuid: null, type: null },
      content: 'ntfs',
      label: 'Windows',
      uuid: null,
      usedBytes: 210e9,
      mountpoints: [],
      group: null,
      children: [],
    },
  ],
});
const os: MachineReport['os'] = { id: 'nixos', name: 'NixOS', version: '', isNixos: true, isInstaller: true };
const layout: LayoutDisk[] = [{ name: 'main', device: '/dev/disk/by-id/nvme-S1', isErased: true }];

interface Case {
  disks?: ProbedDisk[];
  layout?: LayoutDisk[];
  before?: InstallDisk[] | null;
  confirmation?: Partial<InstallConfirmation> | null;
}

function question({
  disks = [disk('sda', 'S1')],
  layout: wanted = layout,
  before = null,
  confirmation = {},
}: Case): GateQuestion {
  const confirmed = confirmation === null ? null : { host: 'nas', disks: ['S1'], data: [], ...confirmation };
  return {
    host: 'nas',
    disks: installDisks(wanted, { disks }),
    confirmedDisks: before,
    confirmation: confirmed,
    report: { os, disks },
  };
}
const codes = (one: Case): string[] => judgeGate(question(one)).map(({ code }) => code);

describe('the gate before disks are erased', () => {
  test('opens for a blank disk that was confirmed by its serial', () => expect(codes({})).toEqual([]));

  test.each<[string, string[], Case]>([
    ['nothing was confirmed', ['gate-not-confirmed'], { confirmation: null }],
    ['another host was confirmed', ['gate-host-name'], { confirmation: { host: 'web' } }],
    ['no serial was given', ['gate-disk-not-confirmed'], { confirmation: { disks: [] } }],
    ['another serial was given', ['gate-disk-not-confirmed', 'gate-disk-unknown'], { confirmation: { disks: ['S2'] } }],
    ['a serial too many was given', ['gate-disk-unknown'], { confirmation: { disks: ['S1', 'S9'] } }],
    ['there is data that nobody confirmed', ['gate-data-not-confirmed'], { disks: [windows] }],
    ['the disk is gone', ['gate-disk-missing', 'gate-disk-unknown'], { disks: [disk('sdb', 'S7')] }],
    [
      'the disk has no identity',
      ['gate-no-identity', 'gate-disk-unknown'],
      { disks: [disk('sda', null)], layout: [{ name: 'main', device: '/dev/sda', isErased: true }] },
    ],
    ['the installer runs from it', ['gate-installer-disk'], { disks: [disk('sda', 'S1', { isSystemDisk: true })] }],
    ['it is read-only', ['gate-disk-read-only'], { disks: [disk('sda', 'S1', { isReadOnly: true })] }],
    [
      'the layout protects it',
      ['gate-disk-protected'],
      { layout: [{ name: 'main', device: '/dev/sda', isErased: false }] },
    ],
    [
      'two disks have one serial',
      ['gate-identity-twice'],
      {
        disks: [disk('sda', 'S1'), disk('sdb', 'S1')],
        layout: [
          ...layout.map((one) => ({ ...one, device: '/dev/sda' })),
          { name: 'second', device: '/dev/sdb', isErased: true },
        ],
      },
    ],
    [
      'another disk answers under the name',
      ['gate-disk-not-confirmed', 'gate-disk-unknown', 'gate-disk-changed'],
      {
        layout: [{ name: 'main', device: '/dev/sda', isErased: true }],
        disks: [disk('sda', 'S2')],
        before: installDisks([{ name: 'main', device: '/dev/sda', isErased: true }], { disks: [disk('sda', 'S1')] }),
      },
    ],
    [
      'the disk has another size than before',
      ['gate-disk-changed'],
      { before: installDisks(layout, { disks: [disk('sda', 'S1', { sizeBytes: 1e12 })] }) },
    ],
  ])('stays closed where %s', (_, expected, one) => expect(codes(one)).toEqual(expected));

  test('opens for data that was confirmed too', () => {
    expect(codes({ disks: [windows], confirmation: { data: ['S1'] } })).toEqual([]);
  });

  test('tells what is on a disk in words', () => {
    expect(installDisks(layout, { disks: [windows] })[0]).toMatchObject({
      contents: ['Windows (ntfs), 210 GB used'],
      hasData: true,
      serial: 'S1',
    });
  });

  test('believes the machine where a name is not listed', () => {
    const disks = installDisks(
      [{ name: 'main', device: '/dev/disk/by-path/x', isErased: true }],
      { disks: [windows] },
      new Map([['/dev/disk/by-path/x', '/dev/sda']]),
    );
    expect(disks[0]?.path).toBe('/dev/sda');
  });

  test('every refusal says what proves it and what to do', () => {
    for (const one of judgeGate(question({ confirmation: { disks: ['S2'], host: 'web' }, disks: [windows] }))) {
      expect(one.evidence).not.toBe('');
      expect(one.advice.length).toBeGreaterThan(0);
    }
  });
});

test.each([
  ['Samsung SSD 870 EVO 500GB', 500_107_862_016, 'Samsung SSD 870 EVO 500GB'],
  ['WDC 1 TB', 1_000_204_886_016, 'WDC 1 TB'],
  ['KINGSTON SA400S37240G', 240_057_409_536, 'KINGSTON SA400S37240G 240 GB'],
  ['SanDisk 3.2Gen1', 61_500_000_000, 'SanDisk 3.2Gen1 61.5 GB'],
  [null, 61_500_000_000, 'Unknown model 61.5 GB'],
  ['QEMU HARDDISK', null, 'QEMU HARDDISK'],
])('a disk of the model %s with %s bytes says its size once', (model, sizeBytes, title) => {
  expect(diskTitle({ model, sizeBytes })).toBe(title);
});
