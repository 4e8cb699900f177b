import type { MachineReport } from '../contract/machine.ts';
import { heldBytes, type DiskBytes } from '../disko/geometry.ts';
import type { Layout } from '../disko/layout.ts';
import { oldPartitionBytes } from '../disko/old-table.ts';
import type { ProbedDisk, ProbedVolume } from '../disko/probed-disk.ts';
import { sizeBytes } from '../disko/size.ts';
import { itemsOf, number, orderedPartitions, ownName, text, type Item } from '../disko/walk.ts';
import { findDisk } from '../install/install-disks.ts';
import {
  contentDifference,
  describeVolume,
  membership,
  sizesInWords,
  typeDifference,
  type MachineDifference,
} from './difference-words.ts';
import { partitionOf, volumeName } from './find-volume.ts';
import { mountDifferences } from './mount-differences.ts';

type Holding = Pick<ProbedVolume, 'content' | 'label' | 'group' | 'children'>;

/** Partitions may end a little elsewhere: older versions of disko did not align their ends. */
const PARTITION_TOLERANCE_BYTES = 2 * 1024 ** 2;
/** parted moves both ends of a partition to whole MiB. */
const OLD_TABLE_TOLERANCE_BYTES = 4 * 1024 ** 2;
/** What LVM rounds to, what LUKS and mdadm keep for themselves differs between their versions. */
const GROUP_TOLERANCE = 0.02;
const EXTENT_TOLERANCE_BYTES = 4 * 1024 ** 2;

/** Volumes that LVM keeps for itself. */
const hiddenVolume =
  /_(?:tmeta|tdata|tpool|pmspare|[rm]image_\d+|rmeta_\d+|mlog|cdata|cmeta|corig)$|-tpool$|^lvol\d+_pmspare$/;

/**
 * How a running machine differs from a layout: partitions and their sizes, what they hold, containers, arrays, volume
 * groups and mounts. Empty: nothing that the machine shows does. What is in a container that is not open, and disks that
 * the layout does not name, are not looked at.
 */
export function layoutDifferences(
  layout: Layout,
  report: Pick<MachineReport, 'disks' | 'mounts'>,
): readonly MachineDifference[] {
  return new Comparison(layout, report.disks).run(report.mounts);
}

class Comparison {
  readonly #layout: Layout;
  readonly #items: readonly Item[];
  readonly #disks: readonly ProbedDisk[];
  readonly #diskBytes: DiskBytes;
  readonly #found: MachineDifference[] = [];
  /** What of the machine is which thing of the layout. */
  readonly #devices = new Map<Item, ProbedDisk | ProbedVolume>();
  /** What lies on the members of a group, by the name of the layout's group. */
  readonly #above = new Map<string, ProbedVolume[]>();

