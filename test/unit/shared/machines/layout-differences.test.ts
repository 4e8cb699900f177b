import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readers } from '../../../../electron/engine/machines/probe.ts';
import { isSet, withValue, type Layout, type LayoutPath, type LayoutValue } from '../../../../shared/disko/layout.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { layoutDifferences } from '../../../../shared/machines/layout-differences.ts';
import { layoutOfMachine } from '../../../../shared/install/layout-of-machine.ts';
import { readProbe } from '../../../../shared/machines/read-probe.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');

function reportOf(folder: string) {
  const report = readProbe(readFileSync(join(folder, 'output'), 'utf8'), '@@', 1_700_000_000_000, readers);
  if (report === null) throw new Error(`${folder} is not whole`);
  return report;
}
function layoutOf(text: string): Layout {
  const reading = readLayout(text);
  if (!reading.ok) throw new Error(reading.note.message);
  return reading.layout;
}
function changed(layout: Layout, path: LayoutPath, value: LayoutValue | undefined): Layout {
  const after = withValue(layout, path, value);
  if (!isSet(after)) throw new Error('not a layout');
  return after;
}

test('a machine does not differ from the layout that was read from it', () => {
  const report = reportOf(join(fixtures, 'machine-probes/uefi-windows-beside-ubuntu'));
  const told = layoutOfMachine(report);
  if (!told.ok) throw new Error(told.reason);
  expect(layoutDifferences(layoutOf(told.text), report)).toEqual([]);
});

test('a disk that is not there, or that nothing was put on yet, is said in one line', () => {
  const report = reportOf(join(fixtures, 'machine-probes/nixos-installer-empty-disk'));
  const empty = report.disks.find(({ isSystemDisk }) => !isSystemDisk);
  const layoutFor = (device: string) =>
    layoutOf(
      `{ disko.devices.disk.main = { type = "disk"; device = "${device}"; content = { type = "gpt"; partitions.a.size = "100%"; }; }; }`,
    );
  expect(layoutDifferences(layoutFor('/dev/disk/by-id/other'), report).map(({ message }) => message)).toContain(
    'main: the machine shows no disk /dev/disk/by-id/other.',
  );
  expect(layoutDifferences(layoutFor(empty?.path ?? ''), report)[0]).toEqual({
    path: ['disk', 'main'],
    message: `main: ${empty?.path} is empty; nothing of the layout is on it yet.`,
  });
});

describe('the datasets of a pool', () => {
  const report = reportOf(join(fixtures, 'machine-probes/zfs-pool'));
  const differences = (datasets: string): string[] => {
    const member = (device: string): string =>
      `{ type = "disk"; device = "${device}"; content = { type = "gpt"; partitions.zfs = { size = "100%"; content = { type = "zfs"; pool = "tank"; }; }; }; }`;
    const pool = `{ type = "zpool"; mode = "mirror"; datasets = { ${datasets} }; }`;
    const layout = layoutOf(
      `{ disko.devices = { disk = { a = ${member('/dev/sda')}; b = ${member('/dev/sdb')}; }; zpool.tank = ${pool}; }; }`,
    );
    return layoutDifferences(layout, report).flatMap(({ message }) => (message.includes('/srv') ? [message] : []));
  };
  it('are where the layout has them', () => {
    expect(differences('srv = { type = "zfs_fs"; mountpoint = "/srv"; };')).toEqual([]);
  });
  it('may be mounted by ZFS itself', () => {
    expect(differences('srv = { type = "zfs_fs"; options.mountpoint = "/srv"; };')).toEqual([]);
  });
  it('are told where another one is mounted, and where the layout has none', () => {
    expect(differences('home = { type = "zfs_fs"; mountpoint = "/srv"; };')).toEqual([
      '/srv is the dataset tank/home in the layout, tank/srv on the machine.',
    ]);
    expect(differences('')).toEqual(['/srv (zfs on tank/srv) is mounted on the machine, not in the layout.']);
  });
});

/** Machines on whose disks the real disko put the layout beside; their mounts are told as those of a running system. */
const folder = join(fixtures, 'disko-machines');
function machineOf(name: string) {
  const report = reportOf(join(folder, name));
  const mounts = report.mounts
    .filter(({ target }) => target === '/mnt' || target.startsWith('/mnt/'))
    .map((mount) => ({ ...mount, target: mount.target.slice('/mnt'.length) || '/' }));
  return {
    layout: layoutOf(readFileSync(join(folder, name, 'layout.nix'), 'utf8')),
    report: { disks: report.disks, mounts },
  };
}
const messages = (name: string, path: LayoutPath, value: LayoutValue | undefined): string[] => {
  const { layout, report } = machineOf(name);
  return layoutDifferences(changed(layout, path, value), report).map(({ message }) => message);
};

