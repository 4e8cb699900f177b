import { partitionDevice, partitionLabel } from './device-path.ts';
import { isList, isSame, isSet, type Layout, type LayoutSet, type LayoutValue } from './layout.ts';
import { deviceGroups, hookNames, isRecord, itemType, typeSchema, type DeviceGroup } from './schema.ts';
import { sha256Hex } from './sha256.ts';
import { ownName, partitionPriority, text, type Item } from './walk.ts';

/**
 * A layout without what says nothing: options that have disko's default, be it a constant or what disko makes of other
 * options (labels, device paths, ends, priorities), and what disko itself adds (`_index`, `datasets.__root`). `type`
 * always stays.
 */
export function withoutDefaults(layout: Layout): Layout {
  const groups = Object.entries(layout).flatMap(([group, entries]) => {
    const type = deviceGroups[group as DeviceGroup] as string | undefined;
    if (type === undefined || !isSet(entries)) return [[group, entries] as const];
    const kept = Object.entries(entries).map(([name, entry]) => [name, strip(entry, type, name, null)] as const);
    return kept.length === 0 ? [] : [[group, Object.fromEntries(kept)] as const];
  });
  return Object.fromEntries(groups);
}

function strip(value: LayoutValue, type: string | null, name: string, parent: Item | null): LayoutValue {
  const schema = type === null ? null : typeSchema(type);
  if (!schema || !isSet(value)) return value;
  const item: Item = { path: [], type, value, name, parent };
  const kept: [string, LayoutValue][] = [];
  for (const [key, held] of Object.entries(value)) {
    const option = schema.options[key];
    if (key.startsWith('_')) continue;
    if (!option) {
      const isEmptyHook = schema.hasHooks && (hookNames as readonly string[]).includes(key) && held === '';
      if (!isEmptyHook) kept.push([key, held]);
      continue;
    }
    const isConstant = key !== 'type' || withoutType.has(type ?? '');
    if (isConstant && 'default' in option && isSame(held, option.default as LayoutValue)) continue;
    // A name that follows the attribute name; those of LUKS and of members are names of something else.
    const isOwnName = key === 'name' && !option.computed?.startsWith('attribute name');
    const computed = isConstant && !isOwnName ? computedDefault(item, key) : undefined;
    if (computed !== undefined && isSame(held, computed)) continue;
    kept.push([key, stripItems(option, key, held, item)]);
  }
  return Object.fromEntries(kept);
}

function stripItems(
  option: Parameters<typeof itemType>[0],
  key: string,
  value: LayoutValue,
  holder: Item,
): LayoutValue {
  if (key === 'mode' && holder.type === 'zpool' && isSet(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, held]) => [name, strip(held, 'zpool_topology', holder.name, holder)]),
    );
  }
  if (option.type === 'attrsOf' && isSet(value)) {
    const entries = Object.entries(value).filter(([name]) => name !== '__root');
    return Object.fromEntries(entries.map(([name, held]) => [name, strip(held, itemType(option, held), name, holder)]));
  }
  if (isList(value)) {
    return value.map((held, index) => strip(held, itemType(option, held), String(index + 1), holder));
  }
  return isRecord(value) ? strip(value, itemType(option, value), holder.name, holder) : value;
}

/** Types whose `type` says nothing: a partition's is a code, the others are told by where they stand. */
const withoutType: ReadonlySet<string> = new Set(['gpt_partition', 'btrfs_subvol', 'bcachefs_subvolume', 'nodev']);

/** File systems that are no device: disko names their type instead. */
const pseudo = new Set(['proc', 'sysfs', 'tmpfs', 'ramfs', 'devtmpfs', 'devpts']);

