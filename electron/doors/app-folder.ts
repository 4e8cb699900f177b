import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The app's own folder (or archive, in a package): the nearest one above this file with a package.json. */
function findAppFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

export const appFolder = findAppFolder();

/** Where the build puts the page that both doors show. */
export const pageFolder = join(appFolder, 'dist', 'renderer');
