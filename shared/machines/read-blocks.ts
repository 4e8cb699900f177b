import { z } from 'zod';
import type { MachineMount } from '../contract/machine.ts';
import type { Sections } from './sections.ts';

/** A block device as the kernel and the programs of the machine describe it. Sizes are bytes; null: not told. */
export interface Block {
  /** The kernel's name: `nvme0n1p2`. */
  readonly name: string;
  readonly path: string;
  /** In lsblk's words: `disk`, `part`, `crypt`, `lvm`, `raid1`, `loop`, `rom`, `dm`, `zram` … */
  readonly type: string;
  readonly sizeBytes: number;
  /** Kernel names of what it lies on: a partition's disk, a volume's members. */
  readonly parents: readonly string[];
  readonly model: string | null;
  readonly vendor: string | null;
  readonly serial: string | null;
  readonly wwn: string | null;
  /** `sata`, `nvme`, `usb`, `mmc`, `virtio` … */
  readonly transport: string | null;
  readonly isRotational: boolean | null;
  readonly isRemovable: boolean;
  readonly isReadOnly: boolean;
  readonly logicalSectorBytes: number | null;
  readonly physicalSectorBytes: number | null;
  /** `gpt`, `dos` … */
  readonly table: string | null;
  readonly partition: {
    readonly number: number | null;
    readonly startBytes: number | null;
    readonly label: string | null;
    readonly uuid: string | null;
    readonly type: string | null;
  } | null;
  readonly content: string | null;
  readonly label: string | null;
  readonly uuid: string | null;
  readonly usedBytes: number | null;
  readonly mountpoints: readonly string[];
  /** Names in /dev/disk/by-id. */
  readonly byId: readonly string[];
}

type Draft = { -readonly [Key in keyof Block]: Block[Key] };

const SYSFS_SECTOR_BYTES = 512;

/**
 * Everything that is a block device. The kernel's own tree in sysfs is the ground; lsblk adds what udev knows, blkid
 * what is in devices where udev does not run.
 */
export function readBlocks(sections: Sections): Block[] {
  const blocks = fromSysfs(sections);
  for (const row of lsblkRows(sections)) addRow(blocks, row);
  addBlkid(blocks, sections);
  addLinks(blocks, sections);
  addUsage(blocks, sections);
  return [...blocks.values()];
}

function blank(name: string): Draft {
  return {
    name,
    path: `/dev/${name.replaceAll('!', '/')}`,
    type: 'disk',
    sizeBytes: 0,
    parents: [],
    model: null,
    vendor: null,
    serial: null,
    wwn: null,
    transport: null,
    isRotational: null,
    isRemovable: false,
    isReadOnly: false,
    logicalSectorBytes: null,
    physicalSectorBytes: null,
    table: null,
    partition: null,
    content: null,
    label: null,
    uuid: null,
    usedBytes: null,
    mountpoints: [],
    byId: [],
  };
}

function fromSysfs(sections: Sections): Map<string, Draft> {
  const blocks = new Map<string, Draft>();
  let owner: Draft | null = null;
  for (const line of sections.lines('blocks')) {
    const [word = '', ...rest] = line.split('\t');
    if (word === 'block') {
      const [name = '', parent = '', sectors = '', readOnly = '', number = '', start = ''] = rest;
      const block = blank(name);
      block.sizeBytes = Number(sectors) * SYSFS_SECTOR_BYTES || 0;
      block.isReadOnly = readOnly === '1';
      if (parent === '') {
        owner = block;
        block.type = typeByName(name);
      } else {
        block.type = 'part';
        block.parents = [parent];
        const startBytes = /^\d+$/.test(start) ? Number(start) * SYSFS_SECTOR_BYTES : null;
        block.partition = { number: Number(number) || null, startBytes, label: null, uuid: null, type: null };
      }
      blocks.set(name, block);
      continue;
    }
    const value = (rest[0] ?? '').trim();
    if (owner === null || value === '') continue;
    describe(owner, word, value);
  }
  return blocks;
}

function describe(block: Draft, word: string, value: string): void {
  switch (word) {
    case 'removable':
      block.isRemovable = value === '1';
      break;
    case 'rotational':
      block.isRotational = value === '1';
      break;
    case 'logical':
      block.logicalSectorBytes = Number(value) || null;
      break;
    case 'physical':
      block.physicalSectorBytes = Number(value) || null;
      break;
    case 'model':
      block.model = value;
      break;
    case 'vendor':
      block.vendor = vendorOf(value);
      break;
    case 'serial':
      block.serial = value;
      break;
    case 'wwid':
      block.wwn = value;
      break;
    case 'dm-name':
      block.path = `/dev/mapper/${value}`;
      break;
    case 'dm-uuid':
      block.type = /^CRYPT-/.test(value)
        ? 'crypt'
        : /^LVM-/.test(value)
          ? 'lvm'
          : /^mpath-/.test(value)
            ? 'mpath'
            : 'dm';
      break;
    case 'md-level':
      block.type = value;
      break;
    case 'slave':
      block.parents = [...block.parents, value];
      break;
    case 'where':
      block.transport = transportOf(value);
      break;
  }
}