/** What disko makes of an option that is not written; undefined where it makes nothing, or nothing can be told. */
export function computedDefault(item: Item, key: string): LayoutValue | undefined {
  const { value, name, parent, type } = item;
  if (key === 'name') return type === 'disk' ? name.replaceAll('/', '_') : name;
  switch (type) {
    case 'gpt_partition':
      return partitionDefault(item, key);
    case 'disk':
      return key === 'imageName' ? ownName(item) : undefined;
    case 'nodev':
      if (key === 'mountpoint') return name;
      return key === 'device'
        ? pseudo.has(text(item, 'fsType') ?? '')
          ? (text(item, 'fsType') ?? '')
          : 'none'
        : undefined;
    case 'btrfs_swapfile':
      return key === 'path' ? name : undefined;
    case 'swap':
      if (key === 'randomEncryption' || key === 'resumeDevice') return false;
      break;
    case 'table_partition':
      return key === 'bootable' ? false : undefined;
    case 'gpt_hybrid':
      return key === 'mbrBootableFlag' ? false : undefined;
    case 'lvm_lv':
      return key === 'priority' ? volumePriority(item) : undefined;
    case 'bcachefs':
      if (key === 'label') return '';
      break;
    case 'bcachefs_filesystem':
      return key === 'uuid' ? dashed(sha256Hex(ownName(item))) : undefined;
    case 'bcachefs_subvolume':
      return key === 'mountOptions' ? ['X-mount.mkdir', `X-mount.subdir=${name}`] : undefined;
    case 'luks':
      if (key === 'askPassword') return !hasKey(value);
      break;
    default:
      break;
  }
  return key === 'device' && parent ? (deviceBelow(parent, item) ?? undefined) : undefined;
}

function partitionDefault(item: Item, key: string): LayoutValue | undefined {
  const { [key]: _written, ...rest } = item.value;
  const without: Item = { ...item, value: rest };
  const { content, start, end, size } = item.value;
  switch (key) {
    case 'uuid':
      return null;
    case 'size':
      return '0';
    case 'priority':
      return partitionPriority(without);
    case 'label':
      return partitionLabel(without) ?? undefined;
    case 'device':
      return partitionDevice(without) ?? undefined;
    case 'type':
      return isSet(content) && content['type'] === 'swap' ? '8200' : '8300';
    case 'end':
      return size === '100%' ? '-0' : `+${typeof size === 'string' ? size : '0'}`;
    case 'alignment':
      return [start, end].some((place) => typeof place === 'string' && place.endsWith('s')) ? 1 : 0;
    default:
      return undefined;
  }
}

function volumePriority(item: Item): number {
  const isPool = item.value['lvm_type'] === 'thin-pool';
  return (isPool ? 501 : 1000) + (text(item, 'size')?.includes('100%') ? 251 : 0);
}

function hasKey({ keyFile, passwordFile, settings }: LayoutSet): boolean {
  const isGiven = (value: LayoutValue | undefined): boolean => value !== undefined && value !== null;
  return isGiven(keyFile) || isGiven(passwordFile) || (isSet(settings) && Object.hasOwn(settings, 'keyFile'));
}

function dashed(hash: string): string {
  return [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20), hash.slice(20, 32)].join('-');
}

/** The device that a slot hands to what it holds. */
function deviceBelow(slot: Item, held: Item): string | null {
  switch (slot.type) {
    case 'disk':
      return text(slot, 'device');
    case 'gpt_partition':
      return partitionDevice(slot);
    case 'luks':
      return `/dev/mapper/${text(slot, 'name') ?? ''}`;
    case 'mdadm':
      return `/dev/md/${ownName(slot)}`;
    case 'lvm_lv':
      return slot.parent ? `/dev/${ownName(slot.parent)}/${ownName(slot)}` : null;
    case 'zfs_volume':
      return slot.parent ? `/dev/zvol/${ownName(slot.parent)}/${ownName(slot)}` : null;
    case 'table_partition': {
      const table = slot.parent;
      const device = table ? (text(table, 'device') ?? (table.parent ? deviceBelow(table.parent, held) : null)) : null;
      return device === null ? null : numbered(device, slot.name);
    }
    default:
      return null;
  }
}

/** The partition of a device by its number, as the kernel and udev spell it. */
function numbered(device: string, number: string): string | null {
  if (/^\/dev\/([vs]|xv)d./.test(device)) return `${device}${number}`;
  if (/^\/dev\/(disk|zvol)\//.test(device)) return `${device}-part${number}`;
  if (/^\/dev\/((nvme|mmcblk).|md\/.*[0-9]$|loop[0-9])/.test(device)) return `${device}p${number}`;
  return /^\/dev\/(md|mapper)\//.test(device) ? `${device}${number}` : null;
}
