import { isList, isSet } from '../layout.ts';
import { sizeBytes } from '../size.ts';
import { partitionLabel } from '../device-path.ts';
import { number, orderedPartitions, ownName, text, type Item } from '../walk.ts';
import { change, groupBy, joined, type Finding, type Rule } from './finding.ts';

const isWholeRest = (item: Item): boolean => item.value['end'] === undefined && item.value['size'] === '100%';

/** True where a partition ends at, or counts from, the end of the disk. */
function isOpenEnded(item: Item): boolean {
  const end = text(item, 'end');
  return end === null ? isWholeRest(item) : end === '-0' || end === '100%';
}

export const sizes: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    const partitions = orderedPartitions(inspection.childrenOf(table, 'gpt_partition'));
    for (const item of partitions) yield* oneSize(item);
    const open = partitions.filter(isOpenEnded);
    if (open.length > 1) {
      yield {
        code: 'two-rests',
        severity: 'error',
        path: [...(open[1]?.path ?? table.path), 'size'],
        message: `${joined(open.map((item) => item.name))} ${open.length === 2 ? 'both want' : 'all want'} the rest of ${table.name}. Only one can. Give ${open.length === 2 ? 'one of them' : 'the others'} a size.`,
      };
    }
    const [rest] = open;
    const behind = rest ? partitions.slice(partitions.indexOf(rest) + 1).filter((item) => !isOpenEnded(item)) : [];
    if (rest && behind.length > 0 && !behind.every((item) => item.value['start'] !== undefined)) {
      yield {
        code: 'rest-not-last',
        severity: 'error',
        path: rest.path,
        message: `${rest.name} takes the rest of ${table.name}, but ${joined(behind.map((item) => item.name))} ${behind.length === 1 ? 'is' : 'are'} made after it and would get nothing.`,
        ...(rest.value['priority'] !== undefined
          ? { fix: change(`Make ${rest.name} last`, [...rest.path, 'priority'], undefined) }
          : {}),
      };
    }
  }
};

function* oneSize(item: Item): Iterable<Finding> {
  const { size, end, start } = item.value;
  if (size === undefined && end === undefined) {
    yield {
      code: 'size-missing',
      severity: 'error',
      path: item.path,
      message: `${item.name} has no size. disko would make it one sector. Give a size or 'rest of disk'.`,
      fix: change('Take the rest of the disk', [...item.path, 'size'], '100%'),
    };
  }
  if (typeof size === 'string' && sizeBytes(size) === 0 && end === undefined) {
    yield {
      code: 'size-zero',
      severity: 'error',
      path: [...item.path, 'size'],
      message: `${item.name} has the size 0. Give it a size such as 20G, or 100% for the rest of the disk.`,
    };
  }
  if (typeof size === 'string' && end !== undefined) {
    yield {
      code: 'size-and-end',
      severity: 'hint',
      path: [...item.path, 'size'],
      message: `${item.name} has a size and an end. disko goes by the end; the size says nothing.`,
      fix: change('Remove the size', [...item.path, 'size'], undefined),
    };
  }
  if (typeof end === 'string' && !/^[+-]?[0-9]+[KMGTPs]?$/.test(end)) {
    yield {
      code: end.endsWith('%') ? 'end-percent' : 'end-format',
      severity: 'error',
      path: [...item.path, 'end'],
      message:
        end === '100%'
          ? `'100%' is no end for a GPT partition. Write size = "100%" and leave the end out.`
          : `sgdisk does not understand the end '${end}'. Write +20G, -16G, -0 or a place such as 128M.`,
      ...(end === '100%'
        ? {
            fix: {
              title: 'Write size = "100%"',
              changes: [
                { path: [...item.path, 'end'], value: undefined },
                { path: [...item.path, 'size'], value: '100%' },
              ],
            },
          }
        : {}),
    };
  }
  if (typeof start === 'string' && !/^[+-]?[0-9]+[KMGTPs]?$/.test(start)) {
    yield {
      code: 'start-format',
      severity: 'error',
      path: [...item.path, 'start'],
      message: `sgdisk does not understand the start '${start}'. Leave it out, or write a place such as 1M.`,
    };
  }
}

