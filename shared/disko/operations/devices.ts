import { isSet, type Layout } from '../layout.ts';
import { itemsOf } from '../walk.ts';
import { replace, setAt, setOption } from './edit.ts';
import { OperationError } from './operation-error.ts';
import { renamedWords } from './rename.ts';

/**
 * Puts another device under a disk of the layout, and under whatever names the old one or a partition of it by path
 * (members of a ZFS topology, other devices of a btrfs).
 */
export function replaceDevice(layout: Layout, diskName: string, device: string): Layout {
  if (!device.startsWith('/')) throw new OperationError('A device is a full path such as /dev/disk/by-id/....');
  const { device: old } = setAt(layout, ['disk', diskName]);
  const replaced = setOption(layout, ['disk', diskName], 'device', device);
  if (typeof old !== 'string' || !old.startsWith('/')) return replaced;
  const moved = renamedWords(replaced, (text) =>
    text
      .split(/(\s+)/)
      .map((word) => {
        if (word === old) return device;
        const part = word.startsWith(`${old}-part`) ? word.slice(old.length) : '';
        return /^-part[0-9]+$/.test(part) ? `${device}${part}` : word;
      })
      .join(''),
  );
  return isSet(moved) ? replace(moved, ['disk', diskName, 'device'], device) : replaced;
}

/**
 * The layout for another machine: no disk is named, so that none can be erased by mistake, and what has to be unique in
 * the world (fixed uuids of partitions) is left for the tools to choose.
 */
export function copyToAnotherMachine(layout: Layout): Layout {
  const { disk: disks } = layout;
  const cleared = isSet(disks)
    ? Object.keys(disks).reduce((sum, name) => replace(sum, ['disk', name, 'device'], ''), layout)
    : layout;
  return itemsOf(cleared)
    .filter((item) => typeof item.value['uuid'] === 'string')
    .reduce((sum, item) => replace(sum, [...item.path, 'uuid'], undefined), cleared);
}

/** What a person has to do before a copied layout fits the other machine; a sentence each. */
export function copyNotes(layout: Layout): string[] {
  const items = itemsOf(layout);
  const disks = items.filter((item) => item.type === 'disk').map((item) => item.name);
  const notes: string[] = [];
  if (disks.length > 0) {
    const which = disks.length === 1 ? `disk ${disks[0] ?? ''}` : `disks ${disks.join(', ')}`;
    notes.push(`Choose the device of ${which}: the copy names none, so that nothing is erased by mistake.`);
  }
  if (items.some((item) => typeof item.value['uuid'] === 'string')) {
    notes.push('Fixed uuids were left out, since no two machines may share them.');
  }
  if (items.some((item) => item.type === 'zpool')) {
    notes.push('The other machine needs a networking.hostId of its own.');
  }
  const keys = items.flatMap((item) => {
    const settings = item.value['settings'];
    const file = item.type === 'luks' && isSet(settings) ? settings['keyFile'] : undefined;
    return typeof file === 'string' ? [file] : [];
  });
  if (keys.length > 0) notes.push(`The key ${[...new Set(keys)].join(', ')} has to be there as well.`);
  return notes;
}