/** `ATA` is what SATA disks are called by the kernel, and virtio's vendor is a number. */
function vendorOf(value: string | null): string | null {
  return value === null || /^(?:ATA|0x[0-9a-fA-F]+)$/.test(value) ? null : value;
}

function typeByName(name: string): string {
  if (/^loop\d/.test(name)) return 'loop';
  if (/^zram\d/.test(name)) return 'zram';
  if (/^dm-\d/.test(name)) return 'dm';
  if (/^md\d/.test(name)) return 'raid';
  if (/^sr\d/.test(name)) return 'rom';
  return 'disk';
}

/** Where in sysfs a disk hangs tells how it is connected. */
function transportOf(path: string): string | null {
  const parts: readonly (readonly [RegExp, string])[] = [
    [/\/usb\d/, 'usb'],
    [/\/nvme\//, 'nvme'],
    [/\/mmc_host\//, 'mmc'],
    [/\/virtio\d/, 'virtio'],
    [/\/ata\d/, 'sata'],
    [/\/vmbus|\/VMBUS/, 'hyperv'],
    [/\/xen/, 'xen'],
  ];
  return parts.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** lsblk before 2.33 writes numbers and booleans as texts, and `mountpoint` alone. */
const text = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((value) => {
    if (value === null || value === undefined || value === '') return null;
    return typeof value === 'boolean' ? (value ? '1' : '0') : String(value).trim() || null;
  });
const row = z.object({
  name: z.string(),
  kname: text,
  pkname: text,
  path: text,
  type: text,
  size: text,
  model: text,
  vendor: text,
  serial: text,
  wwn: text,
  tran: text,
  rota: text,
  rm: text,
  ro: text,
  fstype: text,
  label: text,
  uuid: text,
  partlabel: text,
  partuuid: text,
  parttype: text,
  pttype: text,
  partn: text,
  start: text,
  fsused: text,
  'log-sec': text,
  'phy-sec': text,
  mountpoint: text,
  mountpoints: z.array(z.union([z.string(), z.null()])).optional(),
});
type Row = z.infer<typeof row>;
interface Tree {
  readonly row: Row;
  readonly children: readonly Tree[];
}
const tree: z.ZodType<Tree> = z.lazy(() =>
  row.extend({ children: z.array(tree).default([]) }).transform(({ children, ...own }) => ({ row: own, children })),
);
const answer = z.object({ blockdevices: z.array(tree) });

interface PlacedRow extends Row {
  readonly parent: string | null;
}

function lsblkRows(sections: Sections): PlacedRow[] {
  const json = sections.text('lsblk').trim();
  if (json !== '') {
    const parsed = answer.safeParse(parseJson(json));
    if (!parsed.success) return [];
    const rows: PlacedRow[] = [];
    const walk = (node: Tree, parent: string | null): void => {
      rows.push({ ...node.row, parent });
      for (const child of node.children) walk(child, node.row.kname ?? node.row.name);
    };
    for (const node of parsed.data.blockdevices) walk(node, null);
    return rows;
  }
  return sections.lines('lsblk-pairs').flatMap((line) => {
    const pairs = [...line.matchAll(/([A-Z0-9-]+)="((?:[^"\\]|\\.)*)"/g)];
    const fields = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key.toLowerCase(), unescaped(value)]));
    const parsed = row.safeParse(fields);
    return parsed.success ? [{ ...parsed.data, parent: parsed.data.pkname }] : [];
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** `\x20` of lsblk and blkid. Bytes beyond ASCII are UTF-8. */
function unescaped(value: string): string {
  if (!value.includes('\\x')) return value.replaceAll('\\"', '"');
  const encoded = encodeURIComponent(value).replace(/%5Cx([0-9A-Fa-f]{2})/g, '%$1');
  try {
    return decodeURIComponent(encoded);
  } catch {
    return value;
  }
}

/** A device of several parents (a volume on two disks) stands below each of them. */
function addRow(blocks: Map<string, Draft>, found: PlacedRow): void {
  const name = found.kname ?? found.name;
  const block = blocks.get(name) ?? blank(name);
  blocks.set(name, block);
  if (found.parent !== null && !block.parents.includes(found.parent)) block.parents = [...block.parents, found.parent];
  block.path =
    found.path ?? (found.name === name || found.name.startsWith('/') ? block.path : `/dev/mapper/${found.name}`);
  block.type = found.type ?? block.type;
  block.sizeBytes = number(found.size) ?? block.sizeBytes;
  block.model = found.model ?? block.model;
  block.vendor = vendorOf(found.vendor) ?? block.vendor;
  block.serial = found.serial ?? block.serial;
  block.wwn = found.wwn ?? block.wwn;
  block.transport = found.tran ?? block.transport;
  block.isRotational = flag(found.rota) ?? block.isRotational;
  block.isRemovable = flag(found.rm) ?? block.isRemovable;
  block.isReadOnly = flag(found.ro) ?? block.isReadOnly;
  block.logicalSectorBytes = number(found['log-sec']) ?? block.logicalSectorBytes;
  block.physicalSectorBytes = number(found['phy-sec']) ?? block.physicalSectorBytes;
  block.content = found.fstype ?? block.content;
  block.label = found.label ?? block.label;
  block.uuid = found.uuid ?? block.uuid;
  block.usedBytes = number(found.fsused) ?? block.usedBytes;
  if (block.type === 'part') {
    const start = number(found.start);
    block.partition = {
      number: number(found.partn) ?? block.partition?.number ?? trailingNumber(name),
      startBytes: start === null ? (block.partition?.startBytes ?? null) : start * SYSFS_SECTOR_BYTES,
      label: found.partlabel,
      uuid: found.partuuid,
      type: found.parttype,
    };
  } else {
    block.table = found.pttype ?? block.table;
  }
  const mounted = (found.mountpoints ?? [found.mountpoint]).flatMap((one) => one ?? []);
  block.mountpoints = [...new Set([...block.mountpoints, ...mounted])];
}

const number = (value: string | null): number | null => (value !== null && /^\d+$/.test(value) ? Number(value) : null);
const flag = (value: string | null): boolean | null => (value === null ? null : value === '1' || value === 'true');
const trailingNumber = (name: string): number | null => Number(/(\d+)$/.exec(name)?.[1] ?? Number.NaN) || null;

/** `/dev/sda1: LABEL="x" UUID="…" TYPE="ext4" PARTLABEL="…"`, of util-linux or busybox. */
function addBlkid(blocks: Map<string, Draft>, sections: Sections): void {
  const byPath = new Map([...blocks.values()].map((block) => [block.path, block]));
  for (const line of sections.lines('blkid')) {
    const [, path = '', rest = ''] = /^(\S+?):\s(.*)$/.exec(line) ?? [];
    const block = byPath.get(path);
    if (block === undefined) continue;
    const values = new Map(
      [...rest.matchAll(/([A-Z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, unescaped(value)]),
    );
    block.content ??= values.get('TYPE') ?? null;
    block.label ??= values.get('LABEL') ?? null;
    block.uuid ??= values.get('UUID') ?? null;
    if (block.partition === null) block.table ??= values.get('PTTYPE') ?? null;
    else {
      const { label, uuid } = block.partition;
      block.partition = {
        ...block.partition,
        label: label ?? values.get('PARTLABEL') ?? null,
        uuid: uuid ?? values.get('PARTUUID') ?? null,
      };
    }
  }
}

/** udev's links; where udev does not run there are none. */
function addLinks(blocks: Map<string, Draft>, sections: Sections): void {
  const byPath = new Map([...blocks.values()].map((block) => [`/dev/${block.name}`, block]));
  for (const [name, target] of sections.values('by-id').entries) {
    const block = byPath.get(target);
    if (block) block.byId = [...block.byId, name];
  }
  for (const [name, target] of sections.values('by-partlabel').entries) {
    const block = byPath.get(target);
    if (block?.partition) block.partition = { ...block.partition, label: block.partition.label ?? unescaped(name) };
  }
}

/** Mounts and use of space, for machines whose lsblk does not tell. */
function addUsage(blocks: Map<string, Draft>, sections: Sections): void {
  const byPath = new Map(
    [...blocks.values()].flatMap((block) => [
      [block.path, block],
      [`/dev/${block.name}`, block],
    ]),
  );
  for (const line of sections.lines('df')) {
    const [device = '', , used = ''] = line.trim().split(/\s+/);
    const block = byPath.get(device);
    if (block && /^\d+$/.test(used)) block.usedBytes ??= Number(used) * 1024;
  }
  for (const line of sections.lines('swaps').slice(1)) {
    const [device = ''] = line.split(/\s+/);
    const block = byPath.get(device);
    if (block && !block.mountpoints.includes('[SWAP]')) block.mountpoints = [...block.mountpoints, '[SWAP]'];
  }
  for (const mount of readMounts(sections)) {
    const block = byPath.get(mount.source);
    if (block && !block.mountpoints.includes(mount.target)) block.mountpoints = [...block.mountpoints, mount.target];
    if (block) block.content ??= mount.type;
  }
}

/** /proc/self/mountinfo, or /proc/mounts where there is no mountinfo. Octal escapes are undone. */
export function readMounts(sections: Sections): MachineMount[] {
  const plain = (field: string): string =>
    field.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));
  return sections.lines('mounts').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-');
    if (dash > 5) {
      const [type = '', source = ''] = fields.slice(dash + 1);
      const options = [...(fields[5] ?? '').split(','), ...(fields[dash + 3] ?? '').split(',')];
      return [
        {
          target: plain(fields[4] ?? ''),
          source: plain(source),
          type,
          root: plain(fields[3] ?? '/'),
          options: [...new Set(options.filter((one) => one !== ''))],
        },
      ];
    }
    const [source = '', target = '', type = '', options = ''] = fields;
    if (!target.startsWith('/')) return [];
    return [{ target: plain(target), source: plain(source), type, root: '/', options: options.split(',') }];
  });
}
