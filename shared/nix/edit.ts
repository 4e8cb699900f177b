import { endOfLineAfter, indentationAt, isFirstOnLine, isOnOneLine, lineStart } from './line.ts';
import { deepestSet, isPrefix, locate, pathNames, type BindingScope, type Location, type Piece } from './locate.ts';
import { parseNix } from './parser.ts';
import { applySplices, type Splice } from './splice.ts';
import { attributeNameText } from './strings.ts';
import type { AttributeSet, Binding, Expression, Inherit, List, NixTree } from './syntax.ts';
import { NixExpression, formatName, formatValue, type NixValue } from './value.ts';

/**
 * Changes of a Nix text as splices: nothing outside them moves. A path is a list of attribute names; it is followed
 * through dotted and nested spellings, function bodies, `let ... in` and `//`.
 */

/** An edit that has no safe place in the text. The text is unchanged; `reason` is a sentence for a person. */
export class EditError extends Error {
  override readonly name = 'EditError';
}

function requireSound(tree: NixTree): void {
  const [first] = tree.problems;
  if (first) throw new EditError(`The file has a syntax error, so it is not edited: ${first.message}`);
}

/** Splices after which the text is still Nix: what is written in several pieces can clash where no single set shows it. */
function sound(source: string, splices: Splice[]): Splice[] {
  const [problem] = parseNix(applySplices(source, splices)).problems;
  if (problem) throw new EditError(`No place for this leaves the file valid: ${problem.message}`);
  return splices;
}

/** White space that items inside a set or list are indented by. */
function innerIndent(source: string, node: AttributeSet | List | BindingScope, items: readonly { start: number }[]) {
  const own = items.findLast((item) => isFirstOnLine(source, item.start));
  return own ? indentationAt(source, own.start) : `${indentationAt(source, node.start)}  `;
}

/** Puts `text` as a new last item behind `items`, between the `open` sign and the end of a node. */
function insertItem(
  source: string,
  node: { start: number; end: number },
  open: number,
  items: readonly { start: number; end: number }[],
  text: (indent: string) => string,
): Splice {
  const last = items.at(-1);
  const outer = indentationAt(source, node.start);
  if (!last) {
    const inside = source.slice(open + 1, node.end - 1);
    const inner = `${outer}  `;
    if (inside.trim() === '') return { start: open + 1, end: node.end - 1, text: `\n${inner}${text(inner)}\n${outer}` };
    // Only comments inside: the new item comes behind them.
    const at = open + 1 + inside.trimEnd().length;
    return { start: at, end: node.end - 1, text: `\n${inner}${text(inner)}\n${outer}` };
  }
  return insertBehind(source, node, items, last, text);
}

function insertBehind(
  source: string,
  node: { start: number; end: number },
  items: readonly { start: number; end: number }[],
  after: { start: number; end: number },
  text: (indent: string) => string,
): Splice {
  const isInline = isOnOneLine(source, node) || !items.some((item) => isFirstOnLine(source, item.start));
  const own = items.findLast((item) => isFirstOnLine(source, item.start));
  const indent = own ? indentationAt(source, own.start) : indentationAt(source, node.start);
  const at = isInline ? null : endOfLineAfter(source, after.end);
  if (at === null) return { start: after.end, end: after.end, text: ` ${text(indent)}` };
  const newline = source.slice(lineStart(source, at)).includes('\r\n') ? '\r\n' : '\n';
  return { start: at, end: at, text: `${newline}${indent}${text(indent)}` };
}

export function bindingText(path: readonly string[], value: NixValue): (indent: string) => string {
  return (indent) => `${path.map(formatName).join('.')} = ${formatValue(value, indent)};`;
}

/** The binding in a set whose path shares the most names with `rest`: a new dotted binding goes beside it. */
function closestSibling(source: string, set: AttributeSet, rest: readonly string[]): Binding | null {
  let best: Binding | null = null;
  let bestShared = 0;
  for (const binding of set.bindings) {
    if (binding.kind !== 'binding') continue;
    const names = pathNames(source, binding.path.names);
    let shared = 0;
    while (shared < names.length && shared < rest.length - 1 && names[shared] === rest[shared]) shared++;
    if (shared > 0 && shared >= bestShared) {
      best = binding;
      bestShared = shared;
    }
  }
  return best;
}

