import { isOnOneLine, lineStart } from './line.ts';
import { EditError, removeAttribute, setAttribute } from './edit.ts';
import { locate, pathNames, valueSets } from './locate.ts';
import type { Splice } from './splice.ts';
import { stringValue } from './strings.ts';
import type { Binding, Expression, Formals, NixTree } from './syntax.ts';
import { formatName, formatString, NixExpression } from './value.ts';

/** An input as flake.nix declares it; nix itself demands that this is written out. */
export interface DeclaredInput {
  readonly name: string;
  /** null: given by its parts, or as the input of another. */
  readonly url: string | null;
  /** Where its declaration begins (offset). */
  readonly start: number;
}

function literal(source: string, expression: Expression): string | null {
  const isText = expression.kind === 'string' || expression.kind === 'indented-string';
  return isText ? stringValue(source, expression) : expression.kind === 'uri' ? textOf(source, expression) : null;
}

const textOf = (source: string, { start, end }: { start: number; end: number }): string => source.slice(start, end);

/** The text of an attribute where it is written as a plain string. */
function textAt({ source, root }: NixTree, path: readonly string[]): string | null {
  const found = locate(source, root, path);
  return found?.kind === 'binding' ? literal(source, found.binding.value) : null;
}

/** Bindings with the names of their paths; what is not one is left out. */
function named(source: string, bindings: readonly { readonly kind: string }[]): [Binding, (string | null)[]][] {
  return bindings
    .filter((item): item is Binding => item.kind === 'binding')
    .map((binding) => [binding, pathNames(source, binding.path.names)]);
}

/** The inputs that a flake.nix declares, in the order of the text. */
export function declaredInputs(tree: NixTree): DeclaredInput[] {
  const { source, root } = tree;
  const starts = new Map<string, number>();
  const note = (name: string | null | undefined, start: number): void => {
    if (typeof name === 'string' && !starts.has(name)) starts.set(name, start);
  };
  for (const [binding, [first, second]] of valueSets(root).flatMap((set) => named(source, set.bindings))) {
    if (first !== 'inputs') continue;
    if (second !== undefined) note(second, binding.start);
    else {
      for (const set of valueSets(binding.value)) {
        for (const [inner, [name]] of named(source, set.bindings)) note(name, inner.start);
      }
    }
  }
  return [...starts].map(([name, start]) => ({ name, url: textAt(tree, ['inputs', name, 'url']), start }));
}

/** Behind the address of a pinned input: what it followed before, so that it can be let go again. */
const memory = /^[ \t]*# before it was pinned: (\S+)[ \t]*(?=\r?\n|$)/;

function urlBinding({ source, root }: NixTree, name: string): Binding {
  const found = locate(source, root, ['inputs', name, 'url']);
  if (found?.kind === 'binding' && literal(source, found.binding.value) !== null) return found.binding;
  throw new EditError(`The address of the input ${name} is not written as a text (inputs.${name}.url = "…") here.`);
}

/** The address that an input had before it was pinned, where flake.nix remembers it. */
export function rememberedUrl(tree: NixTree, name: string): string | null {
  const found = locate(tree.source, tree.root, ['inputs', name, 'url']);
  return found?.kind === 'binding' ? (memory.exec(tree.source.slice(found.binding.end))?.[1] ?? null) : null;
}

/**
 * Another address for an input. `remembered`: the one that a comment keeps for later, null where none is needed; a
 * comment of before goes either way.
 */
export function setInputUrl(tree: NixTree, name: string, url: string, remembered: string | null): Splice[] {
  const { source } = tree;
  const { value, end } = urlBinding(tree, name);
  const old = memory.exec(source.slice(end));
  const comment = remembered === null ? '' : ` # before it was pinned: ${remembered}`;
  const isLineFree = /^[ \t]*(?=\r?\n|$)/.test(source.slice(end));
  return [
    { start: value.start, end: value.end, text: formatString(url) },
    ...(old ? [{ start: end, end: end + old[0].length, text: comment }] : []),
    ...(!old && comment !== '' && isLineFree ? [{ start: end, end, text: comment }] : []),
  ];
}

/** The arguments of `outputs`, where it is written as a function that names them; null where it is not. */
function outputFormals({ source, root }: NixTree): Formals | null {
  const found = locate(source, root, ['outputs']);
  let value = found?.kind === 'binding' ? found.binding.value : null;
  while (value?.kind === 'parenthesis') value = value.expression;
  return value?.kind === 'lambda' ? value.formals : null;
}

function addFormal(tree: NixTree, name: string): Splice[] {
  const { source } = tree;
  const formals = outputFormals(tree);
  const last = formals?.items.at(-1);
  if (!formals || formals.hasEllipsis || formals.items.some((item) => item.name.name === name)) return [];
  if (!last) return [{ start: formals.start, end: formals.end, text: `{ ${name} }` }];
  const indent = /^[ \t]*/.exec(source.slice(lineStart(source, last.start)))?.[0] ?? '';
  const isLeading = /^,/.test(source.slice(lineStart(source, last.start)).trimStart());
  const text = isOnOneLine(source, formals) ? `, ${name}` : isLeading ? `\n${indent}, ${name}` : `,\n${indent}${name}`;
  return [{ start: last.end, end: last.end, text }];
}