  constructor(layout: Layout, disks: readonly ProbedDisk[]) {
    this.#layout = layout;
    this.#items = itemsOf(layout);
    this.#disks = disks;
    this.#diskBytes = Object.fromEntries(
      this.#items.flatMap((item) => {
        const disk = item.type === 'disk' ? findDisk(text(item, 'device') ?? '', disks) : undefined;
        return disk ? [[item.name, disk.sizeBytes]] : [];
      }),
    );
  }

  run(mounts: MachineReport['mounts']): readonly MachineDifference[] {
    for (const item of this.#items) if (item.type === 'disk') this.#disk(item);
    // An array or a volume may be the member of another group, so those come after what they lie on.
    for (const item of this.#items) if (item.type === 'mdadm') this.#array(item);
    for (const item of this.#items) if (item.type === 'lvm_vg') this.#volumes(item);
    return [...this.#found, ...mountDifferences(this.#items, this.#devices, this.#disks, mounts)];
  }

  #say(item: Item | null, message: string): void {
    this.#found.push({ path: item?.path ?? null, message });
  }

  #below(slot: Item): Item | undefined {
    return this.#items.find((item) => item.parent === slot);
  }

  #disk(item: Item): void {
    const device = text(item, 'device');
    // A device that only evaluation knows, or that nobody has chosen yet, cannot be looked for.
    if (device === null || device === '') return;
    const disk = findDisk(device, this.#disks);
    if (!disk) return this.#say(item, `${item.name}: the machine shows no disk ${device}.`);
    if (disk.content === null && disk.children.length === 0) {
      if (this.#below(item))
        this.#say(item, `${item.name}: ${disk.path} is empty; nothing of the layout is on it yet.`);
      return;
    }
    this.#slot(item, item.name, disk);
  }

  /** What a disk, a partition, an opened container, an array or a volume holds. */
  #slot(slot: Item, subject: string, device: ProbedDisk | ProbedVolume): void {
    this.#devices.set(slot, device);
    const content = this.#below(slot);
    if (!content) return;
    if (content.type === 'gpt') return this.#partitions(content, subject, device);
    if (content.type === 'table') return this.#oldPartitions(content, subject, device);
    this.#content(content, subject, device);
  }

  #partitions(table: Item, subject: string, device: ProbedDisk | ProbedVolume): void {
    const kind = 'table' in device ? device.table : 'gpt';
    if (kind !== null && kind !== 'gpt' && kind !== 'unknown' && kind !== 'PMBR') {
      this.#say(table, `${subject}: the table of ${device.path} is ${kind}, not gpt.`);
    }
    const there = device.children.filter(({ kind: one, partition }) => one === 'partition' || partition !== null);
    const left = new Set(there);
    for (const item of orderedPartitions(this.#items.filter(({ parent }) => parent === table))) {
      const name = `${subject} › ${ownName(item)}`;
      const found = partitionOf(item, [...left]);
      if (!found) {
        this.#say(item, `${name} is in the layout, not on the machine.`);
        continue;
      }
      left.delete(found);
      this.#size(item, name, found.sizeBytes, PARTITION_TOLERANCE_BYTES);
      const type = typeDifference(text(item, 'type'), found.partition?.type ?? null);
      if (type !== null) this.#say(item, `${name}: ${type}`);
      this.#slot(item, name, found);
    }
    for (const one of left) {
      this.#say(null, `${subject}: ${describeVolume(one)} is on the machine, not in the layout.`);
    }
  }

  /** Of the old type, partitions are known by their numbers, as disko itself has them. */
  #oldPartitions(table: Item, subject: string, device: ProbedDisk | ProbedVolume): void {
    const wanted = text(table, 'format') ?? 'gpt';
    const kind = 'table' in device ? device.table : null;
    const real = kind === 'dos' ? 'msdos' : kind;
    if (real !== null && real !== 'unknown' && real !== wanted) {
      return this.#say(table, `${subject}: the table of ${device.path} is ${real}, not ${wanted}.`);
    }
    const left = new Map(device.children.flatMap((one) => (one.partition ? [[one.partition.number, one]] : [])));
    const items = this.#items.filter(({ parent }) => parent === table);
    for (const item of items) {
      const name = `${subject} › ${text(item, 'name') ?? `partition ${item.name}`}`;
      const found = left.get(Number(item.name));
      if (!found) {
        this.#say(item, `${name} is in the layout, not on the machine.`);
        continue;
      }
      left.delete(Number(item.name));
      const bytes = oldPartitionBytes(item, device.sizeBytes);
      if (bytes !== null && Math.abs(bytes - found.sizeBytes) > OLD_TABLE_TOLERANCE_BYTES) {
        this.#say(item, `${name}: ${sizesInWords(bytes, found.sizeBytes)}`);
      }
      this.#slot(item, name, found);
    }
    for (const one of left.values()) {
      this.#say(null, `${subject}: ${describeVolume(one)} is on the machine, not in the layout.`);
    }
  }

  #content(content: Item, subject: string, device: Holding): void {
    const differs = contentDifference(content, device.content);
    if (differs !== null) return this.#say(content, `${subject}: ${differs}`);
    const member = membership(content, device);
    if (member !== null) {
      if (member.isOther) return this.#say(content, `${subject}: ${member.words}`);
      const key = `${content.type ?? ''} ${member.group}`;
      this.#above.set(key, [...(this.#above.get(key) ?? []), ...device.children]);
    }
    if (content.type !== 'luks') return;
    const open = device.children.find(({ kind }) => kind === 'luks');
    if (!open) return;
    const name = text(content, 'name');
    const real = open.path.replace(/^\/dev\/mapper\//, '');
    if (name !== null && real !== name) {
      this.#say(content, `${subject}: the container is open as ${real}, in the layout it is ${name}.`);
    }
    this.#slot(content, name ?? subject, open);
  }

  #array(item: Item): void {
    const volumes = this.#above.get(`mdraid ${ownName(item)}`);
    const array = volumes?.find(({ kind }) => kind === 'raid');
    if (!array) return;
    const name = `Array ${ownName(item)}`;
    const level = `raid${number(item, 'level') ?? 1}`;
    const isOther = array.raidLevel !== undefined && array.raidLevel !== level;
    if (isOther) this.#say(item, `${name}: ${level} in the layout, ${array.raidLevel ?? ''} on the machine.`);
    // Another level has another size.
    else this.#size(item, name, array.sizeBytes, array.sizeBytes * GROUP_TOLERANCE);
    this.#slot(item, name, array);
  }

  #volumes(group: Item): void {
    const name = ownName(group);
    const members = this.#above.get(`lvm_pv ${name}`);
    if (!members) return;
    const there = new Map<string, ProbedVolume>();
    const visit = (one: ProbedVolume): void => {
      if (one.kind !== 'lvm') return;
      const own = volumeName(one.path, name);
      if (own !== null && !hiddenVolume.test(own)) there.set(own, one);
      one.children.forEach(visit);
    };
    members.forEach(visit);
    for (const item of this.#items) {
      if (item.parent !== group || item.type !== 'lvm_lv') continue;
      const subject = `${name} › ${ownName(item)}`;
      const found = there.get(ownName(item));
      there.delete(ownName(item));
      if (!found) {
        // A pool of thin volumes shows itself only by what is in it.
        if (text(item, 'lvm_type') === 'thin-pool') continue;
        this.#say(item, `${subject} is in the layout, not on the machine.`);
        continue;
      }
      const isWritten = sizeBytes(text(item, 'size') ?? '') !== null;
      this.#size(
        item,
        subject,
        found.sizeBytes,
        isWritten ? EXTENT_TOLERANCE_BYTES : found.sizeBytes * GROUP_TOLERANCE,
      );
      this.#slot(item, subject, found);
    }
    for (const [own, one] of there) {
      this.#say(null, `${name}: ${describeVolume(one, own)} is on the machine, not in the layout.`);
    }
  }

  #size(item: Item, subject: string, bytes: number, tolerance: number): void {
    const wanted = heldBytes(this.#layout, this.#items, item, this.#diskBytes);
    if (wanted === null || Math.abs(wanted - bytes) <= tolerance) return;
    this.#say(item, `${subject}: ${sizesInWords(wanted, bytes)}`);
  }
}
