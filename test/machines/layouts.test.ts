import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probeArgv } from '../../electron/engine/machines/probe-script.ts';
import { readers } from '../../electron/engine/machines/probe.ts';
import { quoteArgument } from '../../electron/engine/ssh/quote.ts';
import { partitionLabel } from '../../shared/disko/device-path.ts';
import { formatLayout } from '../../shared/disko/format.ts';
import { diskStretches, heldBytes } from '../../shared/disko/geometry.ts';
import type { Layout } from '../../shared/disko/layout.ts';
import { readLayout } from '../../shared/disko/read-source.ts';
import { buildRecipe } from '../../shared/disko/recipes.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { mountpointOf } from '../../shared/disko/rules/mounts.ts';
import { itemsOf, number, ownName, text } from '../../shared/disko/walk.ts';
import { layoutDifferences } from '../../shared/machines/layout-differences.ts';
import { readProbe } from '../../shared/machines/read-probe.ts';
import { runInVirtualMachine, type MachineResult } from '../lab/virtual-machine/virtual-machine.ts';
import { diskoAvailability, diskoFiles } from './disko.ts';

/**
 * Layouts that the real disko puts on the disks of a virtual machine, and what that machine then says of them. Sizes of
 * the disks are no multiples of anything.
 */
const MIB = 1024 ** 2;
const diskBytes = 4500 * MIB + 512 * 7;

interface Case {
  readonly name: string;
  readonly layout: Layout;
  /** Serial numbers of its disks by their names in the layout. */
  readonly serials: Readonly<Record<string, string>>;
}

function recipe(name: string, firmware: Firmware, swap: string | null, count = 1): Case {
  const disks = Array.from({ length: count }, (_, index) => ({
    name: index === 0 ? 'main' : `disk${index + 1}`,
    device: `/dev/disk/by-id/virtio-DISK${index + 1}`,
  }));
  const layout = buildRecipe(name, { disks, firmware, swap, hibernation: false });
  const serials = Object.fromEntries(disks.map((disk, index) => [disk.name, `DISK${index + 1}`]));
  return { name: `${name} (${firmware})`, layout, serials };
}

function written(name: string, serials: Case['serials']): Case {
  const reading = readLayout(readFileSync(join(import.meta.dirname, `${name}.nix`), 'utf8'));
  if (!reading.ok) throw new Error(reading.note.message);
  return { name, layout: reading.layout, serials };
}

const cases: readonly Case[] = [
  recipe('single-ext4', 'uefi', '1G'),
  recipe('btrfs', 'both', null),
  recipe('encrypted', 'uefi', '1G'),
  recipe('lvm', 'uefi', '1G'),
  recipe('btrfs-impermanence', 'uefi', '1G'),
  recipe('mirror-mdadm', 'bios', null, 2),
  recipe('mirror-btrfs', 'uefi', null, 2),
  recipe('raspberry-pi', 'rpi', null),
  written('layers', { boot: 'BOOT', a: 'A', b: 'B', c: 'C' }),
  written('old-tables', { main: 'MAIN', data: 'DATA' }),
];

const folder = mkdtempSync(join(tmpdir(), 'nixstead-machines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What lsblk says of a device; `start` in sectors. */
interface BlockDevice {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly size: number;
  readonly start: number | null;
  readonly partlabel: string | null;
  readonly children?: readonly BlockDevice[] | undefined;
}
const blockDevice: z.ZodType<BlockDevice> = z.lazy(() =>
  z.object({
    name: z.string(),
    path: z.string(),
    type: z.string(),
    size: z.number(),
    start: z.number().nullable(),
    partlabel: z.string().nullable(),
    children: z.array(blockDevice).optional(),
  }),
);
const everything = (devices: readonly BlockDevice[]): BlockDevice[] =>
  devices.flatMap((device) => [device, ...everything(device.children ?? [])]);
const mountList = z.object({ filesystems: z.array(z.object({ target: z.string() })) });
const volumeList = z.object({
  report: z.tuple([z.object({ lv: z.array(z.object({ vg_name: z.string(), lv_name: z.string() })) })]),
});

async function install({ name, layout, serials }: Case): Promise<MachineResult> {
  const file = join(folder, `${name.replaceAll(/\W/g, '-')}.nix`);
  writeFileSync(file, formatLayout(layout));
  return runInVirtualMachine({
    disks: Object.values(serials).map((serial) => ({ serial, sizeBytes: diskBytes })),
    timeoutMs: 580_000,
    files: {
      ...(await diskoFiles(file)),
      'work.sh': readFileSync(join(import.meta.dirname, 'work.sh'), 'utf8'),
      'probe.sh': probeArgv('@@').map(quoteArgument).join(' '),
    },
  });
}

/**
 * With `NIXSTEAD_RECORD=FOLDER` the layouts are kept there, each with what the machine's probe said: the recordings that
 * other tests read are made so.
 */
async function keep({ name, layout }: Case, files: MachineResult['files']): Promise<void> {
  const { NIXSTEAD_RECORD: place } = process.env;
  if (place === undefined) return;
  const own = join(place, name.replaceAll(/\W+/g, '-').replace(/-$/, ''));
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'layout.nix'), formatLayout(layout));
  await writeFile(join(own, 'output'), files['probe'] ?? '');
}

