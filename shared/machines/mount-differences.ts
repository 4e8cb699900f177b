import type { MachineMount } from '../contract/machine.ts';
import { everythingOn, type ProbedDisk, type ProbedVolume } from '../disko/probed-disk.ts';
import { mountpointOf } from '../disko/rules/mounts.ts';
import { ancestor, ownName, text, type Item } from '../disko/walk.ts';
import type { MachineDifference } from './difference-words.ts';

/** File systems that the kernel keeps for itself, or that come and go. */
const passing = /^\/(?:(?:proc|sys|dev|run)(?:\/|$)|var\/lib\/(?:docker|containers|containerd)\/)/;

/**
 * How the mounts of a machine differ from those of a layout's items: what is mounted, of which kind, and from where.
 * @param devices what of the machine is which disk, partition, container, array or volume of the layout
 */
export function mountDifferences(
  items: readonly Item[],
  devices: ReadonlyMap<Item, ProbedDisk | ProbedVolume>,
  disks: readonly ProbedDisk[],
  mounts: readonly MachineMount[],
): MachineDifference[] {
  const wanted = items.flatMap((item) => {
    const place = mountpointOf(item);
    return place?.startsWith('/') ? [{ item, place }] : [];
  });
  const known = new Set(disks.flatMap((disk) => [disk.path, ...everythingOn(disk).map(({ path }) => path)]));
  const found: MachineDifference[] = [];
  for (const { item, place } of wanted) {
    // What was mounted last lies on top.
    const mount = mounts.findLast(({ target }) => target === place);
    const message = mount
      ? difference(item, place, mount, known, devices)
      : `${place} is in the layout, not mounted on the machine.`;
    if (message !== null) found.push({ path: item.path, message });
  }
  const places = new Set(wanted.map(({ place }) => place));
  const pools = new Set(items.flatMap((item) => (item.type === 'zpool' ? [ownName(item)] : [])));
  const datasets = new Set(items.flatMap((item) => datasetOf(item) ?? []));
  for (const { target, source, type } of mounts) {
    // A dataset of the layout may be mounted by ZFS itself.
    const isOfDisk =
      type === 'zfs' ? pools.has(source.split('/')[0] ?? '') && !datasets.has(source) : source.startsWith('/dev/');
    if (passing.test(target) || !isOfDisk || places.has(target) || target === '/nix/store') continue;
    found.push({
      path: null,
      message: `${target} (${type} on ${source}) is mounted on the machine, not in the layout.`,
    });
  }
  return found;
}

function difference(
  item: Item,
  place: string,
  mount: MachineMount,
  known: ReadonlySet<string>,
  devices: ReadonlyMap<Item, ProbedDisk | ProbedVolume>,
): string | null {
  const kind = kindOf(item);
  if (kind !== null && kind !== mount.type) return `${place} is ${kind} in the layout, ${mount.type} on the machine.`;
  if (item.type === 'btrfs_subvol') {
    const subvolume = `/${ownName(item).replace(/^\/+/, '')}`;
    if (mount.root !== subvolume) {
      return `${place} is the subvolume ${subvolume} in the layout, ${mount.root} on the machine.`;
    }
  }
  const dataset = datasetOf(item);
  if (dataset !== null && mount.source !== dataset) {
    return `${place} is the dataset ${dataset} in the layout, ${mount.source} on the machine.`;
  }
  // A file system over several devices is mounted by any of them.
  if (item.type !== 'filesystem') return null;
  const device = item.parent ? devices.get(item.parent) : undefined;
  if (!device || !known.has(mount.source) || mount.source === device.path) return null;
  return `${place} lies on ${device.path} in the layout, on ${mount.source} on the machine.`;
}

/** The name of a pool's file system or of a dataset, as the kernel shows it; null for anything else. */
function datasetOf(item: Item): string | null {
  if (item.type === 'zpool') return ownName(item);
  const pool = item.type === 'zfs_fs' ? ancestor(item, 'zpool') : null;
  return pool === null ? null : `${ownName(pool)}/${ownName(item)}`;
}

/** The file system's kind as the kernel calls it; null where the layout does not tell. */
function kindOf(item: Item): string | null {
  switch (item.type) {
    case 'filesystem':
      return text(item, 'format');
    case 'btrfs':
    case 'btrfs_subvol':
      return 'btrfs';
    case 'zpool':
    case 'zfs_fs':
      return 'zfs';
    case 'nodev': {
      const kind = text(item, 'fsType');
      // A bind mount is of the kind of what it shows.
      return kind === 'none' || kind === 'auto' ? null : kind;
    }
    case 'bcachefs_filesystem':
    case 'bcachefs_subvolume':
      return 'bcachefs';
    default:
      return null;
  }
}
