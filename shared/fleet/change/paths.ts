import type { Splice } from '../../nix/splice.ts';
import type { PathPlace } from './outline.ts';
import type { Source } from './source.ts';

/** A path below the fleet's folder without `.` and `..`; null where it leads out of it. */
export function resolvePath(folder: string, path: string): string | null {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.join('/');
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** What a path in a file leads to, relative to the fleet's folder; null where that cannot be told. */
export function targetOf(source: Source, place: PathPlace): string | null {
  if (place.text.includes('://') || place.text.startsWith('~')) return null;
  return resolvePath(place.isRelative ? folderOf(source.path) : '', place.text);
}

/** The splice that names the new place where a path leads to `from` or below; null where it does not. */
export function renamedPath(source: Source, place: PathPlace, from: string, to: string): Splice | null {
  const target = targetOf(source, place);
  if (target === null || (target !== from && !target.startsWith(`${from}/`))) return null;
  const name = from.slice(folderOf(from).length).replace('/', '');
  const newName = to.slice(folderOf(to).length).replace('/', '');
  // The place of the name in the text: what stands behind it is as long there as in the target.
  const behind = target.length - from.length;
  const end = place.text.replace(/\/+$/, '').length - behind;
  if (place.text.slice(end - name.length, end) !== name) return null;
  const offset = place.start + source.text.slice(place.start, place.end).indexOf(place.text);
  return { start: offset + end - name.length, end: offset + end, text: newName };
}

/** A path whose last part begins with another name. */
export function withName(path: string, name: string, newName: string): string {
  const folder = folderOf(path);
  const last = path.slice(folder === '' ? 0 : folder.length + 1);
  return `${folder === '' ? '' : `${folder}/`}${newName}${last.slice(name.length)}`;
}
