import { diskStretches, groupCapacity, volumeBytes } from '../geometry.ts';
import { describeBytes } from '../size.ts';
import { text } from '../walk.ts';
import type { Rule } from './finding.ts';

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
