import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readers } from '../../../../electron/engine/machines/probe.ts';
import { readLayout } from '../../../../shared/disko/read-source.ts';
import { toJson } from '../../../../shared/disko/layout.ts';
import { layoutOfMachine } from '../../../../shared/install/layout-of-machine.ts';
import { readProbe } from '../../../../shared/machines/read-probe.ts';

function layoutOf(name: string) {
  const file = join(import.meta.dirname, '../../../fixtures/machine-probes', name, 'output');
  const report = readProbe(readFileSync(file, 'utf8'), '@@', 0, readers);
  if (report === null) throw new Error(`${name} is not whole`);
  return layoutOfMachine(report);
}

test('plain partitions are read back as a layout that disko’s own reader takes, with every disk protected', () => {
  const layout = layoutOf('uefi-windows-beside-ubuntu');
  expect(layout.ok).toBe(true);
  if (!layout.ok) return;
  const reading = readLayout(layout.text);
  expect(reading.ok && toJson(reading.layout)).toMatchObject({
    disk: {
      main: {
        type: 'disk',
        device: '/dev/disk/by-id/ata-CT256MX100SSD1_14300C123456',
        destroy: false,
        content: {
          type: 'gpt',
          partitions: {
            part1: { content: { type: 'filesystem', format: 'vfat', mountpoint: '/boot/efi' } },
            part2: { content: { type: 'filesystem', format: 'ext4', mountpoint: '/' } },
          },
        },
      },
    },
  });
});

test.each([
  ['bios-lvm-old-lsblk', /a table of the kind dos/],
  ['luks-root-wifi', /crypto_LUKS/],
  ['raid-mirror', /linux_raid_member/],
  ['container-sudo-refused', /No disk/],
])('%s says why it cannot be', (name, reason) => {
  const layout = layoutOf(name);
  expect(layout.ok ? layout.text : layout.reason).toMatch(reason);
});
