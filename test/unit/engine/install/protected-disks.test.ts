import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { protectedDisks, protectedObstacles } from '../../../../electron/engine/install/protected-disks.ts';
import type { ProbedDisk } from '../../../../shared/disko/probed-disk.ts';
import { installDisks } from '../../../../shared/install/install-disks.ts';

const disk = (name: string): ProbedDisk => ({
  name,
  path: `/dev/${name}`,
  byId: [`/dev/disk/by-id/${name}`],
  model: null,
  vendor: null,
  serial: name.toUpperCase(),
  wwn: null,
  sizeBytes: 1e9,
  transport: null,
  isRotational: null,
  isRemovable: false,
  isReadOnly: false,
  logicalSectorBytes: null,
  physicalSectorBytes: null,
  isSystemDisk: false,
  table: null,
  content: null,
  label: null,
  uuid: null,
  usedBytes: null,
  mountpoints: [],
  group: null,
  children: [],
});
const report = { disks: [disk('sda'), disk('sdb')] };
const present = (more: string): string =>
  `{ disko.devices.disk.photos = { type = "disk"; device = "/dev/disk/by-id/sdb"; ${more} content = { type = "gpt"; partitions = { }; }; }; }`;

test('a disk that the fleet protects is not erased by another layout, under whatever name that has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'protected-'));
  using stack = new DisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'hosts/nas'), { recursive: true });
  const keptBy = (more: string): Promise<string[]> => {
    writeFileSync(join(folder, 'hosts/nas/disko.nix'), present(more));
    return protectedDisks(folder, 'nas', report);
  };
  const wanted = (device: string) => installDisks([{ name: 'main', device, isErased: true }], report);
  const kept = await keptBy('destroy = false;');
  const [obstacle, ...others] = protectedObstacles(kept, wanted('/dev/sdb'));
  expect(obstacle).toMatchObject({ code: 'install-disk-protected', title: expect.stringContaining('SDB') });
  expect(others).toEqual([]);
  expect(protectedObstacles(kept, wanted('/dev/sda'))).toEqual([]);
  expect(await keptBy('')).toEqual([]);
});