export const partitionNames: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    for (const [name, same] of groupBy(inspection.childrenOf(table, 'gpt_partition'), ownName)) {
      if (same.length < 2) continue;
      yield {
        code: 'partition-name-twice',
        severity: 'error',
        path: [...(same[1]?.path ?? []), 'name'],
        message: `Two partitions are named ${name}. disko would create only the first.`,
      };
    }
  }
  for (const item of inspection.of('gpt_partition')) {
    const written = text(item, 'label');
    if (written !== null && written.length > 36) {
      yield {
        code: 'label-too-long',
        severity: 'error',
        path: [...item.path, 'label'],
        message: `The label of ${item.name} has ${written.length} characters; a GPT label holds 36. It would be cut, and the machine would not find the partition.`,
        fix: change('Let disko make the label', [...item.path, 'label'], undefined),
      };
    }
    const bits = item.value['attributes'];
    if (isList(bits) && bits.some((bit) => typeof bit === 'number' && (bit < 0 || bit > 63))) {
      yield {
        code: 'attribute-bit',
        severity: 'error',
        path: [...item.path, 'attributes'],
        message: `GPT attribute bits go from 0 to 63 (${item.name}).`,
      };
    }
  }
  for (const item of inspection.items) {
    const names = [item.name, text(item, 'name'), text(item, 'label')].filter((name) => name !== null);
    const isNamed = ['disk', 'gpt_partition', 'mdadm', 'luks'].includes(item.type ?? '');
    // Anything outside printable ASCII stops disko's evaluation.
    if (isNamed && names.some((name) => /[^\x20-\x7e]/.test(name))) {
      yield {
        code: 'name-not-ascii',
        severity: 'error',
        path: item.path,
        message: `Use only ASCII letters in names: '${item.name}' stops disko.`,
      };
    }
  }
  const labelled = inspection.of('gpt_partition').filter((item) => item.value['uuid'] === undefined);
  for (const [label, same] of groupBy(labelled, partitionLabel)) {
    const tables = new Set(same.map((item) => item.parent));
    if (same.length < 2 || tables.size < 2) continue;
    yield {
      code: 'label-twice',
      severity: 'error',
      path: same[1]?.path ?? [],
      message: `Two partitions would have the label ${label}; the machine could mount the wrong one. Rename one.`,
    };
  }
};

export const hybridMbr: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    const hybrid = inspection.childrenOf(table, 'gpt_partition').filter((item) => isSet(item.value['hybrid']));
    if (hybrid.length > 3) {
      yield {
        code: 'hybrid-too-many',
        severity: 'error',
        path: table.path,
        message: `A hybrid MBR holds at most 3 partitions of the GPT; ${table.name} has ${hybrid.length}.`,
      };
    }
  }
};

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
    } else if (
      /-part[0-9]+$/.test(device) ||
      /^\/dev\/(sd[a-z]+[0-9]+|vd[a-z]+[0-9]+|(nvme[0-9]+n[0-9]+|mmcblk[0-9]+)p[0-9]+)$/.test(device)
    ) {
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

/** The old `table` type: made for MBR, kept by disko for those who have it. */
export const legacyTables: Rule = function* (inspection) {
  for (const table of inspection.of('table')) {
    if (table.value['format'] === 'msdos') continue;
    yield {
      code: 'legacy-table',
      severity: 'hint',
      path: table.path,
      message: `The partition table of ${table.name} uses disko's old type 'table'. For a GPT, 'gpt' is the type that disko keeps up.`,
    };
  }
  for (const item of inspection.of('gpt_partition')) {
    const priority = number(item, 'priority');
    if (priority !== null && !Number.isInteger(priority)) {
      yield {
        code: 'wrong-value',
        severity: 'error',
        path: [...item.path, 'priority'],
        message: `The priority of ${item.name} must be a whole number.`,
      };
    }
  }
};
