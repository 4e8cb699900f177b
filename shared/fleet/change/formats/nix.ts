import { insideWrapper, removeInherited, setAttribute, wholeItem } from '../../../nix/edit.ts';
import { changeList, type ListEntry } from '../../../nix/edit-list.ts';
import { endOfLineAfter, indentationAt, isFirstOnLine, isOnOneLine, lineStart } from '../../../nix/line.ts';
import { pathNames, valueSets } from '../../../nix/locate.ts';
import { commentsOf } from '../../../nix/comments.ts';
import { parseNix } from '../../../nix/parser.ts';
import { applySplices, type Splice } from '../../../nix/splice.ts';
import { attributeNameText, stringValue } from '../../../nix/strings.ts';
import type { Apply, AttributeSet, Binding, Expression, Inherit, Let, Node, Span } from '../../../nix/syntax.ts';
import { formatName, formatValue } from '../../../nix/value.ts';
import { children, nodesAt } from '../../../nix/walk.ts';
import type {
  Format,
  Group,
  ListItem,
  ListPlace,
  Literal,
  Name,
  Outline,
  PathPlace,
  Reference,
  Scope,
} from '../outline.ts';

interface Place {
  readonly scope: Scope | null;
  readonly path: readonly (string | null)[];
  /** What the node is bound to, if it is all that is bound. */
  readonly key: string | null;
}

/** The value of a text without interpolation; null for anything else. */
function textOf(source: string, node: Node): string | null {
  return node.kind === 'string' || node.kind === 'indented-string' ? stringValue(source, node) : null;
}

/** The arguments of a call, from the first to the last. */
function argumentsOf(call: Apply): Expression[] {
  const found: Expression[] = [];
  let node: Expression = call;
  for (; node.kind === 'apply'; node = node.function) found.unshift(node.argument);
  return found;
}

function unwrapped(node: Expression): Expression {
  return node.kind === 'parenthesis' ? unwrapped(node.expression) : node;
}

class NixOutline implements Outline {
  readonly names: Name[] = [];
  readonly literals: Literal[] = [];
  readonly lists: ListPlace[] = [];
  readonly paths: PathPlace[] = [];
  readonly references: Reference[] = [];
  readonly #source: string;

  constructor(source: string, root: Node) {
    this.#source = source;
    this.#visit(root, { scope: null, path: [], key: null });
  }

  #visit(node: Node, place: Place): void {
    switch (node.kind) {
      case 'attribute-set':
      case 'legacy-let':
        return this.#bindings(node, {
          ...place,
          scope: { kind: 'record', says: this.#says(node), outer: place.scope },
        });
      case 'let':
        this.#bindings(node, place);
        return this.#visit(node.body, place);
      case 'parenthesis':
        return this.#visit(node.expression, place);
      case 'apply':
        return this.#call(node, place);
      case 'list':
        this.lists.push({
          ...{ start: node.start, end: node.end, key: place.key, within: place.scope },
          items: node.items.map((item) => this.#item(item)),
        });
        for (const item of node.items) {
          this.#visit(item, { ...place, key: null, scope: { kind: 'item', outer: place.scope } });
        }
        return;
      case 'string':
      case 'indented-string':
      case 'integer':
        this.#literal(node, place);
        break;
      case 'path':
        if (node.parts.every((part) => part.kind === 'text')) {
          this.paths.push({ ...spanOf(node), text: this.#text(node), isRelative: !/^[~/]/.test(this.#text(node)) });
        }
        break;
      case 'select':
      case 'has-attribute':
        this.#reference(node.subject, node.path.names);
        break;
      default:
    }
    const inner = ['string', 'indented-string', 'path', 'select', 'has-attribute'].includes(node.kind);
    for (const child of children(node)) this.#visit(child, inner ? { ...place, key: null } : place);
  }

  #text({ start, end }: Span): string {
    return this.#source.slice(start, end);
  }

