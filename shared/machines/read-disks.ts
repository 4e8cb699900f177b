import type { ProbedDisk, ProbedVolume } from '../disko/probed-disk.ts';
import type { Block } from './read-blocks.ts';
import type { Sections } from './sections.ts';

/** Kinds of block devices that nothing is installed on. */
const notDisks = new Set(['rom', 'zram', 'loop', 'dm', 'crypt', 'lvm', 'part', 'ram', 'raid']);

/** Mountpoints that belong to the running system; an installer stick is mounted at `/iso`. */
const systemMounts = new Set(
  '/ /boot /boot/efi /efi /boot/firmware /nix /nix/store /usr /var /etc [SWAP] /iso /run/live/medium'.split(' '),
);

/** The disks among the block devices, each with all that lies on it. */
export function readDisks(blocks: readonly Block[], sections: Sections): ProbedDisk[] {
  const groups = readGroups(blocks, sections);
  return blocks.filter(isDisk).map((block) => {
    const children = childrenOf(block, blocks, groups, new Set([block.name]));
    const mountpoints = [...block.mountpoints, ...children.flatMap(mountsBelow)];
    return {
      name: block.name,
      path: block.path,
      sizeBytes: block.sizeBytes,
      model: block.model,
      vendor: block.vendor,
      serial: block.serial,
      wwn: block.wwn,
      transport: block.transport,
      isRotational: block.isRotational,
      isRemovable: block.isRemovable,
      isReadOnly: block.isReadOnly,
      logicalSectorBytes: block.logicalSectorBytes,
      physicalSectorBytes: block.physicalSectorBytes,
      byId: idPaths(block),
      table: block.table ?? (children.some(({ kind }) => kind === 'partition') ? 'unknown' : null),
      isSystemDisk: mountpoints.some((one) => systemMounts.has(one)),
      ...holdingOf(block, groups),
      children,
    };
  });
}

/** eMMC's boot areas and multipath's second ways are no disks of their own. */
function isDisk({ type, name, sizeBytes, parents }: Block): boolean {
  if (notDisks.has(type) || /^raid\d+$/.test(type) || sizeBytes === 0) return false;
  return parents.length === 0 && !/^mmcblk\d+(?:boot\d+|rpmb|gp\d+)$/.test(name) && !/^(?:nbd|zd)\d+/.test(name);
}

function holdingOf(block: Block, groups: ReadonlyMap<string, string>) {
  const { content, label, uuid, usedBytes, mountpoints } = block;
  return { content, label, uuid, usedBytes, mountpoints: [...mountpoints], group: groups.get(block.name) ?? null };
}

function childrenOf(
  parent: Block,
  blocks: readonly Block[],
  groups: ReadonlyMap<string, string>,
  above: ReadonlySet<string>,
): ProbedVolume[] {
  return blocks
    .filter((block) => block.parents.includes(parent.name) && !above.has(block.name))
    .toSorted((a, b) => (a.partition?.startBytes ?? 0) - (b.partition?.startBytes ?? 0))
    .map((block) => ({
      name: block.name,
      path: block.path,
      kind: kindOf(block.type),
      sizeBytes: block.sizeBytes,
      ...(/^raid\d+$|^linear$/.test(block.type) ? { raidLevel: block.type } : {}),
      partition: block.partition === null ? null : { ...block.partition },
      ...holdingOf(block, groups),
      children: childrenOf(block, blocks, groups, new Set([...above, block.name])),
    }));
}

function kindOf(type: string): ProbedVolume['kind'] {
  if (type === 'part') return 'partition';
  if (type === 'crypt') return 'luks';
  if (type === 'lvm') return 'lvm';
  return /^raid|^linear$|^md/.test(type) ? 'raid' : 'other';
}

function mountsBelow(volume: ProbedVolume): string[] {
  return [...volume.mountpoints, ...volume.children.flatMap(mountsBelow)];
}

/**
 * Names that stay the same say most when a person can read them: the bus and the model first, the bare numbers last.
 * (wwn-, nvme-eui. and nvme-nvme. are numbers; `_1` at the end is a name space of the same NVMe disk.)
 */
function idPaths({ byId }: Block): string[] {
  const rank = (name: string): number =>
    /^(?:wwn-|nvme-eui\.|nvme-nvme\.|nvme-uuid\.|scsi-[0-9a-f]{10,}|lvm-|dm-)/.test(name)
      ? 2
      : /_\d+$/.test(name)
        ? 1
        : 0;
  return byId.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b)).map((name) => `/dev/disk/by-id/${name}`);
}

/** Of members: the volume group, array or pool that they belong to, by kernel name. */
function readGroups(blocks: readonly Block[], sections: Sections): Map<string, string> {
  const groups = new Map<string, string>();
  const byPath = new Map(
    blocks.flatMap((block) => [
      [block.path, block.name],
      [`/dev/${block.name}`, block.name],
    ]),
  );
  for (const line of sections.lines('pvs')) {
    const [path = '', group = ''] = line.trim().split('|');
    const name = byPath.get(path);
    if (name !== undefined && group !== '') groups.set(name, group);
  }
  // `md0 : active raid1 sdb1[1] sda1[0](F)`
  for (const line of sections.lines('mdstat')) {
    const [, array, members = ''] = /^(md\S*) : (.*)$/.exec(line) ?? [];
    if (array === undefined) continue;
    for (const [, member = ''] of members.matchAll(/(\S+?)\[\d+\]/g)) groups.set(member, array);
  }
  for (const block of blocks) {
    if (groups.has(block.name)) continue;
    // The label of a pool's member is the pool; that of an array's member is the array as its maker called it.
    if ((block.content === 'zfs_member' || block.content === 'linux_raid_member') && block.label !== null) {
      groups.set(block.name, block.label.replace(/^.*:/, ''));
    }
    // Without LVM's programs the volumes on top still carry the group's name: `vg-home`, a `-` in it doubled.
    if (block.content !== 'LVM2_member') continue;
    const volume = blocks.find((one) => one.type === 'lvm' && one.parents.includes(block.name));
    const group = volume && /^\/dev\/mapper\/((?:[^-]|--)+)-(?!-)/.exec(volume.path)?.[1];
    if (group) groups.set(block.name, group.replaceAll('--', '-'));
  }
  return groups;
}