/**
 * The beginning of a path that a set binds to something that is not written as a set, or inherits: a second binding that
 * begins so would not be Nix, or would hide the first.
 */
function computedOn(source: string, set: AttributeSet, rest: readonly string[]): readonly string[] | null {
  for (const item of set.bindings) {
    if (item.kind === 'error') continue;
    if (item.kind === 'inherit') {
      if (item.names.some((name) => attributeNameText(source, name) === rest[0])) return rest.slice(0, 1);
      continue;
    }
    const names = pathNames(source, item.path.names);
    if (isPrefix(names, rest)) return rest.slice(0, names.length);
  }
  return null;
}

/** Sets an attribute: replaces the value where it is bound, else adds a binding in the deepest set on the way. */
export function setAttribute(tree: NixTree, path: readonly string[], value: NixValue): Splice[] {
  requireSound(tree);
  const { source, root } = tree;
  const found = locate(source, root, path);
  if (found?.kind === 'binding') {
    const { value: old, start } = found.binding;
    const inner = value instanceof NixExpression ? old : insideWrapper(source, old);
    const text = formatValue(value, indentationAt(source, start));
    return [{ start: inner.start, end: inner.end, text: inner === old || !text.startsWith('-') ? text : `(${text})` }];
  }
  if (found?.kind === 'inherit') {
    const { inherit, set } = found;
    const text = bindingText(path.slice(-1), value);
    return [removeInherited(source, inherit, path.at(-1) ?? '', text(innerIndent(source, set, set.bindings)))];
  }
  if (found?.kind === 'spread') {
    throw new EditError(`'${path.join('.')}' is written in pieces (${path.join('.')}.… = …); change those.`);
  }
  const place = deepestSet(source, root, path);
  if (!place) throw new EditError('The file does not hold an attribute set that could take the new value.');
  const computed = computedOn(source, place.set, place.rest);
  if (computed) {
    const shown = [...path.slice(0, path.length - place.rest.length), ...computed].join('.');
    throw new EditError(`'${shown}' is computed or inherited here, so nothing can be set inside it.`);
  }
  return sound(source, [insertBinding(source, place.set, place.rest, value)]);
}

/** The value inside `lib.mkDefault ...` and its kin: the priority that somebody chose is not ours to drop. */
export function insideWrapper(source: string, value: Expression): Expression {
  if (value.kind !== 'apply') return value;
  const { function: fn, argument } = value;
  const head = fn.kind === 'apply' ? fn.function : fn;
  const name = /[^.]*$/.exec(source.slice(head.start, head.end))?.[0] ?? '';
  const wrappers = fn.kind === 'apply' ? ['mkOverride', 'mkOrder'] : ['mkDefault', 'mkForce', 'mkBefore', 'mkAfter'];
  return wrappers.includes(name) ? argument : value;
}

function insertBinding(source: string, set: AttributeSet, path: readonly string[], value: NixValue): Splice {
  const sibling = closestSibling(source, set, path);
  const text = bindingText(path, value);
  if (sibling) return insertBehind(source, set, set.bindings, sibling, text);
  return insertItem(source, set, set.open, set.bindings, text);
}

/** Takes one name out of an `inherit`; `replacement` (a binding) comes behind it, or in its place when it was alone. */
export function removeInherited(source: string, inherit: Inherit, name: string, replacement: string | null): Splice {
  const index = inherit.names.findIndex((item) => attributeNameText(source, item) === name);
  const gone = inherit.names[index];
  if (!gone) throw new EditError(`'${name}' is not inherited here.`);
  if (inherit.names.length === 1) {
    return replacement === null
      ? wholeItem(source, inherit)
      : { start: inherit.start, end: inherit.end, text: replacement };
  }
  const before = inherit.names[index - 1]?.end ?? inherit.from?.end ?? inherit.start + 'inherit'.length;
  const from = index === 0 && inherit.from ? source.indexOf(')', before) + 1 : before;
  const kept = source.slice(gone.end, inherit.end);
  const indent = indentationAt(source, inherit.start);
  const added = replacement === null ? '' : `\n${indent}${replacement}`;
  return { start: from, end: inherit.end, text: `${kept}${added}` };
}

