/** One line of the tree: a folder or a file, with how deep it lies. */
export interface TreeRow {
  readonly kind: 'folder' | 'file';
  /** Path below the fleet's folder, without a `/` at its end. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: string[];
}

function folderTree(files: readonly string[]): Folder {
  const top: Folder = { folders: new Map(), files: [] };
  for (const file of files) {
    const parts = file.split('/');
    let at = top;
    for (const part of parts.slice(0, -1)) {
      const next = at.folders.get(part) ?? { folders: new Map<string, Folder>(), files: [] };
      at.folders.set(part, next);
      at = next;
    }
    at.files.push(file);
  }
  return top;
}

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The lines of a tree: folders before files, closed folders without what is in them. */
export function treeRows(files: readonly string[], closed: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (folder: Folder, path: string, depth: number): void => {
    for (const [name, inner] of [...folder.folders].sort(([a], [b]) => byName(a, b))) {
      const innerPath = path === '' ? name : `${path}/${name}`;
      rows.push({ kind: 'folder', path: innerPath, name, depth });
      if (!closed.has(innerPath)) add(inner, innerPath, depth + 1);
    }
    for (const file of folder.files.toSorted(byName)) {
      rows.push({ kind: 'file', path: file, name: file.slice(file.lastIndexOf('/') + 1), depth });
    }
  };
  add(folderTree(files), '', 0);
  return rows;
}

/** Folders that begin closed where a fleet has many files: all but those on the way to the file that is shown. */
export function foldersToClose(files: readonly string[], shown: string | null, limit: number): Set<string> {
  const folders = new Set<string>();
  for (const file of files) {
    for (let at = file.lastIndexOf('/'); at > 0; at = file.lastIndexOf('/', at - 1)) folders.add(file.slice(0, at));
  }
  if (files.length <= limit) return new Set();
  return new Set([...folders].filter((folder) => shown === null || !shown.startsWith(`${folder}/`)));
}

/** The folder around a path; null at the top. */
export function folderOf(path: string): string | null {
  const at = path.lastIndexOf('/');
  return at < 0 ? null : path.slice(0, at);
}

/** Files whose path holds every word of what was typed. */
export function filterFiles(files: readonly string[], typed: string): readonly string[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return files;
  return files.filter((file) => words.every((word) => file.toLowerCase().includes(word)));
}
