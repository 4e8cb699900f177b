import { isSet } from '../layout.ts';
import { text } from '../walk.ts';
import { change, type Rule } from './finding.ts';

export const hybridMbr: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    const hybrid = inspection.childrenOf(table, 'gpt_partition').filter((item) => isSet(item.value['hybrid']));
    for (const item of hybrid) {
      const code = isSet(item.value['hybrid']) ? item.value['hybrid']['mbrPartitionType'] : null;
      if (typeof code === 'string' && !/^0x[0-9a-fA-F]{1,2}$/.test(code)) {
        yield {
          code: 'hybrid-type',
          severity: 'error',
          path: [...item.path, 'hybrid', 'mbrPartitionType'],
          message: `The MBR type of ${item.name} is written like 0x0c; '${code}' is not one.`,
        };
      }
    }
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

/** What the old table type takes only of some devices. */
const numbered = /^\/dev\/(([vs]|xv)d.+|(disk|zvol|md|mapper)\/.+|(nvme|mmcblk).+|loop[0-9]+)$/;
const TWO_TEBIBYTES = 2 * 1024 ** 4;

export const oldTables: Rule = function* (inspection) {
  for (const table of inspection.of('table')) {
    const disk = table.parent;
    const device = disk?.type === 'disk' ? text(disk, 'device') : null;
    if (device !== null && device.startsWith('/') && !numbered.test(device)) {
      yield {
        code: 'table-device',
        severity: 'error',
        path: [...(disk?.path ?? table.path), 'device'],
        message: `disko cannot number the partitions of ${device} for a table of the old type. Use the type gpt, or a path below /dev/disk/by-id.`,
      };
    }
    if (table.value['format'] !== 'msdos') continue;
    const bytes = disk ? inspection.surroundings.diskBytes?.[disk.name] : undefined;
    if (bytes !== undefined && bytes > TWO_TEBIBYTES) {
      yield {
        code: 'msdos-too-large',
        severity: 'error',
        path: [...table.path, 'format'],
        message: `${table.name} has more than 2 TiB, and an msdos table cannot reach what lies beyond. Use gpt.`,
      };
    }
    const partitions = inspection.childrenOf(table, 'table_partition');
    const isMarked = partitions.some(
      (item) => item.value['bootable'] === true || JSON.stringify(item.value['flags'] ?? '').includes('boot'),
    );
    if (partitions.length > 0 && !isMarked && inspection.surroundings.firmware === 'bios') {
      yield {
        code: 'msdos-not-bootable',
        severity: 'hint',
        path: partitions[0]?.path ?? table.path,
        message: `No partition of ${table.name} is marked bootable; some BIOSes start nothing else.`,
        fix: change('Mark the first', [...(partitions[0]?.path ?? table.path), 'bootable'], true),
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
};
