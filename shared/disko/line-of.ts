import { positionAt } from '../nix/line.ts';
import type { LayoutPath } from './layout.ts';
import { pathKey, type LayoutSource } from './read-source.ts';

/**
 * The line, from 1, in which a path of the layout is written: that of its value, else of the nearest thing around it,
 * for an option that is missing; of the layout as a whole, where it begins. null where all of it is computed.
 */
export function lineOf({ tree, sets }: Pick<LayoutSource, 'tree' | 'sets'>, path: LayoutPath): number | null {
  for (let length = path.length; length >= 0; length--) {
    const start = startOf(sets, path.slice(0, length));
    if (start !== null) return positionAt(tree.source, start).line;
  }
  return null;
}

/** Where the value at exactly this path begins. */
function startOf(sets: LayoutSource['sets'], path: LayoutPath): number | null {
  const name = path.at(-1);
  const holder = sets.get(pathKey(path.slice(0, -1)));
  const written = typeof name === 'string' ? holder?.attributes.get(name)?.thunk.expression : null;
  if (written) return written.start;
  const own = sets.get(pathKey(path));
  const whole = own?.origins.find(({ prefix }) => prefix.length === 0);
  if (whole) return whole.set.start;
  // Written as part of longer names (`a.b.c = 1;`): where the first of them is.
  const [inner] = own?.attributes.keys() ?? [];
  return inner === undefined ? null : startOf(sets, [...path, inner]);
}
