import type { MachineReport } from '../contract/machine.ts';
import type { ProbedDisk, ProbedVolume } from '../disko/probed-disk.ts';
import { formatValue, type NixValue } from '../nix/value.ts';

/** A running machine's disks as a layout, or why they cannot be told as one. */
export type MachineLayout =
  | { readonly ok: true; readonly text: string; readonly hasBiosBoot: boolean }
  | { readonly ok: false; readonly reason: string };

const fileSystems = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'vfat', 'f2fs', 'exfat']);
const biosBoot = '21686148-6449-6e6f-744e-656564454649';

class NotDescribable extends Error {}

/**
 * The layout of a machine that runs NixOS, for its fleet to know it. Partitions are named by their UUIDs, so that what
 * disko makes of it mounts what is mounted now, and every disk is protected: an import erases nothing later by accident.
 */
export function layoutOfMachine(report: Pick<MachineReport, 'disks' | 'mounts'>): MachineLayout {
  try {
    const disks = report.disks.filter((disk) => isUsed(disk));
    if (disks.length === 0) throw new NotDescribable('No disk of the machine is mounted.');
    const described = Object.fromEntries(
      disks.map((disk, index) => [index === 0 ? 'main' : `disk${index + 1}`, describeDisk(disk, report.mounts)]),
    );
    const text = `# Read from the running machine. Its disks are protected: destroy = false.\n${formatValue({ disko: { devices: { disk: described } } })}\n`;
    const hasBiosBoot = disks.some(({ children }) =>
      children.some(({ partition }) => partition?.type?.toLowerCase() === biosBoot),
    );
    return { ok: true, text, hasBiosBoot };
  } catch (error) {
    if (error instanceof NotDescribable) return { ok: false, reason: error.message };
    throw error;
  }
}

function isUsed(disk: ProbedDisk): boolean {
  const below = (volume: ProbedVolume): boolean => volume.mountpoints.length > 0 || volume.children.some(below);
  return disk.mountpoints.length > 0 || disk.children.some(below);
}

function describeDisk(disk: ProbedDisk, mounts: MachineReport['mounts']): NixValue {
  if (disk.table !== 'gpt' && disk.table !== 'PMBR') {
    throw new NotDescribable(
      `${disk.path} has ${disk.table === null ? 'no partition table' : `a table of the kind ${disk.table}`}; only GPT is told as a layout.`,
    );
  }
  const partitions = disk.children.map((volume, index) => {
    const { partition, name } = volume;
    if (partition === null) throw new NotDescribable(`${volume.path} is no partition.`);
    const content = contentOf(volume, mounts);
    return [
      name.replace(/^.*?p?(\d+)$/, 'part$1'),
      {
        priority: partition.number ?? index + 1,
        ...(partition.label === null ? {} : { label: partition.label }),
        ...(partition.uuid === null ? {} : { uuid: partition.uuid }),
        ...(partition.type === null ? {} : { type: partition.type }),
        size: sizeText(volume.sizeBytes),
        ...(content === null ? {} : { content }),
      },
    ] as const;
  });
  return {
    type: 'disk',
    device: disk.byId[0] ?? disk.path,
    destroy: false,
    content: { type: 'gpt', partitions: Object.fromEntries(partitions) },
  };
}

function contentOf(volume: ProbedVolume, mounts: MachineReport['mounts']): NixValue {
  const { content, path, mountpoints } = volume;
  if (content === null) return null;
  if (content === 'swap') return { type: 'swap' };
  if (content === 'btrfs') return btrfs(volume, mounts);
  if (volume.children.length > 0 || !fileSystems.has(content)) {
    throw new NotDescribable(`${path} holds ${content}, which cannot be read back as a layout yet.`);
  }
  const mountpoint = mountpoints.find((one) => one.startsWith('/'));
  return { type: 'filesystem', format: content, ...(mountpoint === undefined ? {} : { mountpoint }) };
}

function btrfs({ path, name }: ProbedVolume, mounts: MachineReport['mounts']): NixValue {
  const own = mounts.filter(({ source, type }) => type === 'btrfs' && (source === path || source === `/dev/${name}`));
  const top = own.find(({ root }) => root === '/');
  const subvolumes = own
    .filter(({ root }) => root !== '/')
    .map(({ root, target }) => [root.replace(/^\//, ''), { mountpoint: target }] as const);
  return {
    type: 'btrfs',
    ...(top === undefined ? {} : { mountpoint: top.target }),
    ...(subvolumes.length === 0 ? {} : { subvolumes: Object.fromEntries(subvolumes) }),
  };
}

/** As disko writes sizes: the largest unit that gives a whole number, else sectors. */
function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ['G', 1024 ** 3],
    ['M', 1024 ** 2],
    ['K', 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(Math.floor(bytes / 512));
}
