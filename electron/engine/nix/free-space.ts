/** One line of `df -P -k` (POSIX: kibibytes, one line for each file system). */
export interface FreeSpace {
  readonly mountpoint: string;
  readonly sizeBytes: number;
  readonly availableBytes: number;
}

/** The command whose output {@link parseFreeSpace} reads; works on every system with a POSIX df. */
export const freeSpaceCommand = ['df', '-P', '-k', '/nix/store'] as const;

const line = /^\S.*\s(\d+)\s+\d+\s+(-?\d+)\s+\d+%\s+(\/.*)$/;

/** The first file system of the output of `df -P -k PATH`; null where it is something else. */
export function parseFreeSpace(output: string): FreeSpace | null {
  for (const text of output.split('\n')) {
    const found = line.exec(text.trimEnd());
    if (found === null) continue;
    return {
      mountpoint: found[3] ?? '',
      sizeBytes: Number(found[1]) * 1024,
      availableBytes: Math.max(0, Number(found[2])) * 1024,
    };
  }
  return null;
}

/** Too little for anything: a store with less than this is the full one. */
const nothingLeft = 32 * 1024 * 1024;

/**
 * Which side of a copy is full, as far as `df` tells: null where neither looks full. A failed path is removed again, so
 * that the full target has some room when it is asked: it is full if what was to come does not fit.
 */
export function fullSide(
  space: { readonly here?: FreeSpace | undefined; readonly target?: FreeSpace | undefined },
  neededBytes: number,
): 'here' | 'target' | null {
  const { here, target } = space;
  if (target !== undefined && target.availableBytes < Math.max(nothingLeft, neededBytes)) return 'target';
  if (here !== undefined && here.availableBytes < nothingLeft) return 'here';
  return null;
}
