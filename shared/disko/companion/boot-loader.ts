import { isSet, type Layout } from '../layout.ts';
import type { Firmware } from '../rules/finding.ts';
import { mountpointOf } from '../rules/mounts.ts';
import { ancestor, itemsOf, orderedPartitions, text, type Item } from '../walk.ts';
import type { NixosSetting } from './setting.ts';

/** A partition that the machine starts from, with the disk that it is on and where it is mounted. */
interface BootPlace {
  readonly mountpoint: string;
  readonly device: string | null;
  /** True where it is one array over several disks. */
  readonly isArray: boolean;
}

const bootMountpoints = /^\/(boot|efi|boot-[0-9]+|boot[0-9]+|efi-?[0-9]+|boot\/efi)$/;

/** Boot loader settings for the firmware. disko itself sets only `grub.devices`, for the disks with a BIOS boot partition. */
export function bootLoaderSettings(layout: Layout, firmware: Firmware): NixosSetting[] {
  const items = itemsOf(layout);
  if (firmware === 'rpi') {
    return [
      { path: ['boot', 'loader', 'grub', 'enable'], value: false, reason: 'The firmware of the Pi starts U-Boot.' },
      { path: ['boot', 'loader', 'generic-extlinux-compatible', 'enable'], value: true, reason: null },
    ];
  }
  const places = bootPlaces(items);
  const grub = (name: string) => ['boot', 'loader', 'grub', name];
  const settings: NixosSetting[] = [];
  const isMirrored = places.length > 1;
  const isUefi = firmware === 'uefi' || firmware === 'both';
  if (firmware === 'uefi' && !isMirrored && !places.some((place) => place.isArray)) {
    const [place] = places;
    settings.push(
      { path: ['boot', 'loader', 'systemd-boot', 'enable'], value: true, reason: 'The machine starts by UEFI.' },
      { path: ['boot', 'loader', 'efi', 'canTouchEfiVariables'], value: true, reason: null },
    );
    if (place && place.mountpoint !== '/boot') {
      settings.push({ path: ['boot', 'loader', 'efi', 'efiSysMountPoint'], value: place.mountpoint, reason: null });
    }
    return settings;
  }
  const reason = {
    uefi: 'The machine starts by UEFI from a mirror, which GRUB can and systemd-boot cannot.',
    bios: 'The machine starts by BIOS.',
    both: 'The disk starts by BIOS and by UEFI.',
  }[firmware];
  settings.push({ path: grub('enable'), value: true, reason });
  if (isUefi) {
    settings.push({ path: grub('efiSupport'), value: true, reason: null });
    // The firmware finds the loader at the fallback path on whichever disk is left.
    settings.push({ path: grub('efiInstallAsRemovable'), value: true, reason: null });
  }
  settings.push(...grubDevices(items, places, firmware, grub));
  if (items.some((item) => item.type === 'zpool' && holdsSystem(items, item))) {
    settings.push({ path: grub('zfsSupport'), value: true, reason: null });
  }
  if (places.length === 0 && firmware === 'bios' && rootIsEncrypted(items)) {
    settings.push({ path: grub('enableCryptodisk'), value: true, reason: 'GRUB reads the kernels from inside LUKS.' });
  }
  return settings;
}

function grubDevices(
  items: readonly Item[],
  places: readonly BootPlace[],
  firmware: Exclude<Firmware, 'rpi'>,
  grub: (name: string) => string[],
): NixosSetting[] {
  const biosDisks = items
    .filter((item) => item.type === 'gpt_partition' && text(item, 'type') === 'EF02')
    .flatMap((item) => deviceOf(item) ?? []);
  if (places.length > 1) {
    const boots = places.map(({ mountpoint, device }) => ({
      path: mountpoint,
      devices: firmware === 'uefi' || device === null ? ['nodev'] : [device],
    }));
    const mirrored: NixosSetting = {
      path: grub('mirroredBoots'),
      value: boots,
      reason: 'Every disk can start the machine alone.',
    };
    // disko puts all disks under /boot; here each stands with its own.
    const own: NixosSetting = { path: grub('devices'), value: [], isForced: true, reason: null };
    return biosDisks.length > 0 ? [own, mirrored] : [mirrored];
  }
  if (biosDisks.length > 0) return [];
  if (firmware === 'uefi') return [{ path: grub('device'), value: 'nodev', reason: null }];
  const msdos = items
    .filter((item) => item.type === 'table' && item.value['format'] === 'msdos')
    .flatMap((item) => deviceOf(item) ?? []);
  return msdos.length > 0
    ? [{ path: grub('devices'), value: msdos, reason: 'disko names no disk for a table of the old type.' }]
    : [];
}

function deviceOf(item: Item): string | null {
  const disk = ancestor(item, 'disk');
  return disk === null ? null : text(disk, 'device');
}

/** The boot file systems, /boot first. */
function bootPlaces(items: readonly Item[]): BootPlace[] {
  const found = items.flatMap((item): BootPlace[] => {
    const mountpoint = mountpointOf(item);
    if (item.type !== 'filesystem' || mountpoint === null || !bootMountpoints.test(mountpoint)) return [];
    return [{ mountpoint, device: deviceOf(item), isArray: ancestor(item, 'mdadm') !== null }];
  });
  // Where the EFI system partition lies below a /boot of its own, it alone is what the firmware needs.
  const efi = found.filter((place) => /^\/(boot\/)?efi/.test(place.mountpoint));
  return (efi.length > 0 ? efi : found).sort((a, b) => (a.mountpoint < b.mountpoint ? -1 : 1));
}

function holdsSystem(items: readonly Item[], pool: Item): boolean {
  return items.some((item) => {
    const isInside = item === pool || ancestor(item, 'zpool') === pool;
    return isInside && ['/', '/nix', '/boot'].includes(mountpointOf(item) ?? '');
  });
}

function rootIsEncrypted(items: readonly Item[]): boolean {
  return items.some((item) => mountpointOf(item) === '/' && ancestor(item, 'luks') !== null);
}

/** The firmware that a layout was made for, by its boot partitions; null where they do not tell. */
export function guessFirmware(layout: Layout): Firmware | null {
  const partitions = orderedPartitions(itemsOf(layout).filter((item) => item.type === 'gpt_partition'));
  const types = partitions.map((item) => text(item, 'type')?.toUpperCase());
  const [isUefi, isBios] = [types.includes('EF00'), types.includes('EF02')];
  if (isUefi && isBios) return 'both';
  if (isUefi) return 'uefi';
  if (isBios) return 'bios';
  const isPi = partitions.some((item) => {
    const { content, hybrid } = item.value;
    return isSet(hybrid) || (isSet(content) && content['mountpoint'] === '/boot/firmware');
  });
  if (isPi) return 'rpi';
  const tables = itemsOf(layout).filter((item) => item.type === 'table');
  return tables.some((item) => item.value['format'] === 'msdos') ? 'bios' : null;
}
