import { applySplices, type Splice } from '../../nix/splice.ts';

/** A change of a fleet's files. Paths are relative to the fleet's folder, with `/`. */
export interface Edit {
  /** Of texts as they are before anything moves. */
  readonly splices: readonly { readonly file: string; readonly splice: Splice }[];
  /** Files and folders that get another name. */
  readonly moves: readonly { readonly from: string; readonly to: string }[];
  readonly created: Readonly<Record<string, string>>;
  /** Files that go. */
  readonly removed: readonly string[];
}

export const noEdit: Edit = { splices: [], moves: [], created: {}, removed: [] };

/** Splices of one file. */
export function spliced(file: string, ...splices: readonly Splice[]): Edit {
  return { ...noEdit, splices: splices.map((splice) => ({ file, splice })) };
}

/** Several edits as one; what two of them have in common is done once. */
export function together(edits: readonly Edit[]): Edit {
  const key = ({ file, splice }: Edit['splices'][number]): string =>
    `${file}\0${splice.start}\0${splice.end}\0${splice.text}`;
  const splices = new Map(edits.flatMap((edit) => edit.splices).map((item) => [key(item), item]));
  const moves = new Map(edits.flatMap((edit) => edit.moves).map((item) => [item.from, item]));
  return {
    splices: [...splices.values()],
    moves: [...moves.values()],
    created: Object.assign({}, ...edits.map((edit) => edit.created)) as Record<string, string>,
    removed: [...new Set(edits.flatMap((edit) => edit.removed))],
  };
}

/** What becomes of one file. `before` null: it is new; `after` null: it goes. `path` is where it is afterwards. */
export interface FileChange {
  readonly path: string;
  /** Where it was; differs from `path` where it moves. */
  readonly from: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** The path of a file after moves. */
export function movedPath(path: string, moves: Edit['moves']): string {
  const move = moves.find(({ from }) => path === from || path.startsWith(`${from}/`));
  return move ? move.to + path.slice(move.from.length) : path;
}

/**
 * What an edit does to each file that it concerns. A file that only moves has equal texts.
 * @param texts of the files that splices are for and that go; a moving file that is no text may be missing
 * @param files all files of the fleet
 * @throws RangeError where splices overlap
 */
export function fileChanges(edit: Edit, texts: ReadonlyMap<string, string>, files: readonly string[]): FileChange[] {
  const bySplices = Map.groupBy(edit.splices, ({ file }) => file);
  const gone = new Set(edit.removed);
  const changes: FileChange[] = [];
  for (const file of files) {
    const before = texts.get(file) ?? '';
    if (gone.has(file)) {
      changes.push({ path: file, from: file, before, after: null });
      continue;
    }
    const path = movedPath(file, edit.moves);
    const splices = bySplices.get(file) ?? [];
    if (path === file && splices.length === 0) continue;
    const after = applySplices(
      before,
      splices.map(({ splice }) => splice),
    );
    if (path !== file || after !== before) changes.push({ path, from: file, before, after });
  }
  for (const [path, after] of Object.entries(edit.created)) changes.push({ path, from: path, before: null, after });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}
