import { diskStretches, groupCapacity, heldBytes, volumeBytes } from '../geometry.ts';
import { membersOf } from '../references.ts';
import { describeBytes, formatSize, sizeBytes } from '../size.ts';
import { number, ownName, text, type Item } from '../walk.ts';
import type { Fix, Rule } from './finding.ts';

/** Where the disks' sizes are known: what does not fit on them. */
export const fitting: Rule = function* (inspection) {
  const { diskBytes } = inspection.surroundings;
  if (diskBytes === undefined) return;
  for (const disk of inspection.of('disk')) {
    const bytes = diskBytes[disk.name];
    if (bytes === undefined) continue;
    const tooMuch = diskStretches(inspection.layout, disk.name, bytes).find(
      (stretch) => stretch.isImpossible && stretch.path !== null,
    );
    const item = inspection.items.find((other) => other.path.join('/') === tooMuch?.path?.join('/'));
    if (!tooMuch?.path || !item || (text(item, 'size') === null && text(item, 'end') === null)) continue;
    yield {
      code: 'partition-too-large',
      severity: 'error',
      path: tooMuch.path,
      message: `${tooMuch.name} does not fit: ${disk.name} has ${describeBytes(bytes)}. Make it or a partition before it smaller.`,
    };
  }
  for (const group of inspection.of('lvm_vg')) {
    const capacity = groupCapacity(inspection.layout, group, diskBytes);
    if (capacity === null) continue;
    const asked = volumeBytes(inspection.layout, group, diskBytes);
    const sum = asked.reduce((total, volume) => total + (volume.usedBytes ?? 0), 0);
    if (sum <= capacity.usableBytes) continue;
    yield {
      code: 'lv-too-large',
      severity: 'error',
      path: group.path,
      message: `The volumes of ${group.name} need ${describeBytes(sum)}; its members give ${describeBytes(capacity.usableBytes)}.`,
    };
  }
};

/**
 * Members of an array whose sizes differ by more than a hundredth. mdadm asks then whether to go on; disko answers one
 * question only, and from mdadm 4.4 on that is the one about a bitmap: the install stops at "create aborted", with the
 * disks erased. (Seen in a virtual machine, with disko 878ec37 and mdadm 4.4.)
 */
export const unevenMembers: Rule = function* (inspection) {
  const { layout, items, surroundings } = inspection;
  for (const array of inspection.of('mdadm')) {
    if ((number(array, 'level') ?? 1) === 0) continue;
    const sized = membersOf(items, array).flatMap(({ parent }) => {
      const bytes = parent && (heldBytes(layout, items, parent, surroundings.diskBytes ?? {}) ?? writtenBytes(parent));
      return parent && bytes ? [{ slot: parent, bytes }] : [];
    });
    const bySize = sized.toSorted((a, b) => a.bytes - b.bytes);
    const [smallest] = bySize;
    const largest = bySize.at(-1);
    if (!smallest || !largest || (largest.bytes - smallest.bytes) * 100 <= largest.bytes) continue;
    const fix = evenOut(sized, smallest.bytes);
    yield {
      code: 'raid-sizes-differ',
      severity: 'warning',
      path: largest.slot.path,
      message: `The members of array ${ownName(array)} differ by more than 1 %: ${named(smallest)} and ${named(largest)}. mdadm asks whether to go on, disko does not answer, and the install stops with the disks erased. Give them the same size.`,
      ...(fix === null ? {} : { fix }),
    };
  }
};

interface Sized {
  readonly slot: Item;
  readonly bytes: number;
}

function writtenBytes(slot: Item): number | null {
  return slot.type === 'gpt_partition' && slot.value['end'] === undefined ? sizeBytes(text(slot, 'size') ?? '') : null;
}

function named({ slot, bytes }: Sized): string {
  const disk = slot.parent?.parent;
  return `${disk ? `${disk.name} › ` : ''}${ownName(slot)} has ${describeBytes(bytes)}`;
}

/** Every larger member as large as the smallest. null where one has its end written, or is no partition. */
function evenOut(sized: readonly Sized[], bytes: number): Fix | null {
  const larger = sized.filter((each) => (each.bytes - bytes) * 100 > each.bytes);
  const isSimple = larger.every(({ slot }) => slot.type === 'gpt_partition' && !('end' in slot.value));
  if (!isSimple || larger.length === 0) return null;
  const size = formatSize(bytes);
  return {
    title: `Make them ${size}`,
    changes: larger.map(({ slot }) => ({ path: [...slot.path, 'size'], value: size })),
  };
}