describe('a machine that disko made', () => {
  it.each(readdirSync(folder))('has nothing that the layout does not say: %s', (name) => {
    const { layout, report } = machineOf(name);
    expect(layoutDifferences(layout, report)).toEqual([]);
  });

  const root = ['disk', 'main', 'content', 'partitions', 'root'];
  const lvs = ['lvm_vg', 'pool', 'lvs'];
  it.each([
    [
      'a size',
      'lvm-uefi',
      ['disk', 'main', 'content', 'partitions', 'ESP', 'size'],
      '2G',
      'main › ESP: 2G in the layout, 1G on the machine.',
    ],
    [
      'a file system',
      'lvm-uefi',
      [...lvs, 'root', 'content', 'format'],
      'xfs',
      'pool › root: the layout has xfs, the machine ext4.',
    ],
    [
      'a volume that only the layout has',
      'lvm-uefi',
      [...lvs, 'data'],
      { size: '1G' },
      'pool › data is in the layout, not on the machine.',
    ],
    [
      'a volume that only the machine has',
      'lvm-uefi',
      [...lvs, 'swap'],
      undefined,
      'pool: swap (swap, 1G) is on the machine, not in the layout.',
    ],
    [
      'a partition that only the machine has',
      'encrypted-uefi',
      ['disk', 'main', 'content', 'partitions', 'swap'],
      undefined,
      'main: disk-main-swap (1G) is on the machine, not in the layout.',
    ],
    [
      'a volume group',
      'lvm-uefi',
      [...root, 'content', 'vg'],
      'other',
      'main › root: it belongs to the volume group other in the layout, to pool on the machine.',
    ],
    [
      'a container',
      'encrypted-uefi',
      [...root, 'content', 'name'],
      'safe',
      'main › root: the container is open as crypted, in the layout it is safe.',
    ],
    [
      'no encryption',
      'encrypted-uefi',
      [...root, 'content'],
      { type: 'filesystem', format: 'ext4' },
      'main › root: the layout has ext4, the machine LUKS.',
    ],
    [
      'a subvolume',
      'encrypted-uefi',
      [...root, 'content', 'content', 'subvolumes', '@root', 'name'],
      '@',
      '/ is the subvolume /@ in the layout, /@root on the machine.',
    ],
    [
      'a mount that only the machine has',
      'encrypted-uefi',
      [...root, 'content', 'content', 'subvolumes', '@home', 'mountpoint'],
      undefined,
      '/home (btrfs on /dev/mapper/crypted) is mounted on the machine, not in the layout.',
    ],
    [
      'a mount that only the layout has',
      'lvm-uefi',
      [...lvs, 'root', 'content', 'mountpoint'],
      '/srv',
      '/srv is in the layout, not mounted on the machine.',
    ],
    [
      'a type that the firmware goes by',
      'mirror-mdadm-bios',
      ['disk', 'main', 'content', 'partitions', 'bios', 'type'],
      '8300',
      'main › bios: its type is EF02 on the machine, not in the layout.',
    ],
    [
      'an array',
      'mirror-mdadm-bios',
      [...root, 'content', 'name'],
      'boot',
      'main › root: it belongs to the array boot in the layout, to root on the machine.',
    ],
    [
      'the level of an array',
      'mirror-mdadm-bios',
      ['mdadm', 'root', 'level'],
      0,
      'Array root: raid0 in the layout, raid1 on the machine.',
    ],
    [
      'the kind of an old table',
      'old-tables',
      ['disk', 'main', 'content', 'format'],
      'gpt',
      'main: the table of /dev/vdd is msdos, not gpt.',
    ],
    [
      'a size in an old table',
      'old-tables',
      ['disk', 'data', 'content', 'partitions', 0, 'end'],
      '1GiB',
      'data › swap: 1023M in the layout, 512M on the machine.',
    ],
    [
      'a file system in an old table',
      'old-tables',
      ['disk', 'main', 'content', 'partitions', 1, 'content', 'format'],
      'xfs',
      'main › root: the layout has xfs, the machine ext4.',
    ],
    [
      'a partition that only the layout has in an old table',
      'old-tables',
      ['disk', 'main', 'content', 'partitions', 2],
      { name: 'more', content: { type: 'swap' } },
      'main › more is in the layout, not on the machine.',
    ],
    [
      'a partition that only the machine has in an old table',
      'old-tables',
      ['disk', 'data', 'content', 'partitions', 2],
      undefined,
      'data: free (1.3G) is on the machine, not in the layout.',
    ],
  ] as const)('shows what is changed in the layout: %s', (_, name, path, value, message) => {
    expect(messages(name, path, value)).toContain(message);
  });
});
