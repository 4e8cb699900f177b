import { indentationAt } from '../nix/line.ts';
import type { Splice } from '../nix/splice.ts';
import type { Span } from '../nix/syntax.ts';
import { NixExpression } from '../nix/value.ts';
import { isList, isSet, type Layout, type LayoutPath, type LayoutSet, type LayoutValue } from './layout.ts';
import { pathKey, type LayoutSource } from './read-source.ts';

/** No text of a person holds this. */
const MARK = /__nixstead_moved_([0-9]+)__/g;

/**
 * The sets of a layout that a changed layout holds somewhere else, as the same objects: what was wrapped, unwrapped or
 * handed to a new group. They are written with the text that they had, comments and all, only indented anew.
 */
export class MovedParts {
  private readonly source: LayoutSource;
  /** Where each set that has one place of its own is written. */
  private readonly spans = new Map<LayoutSet, Span>();
  private readonly before = new Map<LayoutSet, string>();
  private readonly after = new Map<LayoutSet, string>();
  private readonly marks: Span[] = [];

  constructor(source: LayoutSource, before: Layout, after: Layout) {
    this.source = source;
    visitSets(before, [], (set, path) => {
      this.before.set(set, pathKey(path));
      const span = this.spanOf(path);
      if (span) this.spans.set(set, span);
    });
    visitSets(after, [], (set, path) => this.after.set(set, pathKey(path)));
  }

  get areUsed(): boolean {
    return this.marks.length > 0;
  }

  private spanOf(path: LayoutPath): Span | null {
    const [origin, ...others] = this.source.sets.get(pathKey(path))?.origins ?? [];
    if (!origin || others.length > 0 || origin.prefix.length > 0) return null;
    return (this.source.uses.get(origin.set) ?? 0) > 1 ? null : origin.set;
  }

  /** True for a set of the old layout that has a text to take along. */
  has(value: LayoutSet): boolean {
    return this.spans.has(value) && Object.keys(value).length > 0;
  }

  /** True where `before` went elsewhere (or into `after`), or `after` came from elsewhere: its place is written anew. */
  isMovedOver(before: LayoutSet, after: LayoutSet): boolean {
    if (before === after) return false;
    const went = this.after.has(before) && this.has(before);
    const came = this.before.has(after) && this.has(after);
    return went || came;
  }

  /** A value with its moved parts as marks; see {@link filled}. */
  marked(value: LayoutValue): LayoutValue {
    if (isList(value)) return value.map((item) => this.marked(item));
    if (!isSet(value)) return value;
    const span = this.spans.get(value);
    if (span && this.has(value)) {
      this.marks.push(span);
      return new NixExpression(`__nixstead_moved_${this.marks.length - 1}__`);
    }
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.marked(item)]));
  }

  /** A splice with the texts of the moved parts in place of their marks. */
  filled(splice: Splice): Splice {
    const { source } = this.source.tree;
    const text = splice.text.replace(MARK, (_, index: string, offset: number) => {
      const span = this.marks[Number(index)];
      if (!span) return '';
      const line = splice.text.slice(0, offset);
      const start = line.lastIndexOf('\n') + 1;
      const indent = start > 0 ? (/^[ \t]*/.exec(line.slice(start))?.[0] ?? '') : indentationAt(source, splice.start);
      return indented(source.slice(span.start, span.end), indentationAt(source, span.start), indent);
    });
    return { ...splice, text };
  }
}

function visitSets(value: LayoutValue, path: LayoutPath, visit: (set: LayoutSet, path: LayoutPath) => void): void {
  if (isList(value)) for (const [index, item] of value.entries()) visitSets(item, [...path, index], visit);
  if (!isSet(value)) return;
  visit(value, path);
  for (const [name, item] of Object.entries(value)) visitSets(item, [...path, name], visit);
}

function indented(text: string, from: string, to: string): string {
  const [first = '', ...rest] = text.split('\n');
  return [first, ...rest.map((line) => (line.startsWith(from) ? `${to}${line.slice(from.length)}` : line))].join('\n');
}
