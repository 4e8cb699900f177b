import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetFolder } from '../folder.ts';
import { localPaths } from '../local-paths.ts';

/**
 * The fleet's own files among those that nix names, relative to the fleet's folder and in order: nix names its copies, a
 * folder in place of its default.nix, and `…, via option …` for a module inside an option.
 */
export function ownFiles(folder: FleetFolder): (names: readonly string[]) => string[] {
  const localized = localPaths(folder);
  const inside = `${folder.path}/`;
  const known = new Map<string, string | null>();
  const fileOf = (name: string): string | null => {
    const path = localized(name.replace(/,? via option .*$/s, ''));
    if (!path.startsWith(inside)) return null;
    const facts = statSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return null;
    const file = facts.isDirectory() ? join(path, 'default.nix') : path;
    return file.slice(inside.length);
  };
  return (names) => {
    const files = names.flatMap((name) => {
      if (!known.has(name)) known.set(name, fileOf(name));
      return known.get(name) ?? [];
    });
    // Where every host begins, also where a function made it and nix has forgotten its place.
    return [...new Set([folder.form === 'flake' ? 'flake.nix' : 'hive.nix', ...files])].sort();
  };
}
