import { isList, valueAt } from '../layout.ts';
import { ancestor, number, orderedPartitions, ownName, partitionPriority, text, type Item } from '../walk.ts';
import { change, type Inspection, type Rule } from './finding.ts';
import { mounted, mountpointOf } from './mounts.ts';

/* Where the kernels and the firmware's files lie, and whether what starts the machine can read them there. */

const espPlaces = ['/boot', '/efi', '/boot/efi'];

/** What the boot loader reads the kernels from: /boot, or the root where there is no /boot. */
function kernelPlace(inspection: Inspection): Item | null {
  const items = mounted(inspection);
  const at = (place: string): Item | undefined => items.find((item) => mountpointOf(item) === place);
  return at('/boot') ?? at('/') ?? null;
}

/** A volume group or a pool around the kernels. */
export const kernelsInGroup: Rule = function* (inspection) {
  const { firmware } = inspection.surroundings;
  const place = kernelPlace(inspection);
  if (place === null || firmware === null || firmware === 'rpi') return;
  const group = place.type === 'zpool' ? place : (ancestor(place, 'lvm_vg') ?? ancestor(place, 'zpool'));
  if (group === null) return;
  const where = mountpointOf(place) ?? '/';
  const isPool = group.type === 'zpool';
  const holder = `${isPool ? 'the pool' : 'the volume group'} ${ownName(group)}`;
  if (firmware !== 'bios' && where === '/boot') {
    // With an EFI system partition of its own below, GRUB can read a /boot in LVM.
    const hasOwnEsp = mounted(inspection).some((item) => /^\/(efi|boot\/efi)$/.test(mountpointOf(item) ?? ''));
    if (hasOwnEsp && !isPool) return;
    yield {
      code: 'boot-in-group',
      severity: hasOwnEsp ? 'warning' : 'error',
      path: place.path,
      message: hasOwnEsp
        ? `/boot is in ${holder}, which GRUB reads only as long as the pool has no newer features than GRUB knows. Give /boot a partition of its own.`
        : `/boot is in ${holder}, where the firmware cannot read it. Mount the EFI system partition at /boot.`,
    };
  }
  if (firmware === 'bios' && isPool) {
    yield {
      code: 'boot-on-pool',
      severity: 'warning',
      path: place.path,
      message: `GRUB reads the kernels from ${holder} only as long as the pool has no newer features than GRUB knows. Give /boot an ext4 partition of 1G.`,
    };
  }
};

/** GRUB opens LUKS on a BIOS machine, but only with the older way of making a key out of the passphrase. */
export const kernelsEncrypted: Rule = function* (inspection) {
  const place = kernelPlace(inspection);
  const luks = place === null ? null : ancestor(place, 'luks');
  if (inspection.surroundings.firmware !== 'bios' || place === null || luks === null) return;
  const given = luks.value['extraFormatArgs'];
  const words = isList(given) ? given.filter((word) => typeof word === 'string').join(' ') : '';
  if (given !== undefined && (!isList(given) || /\bluks1\b|\bpbkdf2\b/.test(words))) return;
  yield {
    code: 'boot-encrypted-bios',
    severity: 'warning',
    path: luks.path,
    message: `The kernels are inside ${text(luks, 'name') ?? 'an encrypted container'}. GRUB opens it only with enableCryptodisk and a key made by pbkdf2; the default of LUKS2 is argon2id. Set that, or give /boot a partition of its own outside.`,
    fix: change(
      'Make the key with pbkdf2',
      [...luks.path, 'extraFormatArgs'],
      [...(isList(given) ? given : []), '--pbkdf', 'pbkdf2'],
    ),
  };
};

/** The firmware of a Raspberry Pi takes the first FAT partition; partitions of other kinds may come before it. */
export const piFirmwareFirst: Rule = function* (inspection) {
  if (inspection.surroundings.firmware !== 'rpi' || inspection.isComputed) return;
  const isFirmware = (item: Item): boolean => [...espPlaces, '/boot/firmware'].includes(mountpointOf(item) ?? '');
  const fat = inspection
    .of('filesystem')
    .filter((item) => text(item, 'format') === 'vfat')
    .flatMap((item) => ancestor(item, 'gpt_partition') ?? []);
  const holders = inspection
    .of('filesystem')
    .filter((item) => text(item, 'format') === 'vfat' && isFirmware(item))
    .flatMap((item) => ancestor(item, 'gpt_partition') ?? []);
  for (const partition of holders) {
    const siblings = orderedPartitions(
      inspection.of('gpt_partition').filter(({ parent }) => parent === partition.parent),
    );
    const first = siblings.find((item) => fat.includes(item));
    // A hybrid MBR has an order of its own, and what is in it is there for the firmware.
    if (first === undefined || holders.includes(first) || first.value['hybrid'] !== undefined) continue;
    const least = Math.min(...siblings.map((item) => number(item, 'priority') ?? partitionPriority(item)));
    yield {
      code: 'firmware-not-first',
      severity: 'warning',
      path: partition.path,
      message: `${partition.name} comes after ${first.name}, but a Raspberry Pi takes its firmware from the first FAT partition.`,
      fix: change(`Make ${partition.name} the first`, [...partition.path, 'priority'], least - 1),
    };
  }
};

/** NixOS does not build a machine with ZFS that has no number of its own; disko cannot set it. */
export const hostIdOfPools: Rule = function* (inspection) {
  const [pool] = inspection.of('zpool');
  const { settings } = inspection.surroundings;
  if (pool === undefined || (settings && valueAt(settings, ['networking', 'hostId']) !== undefined)) return;
  yield {
    code: 'zfs-host-id',
    severity: 'hint',
    path: pool.path,
    message: `ZFS needs networking.hostId, 8 hexadecimal digits that no other machine has; a layout cannot set it. Set it in the configuration, or have it written with the other NixOS settings of this layout.`,
  };
};