function removeFormal(tree: NixTree, name: string): Splice[] {
  const { source } = tree;
  const gone = outputFormals(tree)?.items.find((item) => item.name.name === name);
  if (!gone) return [];
  const before = /,\s*$/.exec(source.slice(0, gone.start));
  if (before) return [{ start: gone.start - before[0].length, end: gone.end, text: '' }];
  const after = /^\s*,[ \t]*|^[ \t]+/.exec(source.slice(gone.end))?.[0] ?? '';
  const end = gone.end + after.length;
  const line = lineStart(source, gone.start);
  const isAlone = source.slice(line, gone.start).trim() === '' && /^\r?\n/.test(source.slice(end));
  return isAlone
    ? [{ start: line, end: source.indexOf('\n', end) + 1, text: '' }]
    : [{ start: gone.start, end, text: '' }];
}

/** A new input. `follows`: which of its own inputs follow which of the flake's. */
export function addInput(
  tree: NixTree,
  name: string,
  input: { readonly url: string; readonly isFlake: boolean; readonly follows: Readonly<Record<string, string>> },
): Splice[] {
  if (declaredInputs(tree).some((declared) => declared.name === name)) {
    throw new EditError(`There is an input ${name} already.`);
  }
  const { source, root } = tree;
  const lines = [
    `url = ${formatString(input.url)};`,
    ...(input.isFlake ? [] : ['flake = false;']),
    ...Object.entries(input.follows).map(
      ([inner, target]) => `inputs.${formatName(inner)}.follows = ${formatString(target)};`,
    ),
  ];
  const isPlain = lines.length === 1;
  const path = ['inputs', name, ...(isPlain ? ['url'] : [])];
  const outputs = locate(source, root, ['outputs']);
  const [declared] = declaredInputs(tree);
  const indent = declared ? indentOf(source, declared.start) : '  ';
  const value = new NixExpression(
    isPlain ? formatString(input.url) : `{\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`,
  );
  const hasInputs = locate(source, root, ['inputs']) !== null;
  if (hasInputs || outputs?.kind !== 'binding') return [...setAttribute(tree, path, value), ...addFormal(tree, name)];
  // Without it the new binding would stand behind the long outputs.
  const start = outputs.binding.start;
  const text = `${path.map(formatName).join('.')} = ${value.text};\n${indentOf(source, start)}`;
  return [{ start, end: start, text }, ...addFormal(tree, name)];
}

function indentOf(source: string, offset: number): string {
  return /^[ \t]*/.exec(source.slice(lineStart(source, offset), offset))?.[0] ?? '';
}

/** Takes an input away, with the argument of `outputs` and what followed it. */
export function removeInput(tree: NixTree, name: string): Splice[] {
  const others = declaredInputs(tree).filter((declared) => declared.name !== name);
  const own = removeAttribute(tree, ['inputs', name]);
  if (own.length === 0) throw new EditError(`flake.nix does not declare an input ${name} as text.`);
  const following = others.flatMap((other) => followersOf(tree, ['inputs', other.name], name));
  return [...own, ...following, ...removeFormal(tree, name)];
}

/** The splices that end every `follows` below a path that leads to an input. */
function followersOf(tree: NixTree, path: readonly string[], target: string): Splice[] {
  const { source, root } = tree;
  const inner = namesBelow(tree, [...path, 'inputs']);
  const own = locate(source, root, [...path, 'follows']);
  const leads = own?.kind === 'binding' ? literal(source, own.binding.value)?.split('/')[0] === target : false;
  return [
    ...(leads ? removeAttribute(tree, [...path, 'follows']) : []),
    ...inner.flatMap((name) => followersOf(tree, [...path, 'inputs', name], target)),
  ];
}

/** The names that stand below an attribute path, in any of its spellings. */
function namesBelow({ source, root }: NixTree, path: readonly string[]): string[] {
  const found = locate(source, root, path);
  if (!found || found.kind === 'inherit') return [];
  const pieces = found.kind === 'spread' ? found.pieces : [{ binding: found.binding, depth: Infinity }];
  const names = pieces.flatMap(({ binding, depth }) => {
    const next = pathNames(source, binding.path.names)[depth];
    if (next !== undefined) return [next];
    return valueSets(binding.value).flatMap((set) => named(source, set.bindings).map(([, [first]]) => first));
  });
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** Lets an input of an input follow one of the flake's own, or none. @param path from the flake: `['disko', 'nixpkgs']` */
export function setFollows(tree: NixTree, path: readonly string[], target: string | null): Splice[] {
  const attribute = ['inputs', ...path.flatMap((name, index) => (index === 0 ? [name] : ['inputs', name])), 'follows'];
  if (target !== null) return setAttribute(tree, attribute, target);
  const gone = removeAttribute(tree, attribute);
  if (gone.length === 0) throw new EditError(`flake.nix does not say that ${path.join('/')} follows another.`);
  return gone;
}
