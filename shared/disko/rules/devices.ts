import { isSet } from '../layout.ts';
import { ownName, text } from '../walk.ts';
import { groupBy, joined, type Rule } from './finding.ts';

const isPartition = /-part[0-9]+$|^\/dev\/(sd[a-z]+[0-9]+|vd[a-z]+[0-9]+|(nvme[0-9]+n[0-9]+|mmcblk[0-9]+)p[0-9]+)$/;

/** Disks: where they are and that no two are one. */
export const devices: Rule = function* (inspection) {
  const disks = inspection.of('disk');
  for (const [device, same] of groupBy(disks, (item) => text(item, 'device'))) {
    if (same.length < 2) continue;
    yield {
      code: 'device-twice',
      severity: 'error',
      path: [...(same[1]?.path ?? []), 'device'],
      message: `Disks ${joined(same.map((item) => item.name))} are both ${device}. The second would erase the first.`,
    };
  }
  for (const [name, same] of groupBy(disks, ownName)) {
    if (same.length < 2) continue;
    yield {
      code: 'disk-name-twice',
      severity: 'error',
      path: [...(same[1]?.path ?? []), 'name'],
      message: `Disks ${joined(same.map((item) => item.name))} are both named ${name}, so their partitions get the same labels and the machine could mount the wrong one. Rename one.`,
    };
  }
  for (const disk of disks) {
    const device = text(disk, 'device');
    if (device === null) continue;
    const path = [...disk.path, 'device'];
    if (/\{\{|%[A-Z_]+%|^\/dev\/disk\/by-id\/(some-)?(disk-id|your|changeme|xxx)/i.test(device)) {
      yield {
        code: 'device-placeholder',
        severity: 'hint',
        path,
        message: `'${device}' is a placeholder. Choose the disk of this machine.`,
      };
    } else if (isPartition.test(device)) {
      // A file system, LUKS or a pool takes a partition as well as a disk; only a table of its own has no place there.
      const content = disk.value['content'];
      if (!isSet(content) || (content['type'] !== 'gpt' && content['type'] !== 'table')) continue;
      yield {
        code: 'device-is-partition',
        severity: 'error',
        path,
        message: `${device} is a partition, not a disk. Choose the whole disk.`,
      };
    } else if (/^\/dev\/(sd[a-z]+|vd[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+)$/.test(device)) {
      yield {
        code: 'device-can-move',
        severity: 'hint',
        path,
        message: `${device} may be another disk after a restart; choose one by its id (/dev/disk/by-id/...).`,
      };
    }
  }
};

/** disko-install and nixos-anywhere take disks by name on a command line, and labels are made of it. */
export const diskNames: Rule = function* (inspection) {
  for (const disk of inspection.of('disk')) {
    if (/^[A-Za-z0-9._-]+$/.test(disk.name) || /[^\x20-\x7e]/.test(disk.name)) continue;
    yield {
      code: 'disk-name-awkward',
      severity: 'hint',
      path: disk.path,
      message: `A disk is named on command lines and in labels: a short name such as main or data1 is easier than '${disk.name.slice(0, 60)}'.`,
    };
  }
};