/** The splice that takes an item away: with its line where it stands alone on it, comments stay. */
export function wholeItem(source: string, item: { start: number; end: number }): Splice {
  if (isFirstOnLine(source, item.start)) {
    const rest = /^[ \t]*\r?\n/.exec(source.slice(item.end));
    if (rest) return { start: lineStart(source, item.start), end: item.end + rest[0].length, text: '' };
    const space = /^[ \t]*/.exec(source.slice(item.end))?.[0].length ?? 0;
    return { start: item.start, end: item.end + space, text: '' };
  }
  const before = /[ \t]*$/.exec(source.slice(lineStart(source, item.start), item.start))?.[0].length ?? 0;
  return { start: item.start - before, end: item.end, text: '' };
}

function piecesOf(found: Exclude<Location, { kind: 'inherit' }>): readonly Piece[] {
  return found.kind === 'spread' ? found.pieces : [{ binding: found.binding, depth: found.binding.path.names.length }];
}

/** Removes an attribute in all its spellings. Comments stay where they are. No splices where it is not there. */
export function removeAttribute(tree: NixTree, path: readonly string[]): Splice[] {
  requireSound(tree);
  const { source, root } = tree;
  const found = locate(source, root, path);
  if (!found) return [];
  if (found.kind === 'inherit') return [removeInherited(source, found.inherit, path.at(-1) ?? '', null)];
  return piecesOf(found).map(({ binding }) => wholeItem(source, binding));
}

/** Renames the last name of a path in all its spellings; the values stay as they are. */
export function renameAttribute(tree: NixTree, path: readonly string[], newName: string): Splice[] {
  requireSound(tree);
  const { source, root } = tree;
  const found = locate(source, root, path);
  if (!found) throw new EditError(`'${path.join('.')}' is not written in this file.`);
  if (locate(source, root, [...path.slice(0, -1), newName])) {
    throw new EditError(`'${newName}' is already there.`);
  }
  if (found.kind === 'inherit') {
    const old = path.at(-1) ?? '';
    const from = found.inherit.from;
    const text = from ? `${source.slice(from.start, from.end)}.${formatName(old)}` : formatName(old);
    const value = new NixExpression(from && from.kind !== 'identifier' && from.kind !== 'select' ? `(${text})` : text);
    return [removeInherited(source, found.inherit, old, bindingText([newName], value)(''))];
  }
  const splices = piecesOf(found).map(({ binding, depth }) => {
    const name = binding.path.names[depth - 1];
    if (!name) throw new EditError(`'${path.join('.')}' cannot be renamed here.`);
    return { start: name.start, end: name.end, text: formatName(newName) };
  });
  return sound(source, splices);
}

function listOf(expression: Expression): List | null {
  switch (expression.kind) {
    case 'list':
      return expression;
    case 'parenthesis':
      return listOf(expression.expression);
    case 'with':
    case 'let':
    case 'assert':
      return listOf(expression.body);
    case 'binary':
      return expression.operator === '++' ? (listOf(expression.right) ?? listOf(expression.left)) : null;
    default:
      return null;
  }
}

function requireList(tree: NixTree, path: readonly string[]): List | null {
  requireSound(tree);
  const found = locate(tree.source, tree.root, path);
  if (!found) return null;
  const list = found.kind === 'binding' ? listOf(found.binding.value) : null;
  if (!list) throw new EditError(`'${path.join('.')}' is not written as a list that can be edited.`);
  return list;
}

/** Adds an item at the end of a list; makes the list where there is none. */
export function appendToList(tree: NixTree, path: readonly string[], item: NixValue): Splice[] {
  const list = requireList(tree, path);
  if (!list) return setAttribute(tree, path, [item]);
  const { source } = tree;
  if (list.items.length === 0) {
    const text = formatValue([item], indentationAt(source, list.start));
    return [{ start: list.start, end: list.end, text }];
  }
  return [insertItem(source, list, list.start, list.items, (indent) => listItem(item, indent))];
}

/** An item with the parentheses that it needs inside a list. */
export function listItem(item: NixValue, indent: string): string {
  const text = formatValue([item], indent);
  return text.slice(2, -2);
}

/** Removes the item at an index of a list as it is written in the text. */
export function removeFromList(tree: NixTree, path: readonly string[], index: number): Splice[] {
  const item = requireList(tree, path)?.items[index];
  if (!item) throw new EditError(`'${path.join('.')}' has no item ${index + 1}.`);
  return [wholeItem(tree.source, item)];
}
