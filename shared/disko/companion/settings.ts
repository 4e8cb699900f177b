import type { Layout } from '../layout.ts';
import { isSet } from '../layout.ts';
import { membersOf } from '../references.ts';
import type { Firmware } from '../rules/finding.ts';
import { mountpointOf } from '../rules/mounts.ts';
import { ancestor, itemsOf, ownName, text, type Item } from '../walk.ts';
import { bootLoaderSettings } from './boot-loader.ts';
import type { NixosSetting } from './setting.ts';

export interface CompanionAnswers {
  /** null: not known; then nothing is said about the boot loader. */
  readonly firmware: Firmware | null;
  /** 8 hexadecimal digits; null where none is chosen yet. Only ZFS needs it. */
  readonly hostId: string | null;
}

/** What NixOS has to be told besides the layout, because disko cannot express it. */
export function companionSettings(layout: Layout, { firmware, hostId }: CompanionAnswers): NixosSetting[] {
  const items = itemsOf(layout);
  return [
    ...(firmware === null ? [] : bootLoaderSettings(layout, firmware)),
    ...zfsSettings(items, hostId),
    ...neededForBoot(items),
    ...initrdSettings(items),
    ...groupSettings(items),
  ];
}

function zfsSettings(items: readonly Item[], hostId: string | null): NixosSetting[] {
  const pools = items.filter((item) => item.type === 'zpool');
  if (pools.length === 0) return [];
  const settings: NixosSetting[] = [];
  if (hostId !== null) {
    settings.push({
      path: ['networking', 'hostId'],
      value: hostId,
      reason: 'ZFS tells machines apart by this number; it stays the same for ever.',
    });
  }
  const unmounted = pools.filter(
    (pool) =>
      mountpointOf(pool) === null &&
      !items.some((item) => ancestor(item, 'zpool') === pool && mountpointOf(item) !== null),
  );
  if (unmounted.length > 0) {
    settings.push({
      path: ['boot', 'zfs', 'extraPools'],
      value: unmounted.map(ownName),
      reason: 'No file system of the machine asks for these pools, so they are imported by name.',
    });
  }
  const disks = pools.flatMap((pool) => membersOf(items, pool)).map((member) => ancestor(member, 'disk'));
  const hasOtherPaths = disks.some((disk) => {
    const device = disk === null ? null : text(disk, 'device');
    return device !== null && device !== '' && !device.startsWith('/dev/disk/by-id/');
  });
  if (hasOtherPaths) {
    settings.push({
      path: ['boot', 'zfs', 'devNodes'],
      value: '/dev/disk/by-partuuid',
      reason: 'Disks of virtual machines may have no id, which is where pools are looked for otherwise.',
    });
  }
  return settings;
}

/** Mountpoints that people keep their state at where the root is new at every start. */
const persistent = /^\/(?:.*\/)?(persist|persistent|persistence|state|keep|safe)$/;

/** Where the root is in memory, what services find below a bind mount has to be there before they start. */
function neededForBoot(items: readonly Item[]): NixosSetting[] {
  const isMemory = items.some((item) => item.type === 'nodev' && mountpointOf(item) === '/');
  const places = items.filter((item) => item.type !== 'nodev').map(mountpointOf);
  const wanted = [...new Set(places)].filter((place): place is string => place !== null && persistent.test(place));
  return wanted
    .filter((place) => isMemory || place !== '/state')
    .sort()
    .map((place, index) => ({
      path: ['fileSystems', place, 'neededForBoot'],
      value: true,
      reason: index === 0 ? 'Holds what outlives a restart, so it is there before anything else starts.' : null,
    }));
}

function initrdSettings(items: readonly Item[]): NixosSetting[] {
  const settings: NixosSetting[] = [];
  const keys = items.flatMap((item) => {
    if (item.type !== 'luks' || item.value['initrdUnlock'] === false) return [];
    const held = item.value['settings'];
    const file = isSet(held) ? held['keyFile'] : undefined;
    return typeof file === 'string' && file.startsWith('/') ? [file] : [];
  });
  const inInitrd = [...new Set(keys)].filter((file) => !/^\/(dev|tmp|run|proc|sys)\//.test(file)).sort();
  for (const [index, file] of inInitrd.entries()) {
    settings.push({
      path: ['boot', 'initrd', 'secrets', file],
      value: null,
      reason: index === 0 ? 'The key is copied into the initrd, where the disks are unlocked.' : null,
    });
  }
  if (keys.some((file) => file.startsWith('/dev/disk/by-id/usb-'))) {
    settings.push({
      path: ['boot', 'initrd', 'kernelModules'],
      value: ['usb_storage', 'uas'],
      reason: 'The key is read from a USB stick.',
    });
  }
  return settings;
}

function groupSettings(items: readonly Item[]): NixosSetting[] {
  const settings: NixosSetting[] = [];
  if (items.some((item) => item.type === 'lvm_lv' && text(item, 'lvm_type') === 'thin-pool')) {
    settings.push({
      path: ['services', 'lvm', 'boot', 'thin', 'enable'],
      value: true,
      reason: 'Thin volumes need their tools at the start.',
    });
  }
  if (items.some((item) => item.type === 'mdadm')) {
    settings.push({
      path: ['boot', 'swraid', 'mdadmConf'],
      value: 'MAILADDR root',
      reason: 'Whom mdadm tells when a disk fails; its monitor does not start without.',
    });
  }
  return settings;
}
