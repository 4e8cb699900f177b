import { tokenize } from '../lexer.ts';
import { pathNames } from '../locate.ts';
import { parseNix } from '../parser.ts';
import type { AttributePath, Node } from '../syntax.ts';
import { TokenKind, type Tokens } from '../token.ts';
import { nodesAt } from '../walk.ts';
import { optionScope, type OptionPath, type OptionScope } from './scope.ts';

/** A name of an option in a text. */
export interface OptionPlace {
  /** The names before it: those of the sets around it, and those in front of it in its own dotted path. */
  readonly path: OptionPath;
  /** What is written of the name, without quotes. */
  readonly name: string;
  /** What that spans; an option's name would be put in its place. */
  readonly from: number;
  readonly to: number;
}

/** Texts beyond this are no configurations, and would keep the person who types waiting. */
const MAX_LENGTH = 1_000_000;

const word = /[A-Za-z_][\w'-]*/.source;
const quoted = /"(?:[^"\\$\n]|\\.)*"/.source;
/** What is written of a dotted path in front of the cursor. */
const writtenBefore = new RegExp(`((?:(?:${word}|${quoted})\\.)*)(${word})?$`);
const writtenBehind = /^[\w'-]*/;
const restOfPath = new RegExp(`^(?:\\.(?:${word}|${quoted}))*`);

/** The token that holds the character at an offset. */
function tokenAt({ starts, count }: Tokens, offset: number): number {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

const isTrivia = (kind: number | undefined): boolean => kind === TokenKind.space || kind === TokenKind.comment;

/** The kinds of the tokens that are no space or comment, from an index on in one direction. */
function* kindsFrom(tokens: Tokens, index: number, step: 1 | -1): Generator<number, void> {
  for (let at = index; at >= 0 && at < tokens.count; at += step) {
    const kind = tokens.kinds[at];
    if (kind !== undefined && !isTrivia(kind)) yield kind;
  }
}

function namesIn(written: string): string[] {
  return [...written.matchAll(new RegExp(`(${word})|(${quoted})`, 'g'))].map(([whole, plain]) =>
    plain === undefined ? whole.slice(1, -1).replace(/\\(.)/g, '$1') : plain,
  );
}

/** Tokens in which a cursor is in text, not in code. */
const texts = new Set<number>([
  TokenKind.comment,
  TokenKind.stringText,
  TokenKind.indentedText,
  TokenKind.pathText,
  TokenKind.uri,
  TokenKind.searchPath,
]);

/**
 * The option whose name is being written at an offset: as an attribute of a module (`services.ngi`, also where nothing
 * follows yet) or where it is read (`config.services.ngi`). The text may be broken, as texts are while they are written:
 * what is being written is put aside before the sets around it are looked at. null: no option has its name there.
 */
export function optionPlace(source: string, offset: number): OptionPlace | null {
  if (source.length > MAX_LENGTH) return null;
  const lineStart = source.lastIndexOf('\n', offset - 1) + 1;
  const [before = '', dotted = '', typed = ''] = writtenBefore.exec(source.slice(lineStart, offset)) ?? [];
  const start = offset - before.length;
  const to = offset + (typed === '' ? 0 : (writtenBehind.exec(source.slice(offset))?.[0].length ?? 0));
  const from = offset - typed.length;
  const tokens = tokenize(source);
  const first = tokenAt(tokens, start);
  // At its start a comment is not entered yet; a string that began before holds the character in front of the cursor.
  const holding = tokens.kinds[before === '' ? tokenAt(tokens, Math.max(0, offset - 1)) : first];
  if (holding !== undefined && texts.has(holding)) return null;
  const [previous] = kindsFrom(tokens, tokens.starts[first] === start ? first - 1 : first, -1);
  if (previous === TokenKind.dot) return placeInPath(source, offset);

  const names = namesIn(dotted);
  const end = to + (restOfPath.exec(source.slice(to))?.[0].length ?? 0);
  const written = { name: source.slice(from, to), from, to };
  /** The scope where the path stands, once something whole stands in its place. */
  const scopeWith = (text: string): OptionScope => {
    const whole = source.slice(0, start) + text + source.slice(end);
    return optionScope(whole, parseNix(whole).root, start);
  };
  if (previous === TokenKind.braceOpen || previous === TokenKind.semicolon) {
    const [next, afterNext] = kindsFrom(tokens, tokenAt(tokens, end), 1);
    if (next === TokenKind.braceClose && (afterNext === TokenKind.colon || afterNext === TokenKind.at)) return null;
    if (next === TokenKind.comma || next === TokenKind.question || next === TokenKind.ellipsis) return null;
    const { path } = scopeWith(next === TokenKind.equals ? 'x' : 'x=1;');
    return path === null ? null : inModule([...path, ...names], written);
  }
  if (names[0] !== 'config') return null;
  const { config } = scopeWith('x');
  return config === null ? null : { path: [...config, ...names.slice(1)], ...written };
}

/** In a module's own body `config.` is no part of the way, and `options` and `imports` are no options. */
function inModule(path: OptionPath, written: Omit<OptionPlace, 'path'>): OptionPlace | null {
  const [first, ...rest] = path;
  if (first === 'config') return { path: rest, ...written };
  return first === 'options' || first === 'imports' ? null : { path, ...written };
}

/** As {@link optionPlace} in a path with a part that only evaluation knows; the text has to be whole for it. */
function placeInPath(source: string, offset: number): OptionPlace | null {
  const { root } = parseNix(source);
  const around = nodesAt(root, offset);
  const path = around.find((node): node is AttributePath => node.kind === 'attribute-path');
  const parent: Node | undefined = around[around.indexOf(path ?? root) - 1];
  if (path === undefined || parent?.kind !== 'binding') return null;
  const scope = optionScope(source, root, path.start).path;
  const at = path.names.findIndex((name) => name.start <= offset && offset <= name.end);
  const name = path.names[at];
  if (scope === null || name?.kind !== 'identifier') return null;
  const names = pathNames(source, path.names.slice(0, at));
  return inModule([...scope, ...names], { name: name.name, from: name.start, to: name.end });
}

/** The option whose name is at an offset, `path` with that name; null: there is none. */
export function optionNamed(source: string, offset: number): OptionPlace | null {
  const rest = writtenBehind.exec(source.slice(offset))?.[0].length ?? 0;
  const place = optionPlace(source, offset + rest);
  return place === null || place.name === '' || offset < place.from
    ? null
    : { ...place, path: [...place.path, place.name] };
}
