import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/contract/problem.ts';
import type { FleetFolder } from './folder.ts';

/** A flake's copy in the store, as nix names it in errors and positions. */
const copyInStore = /\/nix\/store\/[0-9a-z]{32}-[^/\s'"‘’«»]+(?=\/)/g;

/** True where this store path is the copy of the fleet's own folder, not of one of its inputs. */
function isCopyOf(folder: FleetFolder, storePath: string): boolean {
  try {
    const inStore = readFileSync(join(storePath, folder.subfolder, 'flake.nix'));
    return inStore.equals(readFileSync(join(folder.path, 'flake.nix')));
  } catch {
    return false;
  }
}

/**
 * Nix evaluates a copy of the fleet in its store and names the copy's files. A person edits the originals, so these are
 * named instead; files of inputs keep their names. Made for one run of nix: the copies that it finds are remembered.
 */
export function localPaths(folder: FleetFolder): (text: string) => string {
  const above = folder.subfolder === '' ? 0 : folder.subfolder.length + 1;
  const top = folder.workTree ?? folder.path.slice(0, folder.path.length - above);
  const known = new Map(folder.storePath === undefined ? [] : [[folder.storePath, top]]);
  const localName = (storePath: string): string => {
    const name = known.get(storePath) ?? (isCopyOf(folder, storePath) ? top : storePath);
    known.set(storePath, name);
    return name;
  };
  return (text) => text.replace(copyInStore, localName);
}

/** A problem whose text and place name the fleet's own files; see {@link localPaths}. */
export function withLocalPaths(problem: Problem, folder: FleetFolder): Problem {
  const localized = localPaths(folder);
  return {
    ...problem,
    title: localized(problem.title),
    evidence: localized(problem.evidence),
    ...(problem.place === undefined ? {} : { place: { ...problem.place, file: localized(problem.place.file) } }),
  };
}