  #bindings(node: AttributeSet | Let, { scope, path }: Place): void {
    const groups = new Map<string, Group>();
    const groupOf = (prefix: readonly (string | null)[]): Group => {
      const key = prefix.join('\0');
      const known = groups.get(key);
      if (known) return known;
      const group: Group = { names: new Set(), container: [...path, ...prefix].at(-1) ?? null };
      groups.set(key, group);
      return group;
    };
    for (const item of node.bindings) {
      if (item.kind === 'inherit') this.#inherit(item, groupOf([]), { scope, path, key: null });
      if (item.kind !== 'binding') continue;
      const names = pathNames(this.#source, item.path.names);
      let within = scope;
      for (const [index, text] of names.entries()) {
        const span = item.path.names[index];
        const group = groupOf(names.slice(0, index));
        if (text !== null && span) {
          group.names.add(text);
          this.names.push({
            ...{ ...spanOf(span), text, group, within, entry: spanOf(item), value: spanOf(item.value) },
            path: [...path, ...names.slice(0, index + 1)],
            isLast: index === names.length - 1,
          });
        }
        within = { kind: 'entry', name: text, outer: within };
      }
      this.#visit(item.value, { scope: within, path: [...path, ...names], key: names.at(-1) ?? null });
    }
  }

  #inherit(item: Inherit, group: Group, { scope, path }: Place): void {
    for (const name of item.names) {
      const text = attributeNameText(this.#source, name);
      if (text === null) continue;
      group.names.add(text);
      const span = spanOf(name);
      this.names.push({
        ...span,
        text,
        group,
        path: [...path, text],
        entry: span,
        value: null,
        isLast: true,
        within: scope,
      });
    }
    if (item.from) this.#visit(item.from, { scope, path, key: null });
  }

