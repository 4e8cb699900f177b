import { EditError, removeAttribute, setAttribute } from '../nix/edit.ts';
import type { SetOrigin, SetValue } from '../nix/evaluation/values.ts';
import { positionAt } from '../nix/line.ts';
import { applySplices, type Splice } from '../nix/splice.ts';
import type { NixTree } from '../nix/syntax.ts';
import { canonical } from './format.ts';
import { isList, isSame, isSet, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from './layout.ts';
import { pathKey, type LayoutSource } from './read-source.ts';

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
 * The text with the changes from `before` (what was read from it) to `after`. Only the values that differ are touched;
 * everything else, comments and expressions included, stays byte for byte.
 *
 * @throws ReadOnlyLayout where a changed part is computed, or written once and used in several places
 */
export function writeLayout(source: LayoutSource, before: Layout, after: Layout): string {
  const writer = new LayoutWriter(source);
  writer.set([], before, after);
  return applySplices(source.tree.source, writer.splices);
}

class LayoutWriter {
  readonly splices: Splice[] = [];
  private readonly source: LayoutSource;

  constructor(source: LayoutSource) {
    this.source = source;
  }

  set(path: LayoutPath, before: LayoutSet, after: LayoutSet): void {
    const added: Record<string, LayoutValue> = {};
    for (const [name, value] of Object.entries(after)) {
      const old = before[name];
      if (old === undefined && !Object.hasOwn(before, name)) added[name] = value;
      else if (!isSame(old, value)) this.changed([...path, name], old ?? null, value);
    }
    for (const name of Object.keys(before)) {
      if (!Object.hasOwn(after, name)) this.removed(path, name);
    }
    for (const [name, value] of Object.entries(canonical(added))) this.assign(path, name, value);
  }

  private changed(path: LayoutPath, before: LayoutValue, after: LayoutValue): void {
    if (isSet(before) && isSet(after) && this.source.sets.has(pathKey(path))) return this.set(path, before, after);
    if (
      isList(before) &&
      isList(after) &&
      before.length === after.length &&
      before.every(isSet) &&
      after.every(isSet)
    ) {
      for (const [index, item] of after.entries()) {
        const old = before[index];
        if (isSet(old) && !isSame(old, item)) this.set([...path, index], old, item);
      }
      return;
    }
    const name = path.at(-1);
    if (typeof name !== 'string') throw this.readOnly('This list is computed', path, null);
    this.assign(path.slice(0, -1), name, after);
  }

  private assign(path: LayoutPath, name: string, value: LayoutValue): void {
    const { tree, names } = this.place(path, name);
    this.edit(path, () => setAttribute(tree, [...names, name], isSet(value) ? canonical(value) : value));
  }

  private removed(path: LayoutPath, name: string): void {
    const { tree, names } = this.place(path, name);
    this.edit(path, () => {
      const splices = removeAttribute(tree, [...names, name]);
      if (splices.length === 0) throw new EditError(`'${name}' is not written where it could be removed.`);
      return splices;
    });
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
  place(path: LayoutPath, name: string | null): { tree: NixTree; names: readonly string[] } {
    const value = this.source.sets.get(pathKey(path));
    if (!value) throw this.readOnly('This part is computed by an expression', path, null);
    const origin = this.origin(value, name);
    if (!origin) throw this.readOnly('This part is computed by a function', path, null);
    const uses = this.source.uses.get(origin.set) ?? 0;
    if (uses > 1) {
      throw this.readOnly(`This part is written once and used in ${uses} places`, path, origin.set.start);
    }
    const { tree } = this.source;
    return { tree: { source: tree.source, root: origin.set, problems: tree.problems }, names: origin.prefix };
  }

  private origin(value: SetValue, name: string | null): SetOrigin | null {
    const attribute = name === null ? undefined : value.attributes.get(name);
    if (attribute) return attribute.owner;
    return value.origins.at(-1) ?? null;
  }

  private readOnly(message: string, path: LayoutPath, offset: number | null): ReadOnlyLayout {
    const line = offset === null ? null : positionAt(this.source.tree.source, offset).line;
    const where = line === null ? '' : ` (line ${line})`;
    return new ReadOnlyLayout(`${message.replace(/\.$/, '')}${where}; it cannot be changed here.`, path, line);
  }
}
