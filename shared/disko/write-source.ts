import { EditError, insideWrapper, setAttribute } from '../nix/edit.ts';
import { changeList } from '../nix/edit-list.ts';
import { emptyInSet, removeFromSet, renameInSet } from '../nix/edit-set.ts';
import type { SetOrigin, SetValue } from '../nix/evaluation/values.ts';
import { positionAt } from '../nix/line.ts';
import { locateIn } from '../nix/locate.ts';
import { applySplices, type Splice } from '../nix/splice.ts';
import type { AttributeSet, List, NixTree } from '../nix/syntax.ts';
import { canonical } from './format.ts';
import { isList, isSame, isSet, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from './layout.ts';
import { entriesOf, renamesBetween } from './layout-changes.ts';
import { MovedParts } from './moved-parts.ts';
import { pathKey, readLayout, type LayoutSource } from './read-source.ts';

/** Why a change cannot be written into the text: the part is computed. `line` counts from 1. */
export class ReadOnlyLayout extends Error {
  override readonly name = 'ReadOnlyLayout';
  readonly path: LayoutPath;
  readonly line: number | null;
  constructor(message: string, path: LayoutPath, line: number | null) {
    super(message);
    this.path = path;
    this.line = line;
  }
}

/**
 * The text with the changes from `before` (what was read from it) to `after`. Only what differs is touched; everything
 * else, comments and expressions included, stays byte for byte. A part that `after` holds at another place (the same
 * object: what was wrapped, unwrapped or renamed) takes its text along.
 *
 * @throws ReadOnlyLayout where a changed part is computed, or written once and used in several places
 */
export function writeLayout(source: LayoutSource, before: Layout, after: Layout): string {
  if (before === after) return source.tree.source;
  const moved = new MovedParts(source, before, after);
  const text = written(source, before, after, moved);
  if (!moved.areUsed) return text;
  // A text that was moved away from the names that it uses means something else there: then it is written anew.
  const reading = readLayout(text, source.given);
  return reading.ok && isSame(reading.layout, after) ? text : written(source, before, after, null);
}

function written(source: LayoutSource, before: Layout, after: Layout, moved: MovedParts | null): string {
  const writer = new LayoutWriter(source, moved);
  writer.set([], before, after);
  return applySplices(source.tree.source, withoutOverlaps(writer.splices));
}

/** A new line behind one that goes takes its place: both are one splice then. */
function withoutOverlaps(splices: readonly Splice[]): Splice[] {
  const isInsertion = ({ start, end }: Splice): boolean => start === end;
  const removals = splices.filter((splice) => splice.text === '' && !isInsertion(splice));
  const holderOf = (splice: Splice): Splice | undefined =>
    isInsertion(splice) ? removals.find(({ start, end }) => start < splice.start && splice.start < end) : undefined;
  const inside = new Map<Splice, string>();
  for (const splice of splices) {
    const holder = holderOf(splice);
    // The text begins with the line break that the removed line ends with.
    if (holder) inside.set(holder, `${inside.get(holder) ?? ''}${splice.text.replace(/^\r?\n/, '')}\n`);
  }
  return splices.flatMap((splice) => {
    if (holderOf(splice)) return [];
    const text = inside.get(splice);
    return [text === undefined ? splice : { ...splice, text }];
  });
}

/** Paths are those of the text, so where something is renamed they keep the old name. */
class LayoutWriter {
  readonly splices: Splice[] = [];
  private readonly source: LayoutSource;
  private readonly moved: MovedParts | null;

  constructor(source: LayoutSource, moved: MovedParts | null) {
    this.source = source;
    this.moved = moved;
  }

  set(path: LayoutPath, before: LayoutSet, after: LayoutSet): void {
    if (this.vanishes(path, before, after)) return;
    const renames = renamesBetween(before, after);
    const added: Record<string, LayoutValue> = {};
    for (const [name, value] of Object.entries(after)) {
      const oldName = renames.get(name) ?? name;
      const old = before[oldName];
      if (old === undefined || !Object.hasOwn(before, oldName)) added[name] = value;
      else {
        if (oldName !== name) this.renamed(path, oldName, name);
        if (!isSame(old, value)) this.changed([...path, oldName], old, value);
      }
    }
    const gone = new Set(renames.values());
    for (const name of Object.keys(before)) {
      if (!Object.hasOwn(after, name) && !gone.has(name)) this.removed(path, name);
    }
    for (const name of Object.keys(canonical(added))) this.assign(path, name, added[name] ?? null);
  }

  /** A set that is written only as part of longer names (`a.b.c = 1;`) is gone with its last entry: it is said to be empty. */
  private vanishes(path: LayoutPath, before: LayoutSet, after: LayoutSet): boolean {
    const [name] = Object.keys(before);
    const origins = this.source.sets.get(pathKey(path))?.origins ?? [];
    const [first, ...others] = origins.filter(({ prefix }) => prefix.length > 0);
    if (name === undefined || Object.keys(after).length > 0 || !first || others.length + 1 < origins.length)
      return false;
    const { tree } = this.place(path, name);
    this.splices.push(
      ...emptyInSet(tree.source, first.set, first.prefix),
      ...others.flatMap(({ set, prefix }) => removeFromSet(tree.source, set, prefix)),
    );
    return true;
  }

  private changed(path: LayoutPath, before: LayoutValue, after: LayoutValue): void {
    const isWritten = this.source.sets.has(pathKey(path));
    if (isSet(before) && isSet(after) && isWritten && !this.moved?.isMovedOver(before, after)) {
      return this.set(path, before, after);
    }
    if (isList(before) && isList(after) && this.changedList(path, before, after)) return;
    const name = path.at(-1);
    if (typeof name !== 'string') throw this.readOnly('This list is computed', path, null);
    this.assign(path.slice(0, -1), name, after);
  }

  /** False where the list can only be written anew. */
  private changedList(path: LayoutPath, before: readonly LayoutValue[], after: readonly LayoutValue[]): boolean {
    const areSets = before.length === after.length && before.every(isSet) && after.every(isSet);
    if (areSets) {
      for (const [index, item] of after.entries()) {
        const old = before[index];
        if (isSet(old) && !isSame(old, item)) this.set([...path, index], old, item);
      }
      return true;
    }
    const list = this.listAt(path);
    if (!list || list.items.length !== before.length) return false;
    this.splices.push(...changeList(this.source.tree.source, list, entriesOf(before, after)));
    return true;
  }

  /** The list that is written at a path, where it is a list and used there alone. */
  private listAt(path: LayoutPath): List | null {
    const name = path.at(-1);
    if (typeof name !== 'string') return null;
    const { tree, set, names } = this.place(path.slice(0, -1), name);
    const found = locateIn(tree.source, set, [...names, name]);
    if (found?.kind !== 'binding') return null;
    let value = insideWrapper(tree.source, found.binding.value);
    while (value.kind === 'parenthesis') value = value.expression;
    return value.kind === 'list' ? value : null;
  }

  private assign(path: LayoutPath, name: string, value: LayoutValue): void {
    const { tree, set, names } = this.place(path, name);
    const inner: NixTree = { source: tree.source, root: set, problems: tree.problems };
    const marked = this.moved?.marked(value) ?? value;
    this.edit(path, () => {
      const splices = setAttribute(inner, [...names, name], isSet(marked) ? canonical(marked) : marked);
      return splices.map((splice) => this.moved?.filled(splice) ?? splice);
    });
  }

  private removed(path: LayoutPath, name: string): void {
    this.edit(path, () => this.everywhere(path, name, removeFromSet));
  }

  private renamed(path: LayoutPath, name: string, newName: string): void {
    this.edit(path, () =>
      this.everywhere(path, name, (source, set, names) => renameInSet(source, set, names, newName)),
    );
  }

  /** Edits all sets of the text that say something about a name of the layout set at `path`. */
  private everywhere(
    path: LayoutPath,
    name: string,
    edit: (source: string, set: AttributeSet, names: readonly string[]) => Splice[],
  ): Splice[] {
    const { tree } = this.place(path, name);
    const origins = this.source.sets.get(pathKey(path))?.origins ?? [];
    for (const origin of origins) this.requireOwn(origin, path);
    const splices = origins.flatMap(({ set, prefix }) => edit(tree.source, set, [...prefix, name]));
    if (splices.length === 0) throw new EditError(`'${name}' is not written where it could be changed.`);
    return splices;
  }

  private edit(path: LayoutPath, make: () => Splice[]): void {
    try {
      this.splices.push(...make());
    } catch (error) {
      if (error instanceof EditError) throw this.readOnly(error.message, path, null);
      throw error;
    }
  }

  /** The set of the text that holds (or is to hold) a name of the layout set at `path`. */
  private place(path: LayoutPath, name: string): { tree: NixTree; set: AttributeSet; names: readonly string[] } {
    const value = this.source.sets.get(pathKey(path));
    if (!value) throw this.readOnly('This part is computed by an expression', path, null);
    const origin = originOf(value, name);
    if (!origin) throw this.readOnly('This part is computed by a function', path, null);
    this.requireOwn(origin, path);
    return { tree: this.source.tree, set: origin.set, names: origin.prefix };
  }

  private requireOwn(origin: SetOrigin, path: LayoutPath): void {
    const uses = this.source.uses.get(origin.set) ?? 0;
    if (uses < 2) return;
    throw this.readOnly(`This part is written once and used in ${uses} places`, path, origin.set.start);
  }

  private readOnly(message: string, path: LayoutPath, offset: number | null): ReadOnlyLayout {
    const line = offset === null ? null : positionAt(this.source.tree.source, offset).line;
    const where = line === null ? '' : ` (line ${line})`;
    return new ReadOnlyLayout(`${message.replace(/\.$/, '')}${where}; it cannot be changed here.`, path, line);
  }
}

function originOf(value: SetValue, name: string): SetOrigin | null {
  const attribute = value.attributes.get(name);
  if (attribute) return attribute.owner;
  return value.origins.at(-1) ?? null;
}
