import type { LayoutPath } from '../disko/layout.ts';
import type { ProbedVolume } from '../disko/probed-disk.ts';
import { describeBytes } from '../disko/size.ts';
import { text, type Item } from '../disko/walk.ts';

/* What is said where a machine and a layout differ, and what tells it. */

/** Something that a machine has otherwise than a layout says, in a sentence. `path`: its place in the layout, where it has one. */
export interface MachineDifference {
  readonly path: LayoutPath | null;
  readonly message: string;
}

/** What blkid calls what a layout's content is made of; null: it is nothing that can be told from outside. */
const blkidNames: Readonly<Record<string, string>> = {
  btrfs: 'btrfs',
  swap: 'swap',
  luks: 'crypto_LUKS',
  lvm_pv: 'LVM2_member',
  mdraid: 'linux_raid_member',
  zfs: 'zfs_member',
  bcachefs: 'bcachefs',
};

const words: Readonly<Record<string, string>> = {
  crypto_LUKS: 'LUKS',
  LVM2_member: 'a member of a volume group',
  linux_raid_member: 'a member of an array',
  zfs_member: 'a member of a pool',
  swsuspend: 'swap',
};
const inWords = (content: string | null): string => (content === null ? 'nothing' : (words[content] ?? content));

/** Why what a device holds is not what the layout has there; null: it is, or that cannot be told. */
export function contentDifference(content: Item, there: string | null): string | null {
  // Encrypted anew at each start: what is on it says nothing.
  if (content.type === 'swap' && content.value['randomEncryption'] === true) return null;
  const wanted = content.type === 'filesystem' ? text(content, 'format') : (blkidNames[content.type ?? ''] ?? null);
  // A machine that has hibernated has an image where its swap is.
  const real = there === 'swsuspend' ? 'swap' : there;
  if (wanted === null || wanted === real) return null;
  return `the layout has ${inWords(wanted)}, the machine ${inWords(real)}.`;
}

const memberOf: Readonly<Record<string, { readonly option: string; readonly word: string }>> = {
  lvm_pv: { option: 'vg', word: 'volume group' },
  mdraid: { option: 'name', word: 'array' },
  zfs: { option: 'pool', word: 'pool' },
};

/** The group that a member belongs to, and whether the machine has it in another one; null: it is no member. */
export function membership(
  content: Item,
  { label, group }: Pick<ProbedVolume, 'label' | 'group'>,
): { readonly group: string; readonly isOther: boolean; readonly words: string } | null {
  const kind = memberOf[content.type ?? ''];
  const wanted = kind === undefined ? null : text(content, kind.option);
  if (kind === undefined || wanted === null) return null;
  // The kernel numbers arrays; the name that they were made with is in their members' label, after their home host.
  const real = content.type === 'mdraid' ? (label?.replace(/^.*:/, '') ?? null) : group;
  const isOther = real !== null && real !== wanted;
  return {
    group: wanted,
    isOther,
    words: `it belongs to the ${kind.word} ${wanted} in the layout, to ${real ?? ''} on the machine.`,
  };
}

/** Types of partitions for which it matters that they are what the layout says: the firmware goes by them. */
const typeNames: Readonly<Record<string, string>> = {
  'c12a7328-f81f-11d2-ba4b-00a0c93ec93b': 'EF00',
  '21686148-6449-6e6f-744e-656564454649': 'EF02',
};

/** Why a partition's type is not the layout's; only those that machines start from are compared. */
export function typeDifference(wanted: string | null, guid: string | null): string | null {
  if (guid === null) return null;
  const real = typeNames[guid.toLowerCase()] ?? null;
  const needed =
    wanted !== null && Object.values(typeNames).includes(wanted.toUpperCase()) ? wanted.toUpperCase() : null;
  // A type that the layout spells out as a GUID is what it is.
  if (real === needed || wanted?.toLowerCase() === guid.toLowerCase()) return null;
  return needed === null
    ? `its type is ${real ?? ''} on the machine, not in the layout.`
    : `its type is ${needed} in the layout, ${real ?? 'another one'} on the machine.`;
}

/** Sizes with as many digits as it takes to tell them apart. */
export function sizesInWords(wanted: number, real: number): string {
  const [left, right] = [describeBytes(wanted), describeBytes(real)];
  const mib = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)}M`;
  return left === right
    ? `${mib(wanted)} in the layout, ${mib(real)} on the machine.`
    : `${left} in the layout, ${right} on the machine.`;
}

/** `data (ext4, 20G)` */
export function describeVolume(one: ProbedVolume, name = one.partition?.label ?? one.path): string {
  return `${name} (${[one.content === null ? null : inWords(one.content), describeBytes(one.sizeBytes)].filter(Boolean).join(', ')})`;
}