  #call(node: Apply, place: Place): void {
    if (insideWrapper(this.#source, node) !== node) {
      this.#visit(node.function, { ...place, key: null });
      return this.#visit(node.argument, place);
    }
    const texts = argumentsOf(node).flatMap((argument) => textOf(this.#source, argument) ?? []);
    const scope: Scope = { kind: 'call', texts, outer: place.scope };
    let inner: Expression = node;
    for (; inner.kind === 'apply'; inner = inner.function) this.#visit(inner.argument, { ...place, scope, key: null });
    this.#visit(inner, { ...place, key: null });
  }

  #says(node: AttributeSet): Map<string, string> {
    const said = node.bindings.flatMap((item): [string, string][] => {
      if (item.kind !== 'binding') return [];
      const names = pathNames(this.#source, item.path.names);
      const value = textOf(this.#source, item.value);
      return names.length === 1 && typeof names[0] === 'string' && value !== null ? [[names[0], value]] : [];
    });
    return new Map(said);
  }

  #item(item: Expression): ListItem {
    const node = unwrapped(item);
    const says =
      node.kind === 'attribute-set'
        ? this.#says(node)
        : new Map(
            node.kind === 'apply'
              ? argumentsOf(node).flatMap((argument, index): [string, string][] => {
                  const text = textOf(this.#source, argument);
                  return text === null ? [] : [[`#${index}`, text]];
                })
              : [],
          );
    return { ...spanOf(item), text: textOf(this.#source, item), says };
  }

  #literal(node: Expression, { key, scope }: Place): void {
    const value = node.kind === 'integer' ? Number(this.#text(node)) : textOf(this.#source, node);
    if (value === null) return;
    this.literals.push({ ...spanOf(node), value, key, within: scope });
    if (typeof value === 'string' && value.includes('/')) {
      this.paths.push({ ...spanOf(node), text: value, isRelative: false });
    }
  }

  #reference(subject: Expression, names: Parameters<typeof pathNames>[1]): void {
    let last: string | null = null;
    const node = unwrapped(subject);
    if (node.kind === 'identifier') last = node.name;
    else if (node.kind === 'select') last = pathNames(this.#source, node.path.names).at(-1) ?? null;
    for (const name of names) {
      const text = attributeNameText(this.#source, name);
      if (text !== null) this.references.push({ ...spanOf(name), text, subject: last });
      last = text;
    }
  }
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}

/** The set that a name stands in, with its item there. */
function holderOf(text: string, name: Span): { set: AttributeSet; item: Binding | Inherit } | null {
  const around = nodesAt(parseNix(text).root, name.start);
  const set = around.findLast((node): node is AttributeSet => node.kind === 'attribute-set');
  const item = set?.bindings.find((each) => each.start <= name.start && name.end <= each.end);
  return set && item && item.kind !== 'error' ? { set, item } : null;
}

export const nixFormat: Format = {
  outline(text) {
    const tree = parseNix(text);
    return tree.problems.length > 0 ? null : new NixOutline(text, tree.root);
  },
  formatValue: (value, indent) => formatValue(value, indent),
  formatName,
  remove(text, span) {
    const inherit = nodesAt(parseNix(text).root, span.start).findLast(
      (node): node is Inherit => node.kind === 'inherit',
    );
    const name = inherit?.names.find(({ start, end }) => start === span.start && end === span.end);
    if (inherit && name) return removeInherited(text, inherit, attributeNameText(text, name) ?? '', null);
    return withBlankLine(text, wholeItem(text, span));
  },
  withoutComments(text) {
    const splices = commentsOf(text).map(({ start, end }) => {
      const isLine = isFirstOnLine(text, start);
      const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
      const rest = isLine ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0) : 0;
      return { start: start - before, end: end + rest, text: '' };
    });
    return applySplices(text, splices);
  },
  insertBehind(text, span, added) {
    const at = isFirstOnLine(text, span.start) ? endOfLineAfter(text, span.end) : null;
    if (at === null) return { start: span.end, end: span.end, text: ` ${added}` };
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    // What stands apart from its neighbours by blank lines goes on so.
    const isLast = /^\s*[}\])]/.test(text.slice(at));
    const isApart = isLast ? isAfterBlankLine(text, span.start) : isBeforeBlankLine(text, at);
    const gap = isApart && !(isLast && isOnOneLine(text, span)) ? newline : '';
    return { start: at, end: at, text: `${gap}${newline}${indentationAt(text, span.start)}${added}` };
  },
  changeList(text, list, { add, remove }) {
    const node = nodesAt(parseNix(text).root, list.start + 1).findLast((each) => each.kind === 'list');
    if (node?.kind !== 'list') return [];
    const kept = list.items.flatMap((item, old): ListEntry[] =>
      item.text !== null && remove.includes(item.text) ? [] : [{ old }],
    );
    return changeList(text, node, [...kept, ...add.map((value) => ({ value }))]);
  },
  bindInside(text, span, path, value) {
    const node = nodesAt(parseNix(text).root, span.start).find(
      ({ start, end }) => start === span.start && end === span.end,
    );
    // What is called or chosen is another's; only a set in sight takes what is put into it.
    if (!node || !isExpression(node) || valueSets(node).length !== 1) return null;
    const [splice] = setAttribute({ source: text, root: node, problems: [] }, path, value);
    return splice ?? null;
  },
  bindBeside(text, name, key, value) {
    const holder = holderOf(text, name);
    if (!holder) return null;
    const { set, item } = holder;
    const depth = item.kind === 'binding' ? item.path.names.findIndex(({ start }) => start === name.start) : 0;
    const prefix = item.kind === 'binding' ? pathNames(text, item.path.names.slice(0, Math.max(0, depth))) : [];
    const path = prefix.filter((part) => part !== null);
    if (path.length < prefix.length) return null;
    const [splice] = setAttribute({ source: text, root: set, problems: [] }, [...path, key], value);
    return splice ?? null;
  },
};

function isExpression(node: Node): node is Expression {
  const parts: readonly Node['kind'][] = [
    'text',
    'interpolation',
    'attribute-path',
    'binding',
    'inherit',
    'formal',
    'formals',
  ];
  return !parts.includes(node.kind);
}

function isAfterBlankLine(text: string, offset: number): boolean {
  return /\n[ \t]*\r?\n$/.test(text.slice(0, lineStart(text, offset)));
}

function isBeforeBlankLine(text: string, offset: number): boolean {
  return /^[ \t]*\r?\n[ \t]*\r?\n/.test(text.slice(offset));
}

/** Two blank lines that would come to stand together become one, and none stays at the edges of a set. */
function withBlankLine(text: string, splice: Splice): Splice {
  const isLine = lineStart(text, splice.start) === splice.start && text.slice(0, splice.end).endsWith('\n');
  if (!isLine) return splice;
  const behind = /^[ \t]*\r?\n/.exec(text.slice(splice.end))?.[0].length ?? 0;
  if (behind > 0 && /[{[(][ \t]*\r?\n$/.test(text.slice(0, splice.start)))
    return { ...splice, end: splice.end + behind };
  const isEdge = behind > 0 || /^[ \t]*[}\])]/.test(text.slice(splice.end));
  if (!isEdge || !isAfterBlankLine(text, splice.start)) return splice;
  const before = text.slice(0, splice.start).replace(/[ \t]*\r?\n$/, '');
  return { ...splice, start: before.length };
}
