import { buildRecipe, RecipeError, recipes, type Recipe, type RecipeAnswers } from '../../shared/disko/recipes.ts';
import type { Layout } from '../../shared/disko/layout.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import type { ProbedDisk } from '../../shared/disko/probed-disk.ts';
import { describeBytes, sizeBytes, suggestSize } from '../../shared/disko/size.ts';

/** A disk as a person enters it. */
export interface EnteredDisk {
  readonly name: string;
  readonly device: string;
  /** As typed, for example `500G` or `4 TB`. */
  readonly size: string;
}

/** The questions; null: no preference. */
export interface Wishes {
  readonly firmware: Firmware;
  readonly isEncrypted: boolean;
  readonly isRedundant: boolean;
  readonly hasSnapshots: boolean;
  readonly swap: 'none' | 'swap' | 'hibernation';
  readonly swapSize: string;
  readonly disks: readonly EnteredDisk[];
}

export const firstWishes: Wishes = {
  firmware: 'uefi',
  isEncrypted: false,
  isRedundant: false,
  hasSnapshots: false,
  swap: 'none',
  swapSize: '16G',
  disks: [{ name: 'main', device: '', size: '500G' }],
};

const encrypted = new Set(['encrypted', 'encrypted-key-file']);
const redundant = new Set(['mirror-mdadm', 'mirror-btrfs', 'mirror-zfs', 'nas']);
const snapshots = new Set([
  'btrfs',
  'btrfs-impermanence',
  'encrypted',
  'encrypted-key-file',
  'mirror-btrfs',
  'mirror-zfs',
  'nas',
]);

/** A recipe drawn with the answers. `missing`: what the person wished for and it does not do. */
export interface Suggestion {
  readonly recipe: Recipe;
  readonly layout: Layout | null;
  readonly refusal: string | null;
  readonly missing: readonly string[];
}

/** Bytes of an entered size, or null where it is none. */
export function enteredBytes(text: string): number | null {
  const size = suggestSize(text);
  return size === null ? null : sizeBytes(size);
}

/** All recipes, those that do what is wished for first; each with its layout or the reason why it cannot be drawn. */
export function suggestRecipes(wishes: Wishes): Suggestion[] {
  const suggestions = recipes.map((recipe) => suggest(recipe, wishes));
  const rank = ({ missing, refusal }: Suggestion): number => missing.length + (refusal === null ? 0 : 10);
  return suggestions
    .map((suggestion, index) => ({ suggestion, index }))
    .sort((a, b) => rank(a.suggestion) - rank(b.suggestion) || a.index - b.index)
    .map(({ suggestion }) => suggestion);
}

function suggest(recipe: Recipe, wishes: Wishes): Suggestion {
  const missing = missingOf(recipe, wishes);
  try {
    return { recipe, layout: buildRecipe(recipe.name, answersOf(recipe, wishes)), refusal: null, missing };
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    return { recipe, layout: null, refusal: error.message, missing };
  }
}

function missingOf({ name }: Recipe, wishes: Wishes): string[] {
  const hasSwap = !redundant.has(name) || name === 'nas';
  return [
    ...(name === 'raspberry-pi' && wishes.firmware !== 'rpi' ? ['is for a Raspberry Pi'] : []),
    ...(name === 'bios' && wishes.firmware !== 'bios' ? ['is for BIOS'] : []),
    ...(wishes.firmware === 'rpi' && name !== 'raspberry-pi' ? ['is not made for a Raspberry Pi'] : []),
    ...(wishes.isEncrypted && !encrypted.has(name) ? ['no encryption'] : []),
    ...(wishes.isRedundant && !redundant.has(name) ? ['no redundancy'] : []),
    ...(wishes.hasSnapshots && !snapshots.has(name) ? ['no snapshots'] : []),
    ...(wishes.swap !== 'none' && !hasSwap ? ['no swap'] : []),
  ];
}

function answersOf(_recipe: Recipe, wishes: Wishes): RecipeAnswers {
  return {
    disks: wishes.disks.map(({ name, device }) => ({ name: name.trim(), device: device.trim() })),
    firmware: wishes.firmware,
    swap: wishes.swap === 'none' ? null : (suggestSize(wishes.swapSize) ?? '16G'),
    hibernation: wishes.swap === 'hibernation',
  };
}

/** True where an entry names this disk of a machine, by whichever of its names. */
export function isEntryOf({ device }: EnteredDisk, disk: ProbedDisk): boolean {
  return device.trim() === disk.path || disk.byId.includes(device.trim());
}

/** The entries with one of a machine's disks more, or without it. An entry that names no device yet becomes it. */
export function withProbedDisk(
  entries: readonly EnteredDisk[],
  disk: ProbedDisk,
  isUsed: boolean,
): readonly EnteredDisk[] {
  const others = entries.filter((entry) => !isEntryOf(entry, disk));
  if (!isUsed) return others.length === 0 ? firstWishes.disks : others;
  const chosen = { device: disk.byId[0] ?? disk.path, size: describeBytes(disk.sizeBytes) };
  const open = others.findIndex(({ device }) => device.trim() === '');
  if (open >= 0) return others.map((entry, index) => (index === open ? { ...entry, ...chosen } : entry));
  const taken = new Set(others.map(({ name }) => name.trim()));
  let count = others.length;
  while (taken.has(`data${count}`)) count++;
  return [...others, { name: taken.has('main') ? `data${count}` : 'main', ...chosen }];
}

/** Sizes by disk name, for the drawing. */
export function enteredSizes(disks: readonly EnteredDisk[]): Record<string, number> {
  return Object.fromEntries(
    disks.flatMap(({ name, size }) => {
      const bytes = enteredBytes(size);
      return bytes === null ? [] : [[name.trim(), bytes]];
    }),
  );
}

/** What is wrong with the entered disks, or null. */
export function disksRefusal(disks: readonly EnteredDisk[]): string | null {
  const names = disks.map(({ name }) => name.trim());
  if (names.some((name) => !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))) {
    return 'A disk needs a short name of letters and digits, such as main.';
  }
  if (new Set(names).size !== names.length) return 'Two disks have the same name.';
  if (disks.some(({ size }) => enteredBytes(size) === null)) return 'A disk needs a size such as 500G or 4T.';
  return null;
}