/** Places below /mnt, as they will be when the machine runs. */
const installed = (target: string): string[] =>
  target === '/mnt' ? ['/'] : target.startsWith('/mnt/') ? [target.slice('/mnt'.length)] : [];

const availability = await diskoAvailability();
const title = 'a machine on which disko has put a layout';

describe.skipIf(!availability.available)(
  availability.available ? title : `${title}, skipped: ${availability.reason}`,
  () => {
    it.concurrent.each(cases)('is what we say of the layout: $name', async (one) => {
      const { layout, serials } = one;
      const { exitCode, output, files } = await install(one);
      if (exitCode !== 0) throw new Error(`The work in the machine ended with ${exitCode}:\n${output.slice(-3000)}`);
      await keep(one, files);
      const items = itemsOf(layout);
      const disks = Object.fromEntries(Object.keys(serials).map((name) => [name, diskBytes]));

      // Its own probe, read as that of any machine, shows nothing that the layout does not say.
      const report = readProbe(files['probe'] ?? '', '@@', 0, readers);
      if (report === null) throw new Error(files['probe-errors']);
      const mounts = report.mounts.flatMap((mount) => installed(mount.target).map((target) => ({ ...mount, target })));
      expect(layoutDifferences(layout, { disks: report.disks, mounts })).toEqual([]);

      // Places and sizes, to the byte.
      const { blockdevices } = z.object({ blockdevices: z.array(blockDevice) }).parse(JSON.parse(files['lsblk'] ?? ''));
      const devices = everything(blockdevices);
      const real: Record<string, number | null> = {};
      const foreseen: Record<string, number | null> = {};
      for (const item of items) {
        const found = devices.find(({ path, partlabel, name, type }) => {
          if (item.type === 'gpt_partition') return partlabel === partitionLabel(item);
          if (item.type === 'luks') return path === `/dev/mapper/${text(item, 'name') ?? ''}`;
          if (item.type === 'mdadm')
            return type.startsWith('raid') && files['arrays']?.includes(`${ownName(item)} ${name}\n`);
          if (item.type !== 'lvm_lv' || !item.parent) return false;
          const names = [ownName(item.parent), ownName(item)].map((word) => word.replaceAll('-', '--'));
          return path === `/dev/mapper/${names.join('-')}`;
        });
        if (!['gpt_partition', 'luks', 'lvm_lv', 'mdadm'].includes(item.type ?? '')) continue;
        // A pool of thin volumes is no device of its own.
        if (text(item, 'lvm_type') === 'thin-pool') continue;
        const key = item.path.join('.');
        real[key] = found?.size ?? null;
        foreseen[key] = heldBytes(layout, items, item, disks);
        if (item.type !== 'gpt_partition') continue;
        real[`${key}.start`] = (found?.start ?? 0) * 512;
        const stretches = Object.keys(disks).flatMap((name) => diskStretches(layout, name, diskBytes));
        foreseen[`${key}.start`] = stretches.find(({ path }) => path?.join('.') === key)?.startBytes ?? null;
      }
      expect(real).toEqual(foreseen);

      // Mounts, volumes, subvolumes and arrays are those of the layout, no more and no less.
      const places = items.map(mountpointOf).filter((place) => place !== null);
      const there = mountList
        .parse(JSON.parse(files['findmnt'] ?? ''))
        .filesystems.flatMap(({ target }) => installed(target));
      expect(there.toSorted()).toEqual(places.toSorted());
      const [{ lv }] = volumeList.parse(JSON.parse(files['lvs'] ?? '')).report;
      const volumes = lv.filter(({ lv_name: own }) => !own.startsWith('['));
      expect(volumes.map(({ vg_name: group, lv_name: own }) => `${group}/${own}`).toSorted()).toEqual(
        items
          .flatMap((item) =>
            item.type === 'lvm_lv' && item.parent ? [`${ownName(item.parent)}/${ownName(item)}`] : [],
          )
          .toSorted(),
      );
      const subvolumes = [...(files['subvolumes'] ?? '').matchAll(/ path (\S+)$/gm)].map(([, path = '']) => path);
      expect([...new Set(subvolumes)].toSorted()).toEqual(
        items.flatMap((item) => (item.type === 'btrfs_subvol' ? [ownName(item).replace(/^\//, '')] : [])).toSorted(),
      );
      for (const array of items.filter(({ type }) => type === 'mdadm')) {
        const members = items.filter((item) => item.type === 'mdraid' && text(item, 'name') === ownName(array)).length;
        expect(files['mdadm']).toMatch(
          new RegExp(
            `^/dev/md/${ownName(array)}:\\n[^/]*Raid Level : raid${number(array, 'level') ?? 1}\\n[^/]*Raid Devices : ${members}\\n`,
            'm',
          ),
        );
      }
      // Its unmount script leaves nothing.
      const left = mountList.parse(JSON.parse(files['left'] ?? '')).filesystems;
      expect(left.flatMap(({ target }) => installed(target))).toEqual([]);
    });
  },
);
