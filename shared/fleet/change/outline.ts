import type { Splice } from '../../nix/splice.ts';
import type { Span } from '../../nix/syntax.ts';

/**
 * What a file that declares hosts is made of, whichever format it has: names that are bound, texts and numbers that are
 * written out, lists, paths and references. An edit of a fleet is found among these, and is a splice of the text.
 */

/** What stands around a place, innermost first. */
export type Scope = { readonly outer: Scope | null } & (
  | /** Inside the value of `name = …`. */ { readonly kind: 'entry'; readonly name: string | null }
  | /** Inside a set that says these things of itself. */ {
      readonly kind: 'record';
      readonly says: ReadonlyMap<string, string>;
    }
  | /** Inside a call that was also given these texts. */ { readonly kind: 'call'; readonly texts: readonly string[] }
  | /** Inside an item of a list. */ { readonly kind: 'item' }
);

/** Names that stand side by side. */
export interface Group {
  readonly names: Set<string>;
  /** What the set is bound to; null: nothing, or only evaluation knows. */
  readonly container: string | null;
}

/** One name of what is bound: of `a.b = 1;` both `a` and `b` are one each. */
export interface Name extends Span {
  readonly text: string;
  /** The names around it and itself, outermost first; null for one that only evaluation knows. */
  readonly path: readonly (string | null)[];
  readonly group: Group;
  /** All of `a.b = 1;`. */
  readonly entry: Span;
  /** What is bound; null for a name that is inherited. */
  readonly value: Span | null;
  /** True for the last name of its path: what is bound is its own. */
  readonly isLast: boolean;
  readonly within: Scope | null;
}

/** A text or whole number that is written out. */
export interface Literal extends Span {
  readonly value: string | number | null;
  /** What it is bound to, where nothing else is bound with it. */
  readonly key: string | null;
  readonly within: Scope | null;
}

/** `text`: what the item is, where it is a text; `says`: what it says of itself, where it is a set or a call. */
export interface ListItem extends Span {
  readonly text: string | null;
  readonly says: ReadonlyMap<string, string>;
}

export interface ListPlace extends Span {
  readonly items: readonly ListItem[];
  readonly key: string | null;
  readonly within: Scope | null;
}

/** A path, as a literal or as a text with slashes. `isRelative`: it begins at the folder of its file. */
export interface PathPlace extends Span {
  readonly text: string;
  readonly isRelative: boolean;
}

/** A name by which something is looked up: `nas` of `self.nixosConfigurations.nas`. */
export interface Reference extends Span {
  readonly text: string;
  /** What it is looked up in. */
  readonly subject: string | null;
}

export interface Outline {
  readonly names: readonly Name[];
  readonly literals: readonly Literal[];
  readonly lists: readonly ListPlace[];
  readonly paths: readonly PathPlace[];
  readonly references: readonly Reference[];
}

/** A value as it is written into any of the formats. */
export type Value = null | string | number | readonly string[] | { readonly [name: string]: Value };

/** How one format is read and changed. Every change is a splice; nothing outside it moves. */
export interface Format {
  /** null: the text has mistakes, so that it is not changed. */
  outline(text: string): Outline | null;
  /** `indent`: white space that the line begins with. */
  formatValue(value: Value, indent: string): string;
  formatName(name: string): string;
  /** Takes away an entry, or an item of a list, with what only it needs: its line, its comma. */
  remove(text: string, span: Span): Splice;
  /** The text of an entry or item without its comments, which are about what it was copied from. */
  withoutComments(text: string): string;
  /** Puts the text of an entry or item, as it would stand at `span`, behind it. */
  insertBehind(text: string, span: Span, added: string): Splice;
  /** Adds and removes texts of a list. */
  changeList(
    text: string,
    list: ListPlace,
    change: { readonly add: readonly string[]; readonly remove: readonly string[] },
  ): Splice[];
  /** Binds a path inside a set that is written out at `span`; null where it is none. */
  bindInside(text: string, span: Span, path: readonly string[], value: Value): Splice | null;
  /** Binds another name beside one that is bound, in the same spelling; null where the format has no way. */
  bindBeside(text: string, name: Name, key: string, value: Value): Splice | null;
}
