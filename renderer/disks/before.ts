import { isSet, type Layout } from '../../shared/disko/layout.ts';
import { everythingOn, type ProbedDisk, type ProbedVolume } from '../../shared/disko/probed-disk.ts';
import { decimalSize, installDisks, saysSize, type LayoutDisk } from '../../shared/install/install-disks.ts';

/** A piece of a disk as it is now. */
export interface BeforePart {
  readonly key: string;
  readonly words: string;
  readonly bytes: number;
  readonly isFree: boolean;
}

/** Gaps smaller than this are alignment, not room. */
const SMALLEST_GAP_BYTES = 16 * 1024 ** 2;

/** What lies on a disk now, from its beginning to its end, free room included. */
export function beforeParts(disk: ProbedDisk): BeforePart[] {
  const partitions = disk.children.filter(({ partition }) => partition !== null);
  if (partitions.length === 0) {
    const isFree = disk.content === null && disk.children.length === 0;
    const words = isFree ? 'empty' : heldWords(disk, disk.children) || 'something without a partition table';
    return [{ key: disk.path, words, bytes: disk.sizeBytes, isFree }];
  }
  const parts: BeforePart[] = [];
  let end = 0;
  for (const one of partitions) {
    const start = one.partition?.startBytes ?? end;
    if (start - end > SMALLEST_GAP_BYTES) parts.push(free(end, start));
    const name = one.partition?.label ?? one.name;
    const held = heldWords(one, one.children);
    parts.push({ key: one.path, words: [name, held].filter(Boolean).join(' · '), bytes: one.sizeBytes, isFree: false });
    end = Math.max(end, start + one.sizeBytes);
  }
  if (disk.sizeBytes - end > SMALLEST_GAP_BYTES) parts.push(free(end, disk.sizeBytes));
  return parts;
}

function free(from: number, to: number): BeforePart {
  return { key: `free-${from}`, words: `free ${decimalSize(to - from)}`, bytes: to - from, isFree: true };
}

function heldWords(one: Pick<ProbedDisk, 'content' | 'label'>, below: readonly ProbedVolume[]): string {
  const inside = below.flatMap(({ content }) => (content === null ? [] : [content]));
  return [one.label === null ? '' : `“${one.label}”`, one.content ?? '', ...inside].filter(Boolean).join(' ');
}

/** What becomes of a machine's disk under a layout, in a sentence. `tone` goes with it. */
export function fateOf(layoutDisk: LayoutDisk, disks: readonly ProbedDisk[]): { tone: 'ok' | 'bad'; words: string } {
  const [found] = installDisks([layoutDisk], { disks: [...disks] });
  if (found === undefined || found.path === null) return { tone: 'bad', words: 'The machine has no such disk' };
  if (!found.hasData) return { tone: 'ok', words: 'empty' };
  const fate = layoutDisk.isErased ? 'Will be erased' : 'Kept by “destroy = false”';
  return { tone: layoutDisk.isErased ? 'bad' : 'ok', words: `${fate}: ${found.contents.join('; ')}` };
}

/** The disks of a layout, with what they are called on the machine. */
export function layoutDisks(layout: Layout): LayoutDisk[] {
  const { disk: disks } = layout;
  if (!isSet(disks)) return [];
  return Object.entries(disks).flatMap(([name, disk]) =>
    isSet(disk) && typeof disk['device'] === 'string'
      ? [{ name, device: disk['device'], isErased: disk['destroy'] !== false }]
      : [],
  );
}

/** Size, make and number of a disk, as printed on it: `Samsung SSD 970 EVO · 500 GB · S466NX0M · nvme`. */
export function diskWords(disk: ProbedDisk): string {
  const speed = disk.isRotational === true ? 'spinning' : null;
  const name = disk.model ?? disk.vendor ?? disk.name;
  const size = saysSize(name, disk.sizeBytes) ? null : decimalSize(disk.sizeBytes);
  return [name, size, disk.serial, disk.transport, speed].filter(Boolean).join(' · ');
}

/** Every place where something of the disk is in use now; `[SWAP]` for swap. */
export function placesInUse(disk: ProbedDisk): string[] {
  return [...new Set([disk, ...everythingOn(disk)].flatMap(({ mountpoints }) => mountpoints))];
}
