import { pathNames } from '../locate.ts';
import type { Apply, Binding, Expression, Lambda, Node } from '../syntax.ts';
import { children } from '../walk.ts';

/** The way to an option, as its names; null stands for a name that only evaluation knows (`users.users.${name}`). */
export type OptionPath = readonly (string | null)[];

/** What a set, or each item of a list, would be at some place of a text. */
type Place =
  /** Its names are options below this path; empty: it is the body of a module. */
  | { readonly kind: 'options'; readonly path: OptionPath }
  /** A list of values that are merged into one: those of `mkMerge`. */
  | { readonly kind: 'merged'; readonly path: OptionPath }
  /** A list of modules: `imports`, and `modules` of `nixosSystem`. */
  | { readonly kind: 'modules' }
  /** A set whose values are modules: a colmena hive, `nixosModules`. */
  | { readonly kind: 'named-modules' }
  /** Anything else. */
  | { readonly kind: 'none' };

export interface OptionScope {
  /** Where a set at this place puts what it binds; null: its names are no options. */
  readonly path: OptionPath | null;
  /** What `config` means there: the way to the module's own options; null: nothing is known of it. */
  readonly config: OptionPath | null;
}

const none: Place = { kind: 'none' };
const moduleBody: Place = { kind: 'options', path: [] };
const modules: Place = { kind: 'modules' };
const namedModules: Place = { kind: 'named-modules' };

/** Functions of nixpkgs' lib whose last argument is what they stand for. */
const transparent = new Set([
  'mkIf',
  'mkDefault',
  'mkForce',
  'mkOverride',
  'mkBefore',
  'mkAfter',
  'mkOrder',
  'mkVMOverride',
  'optionalAttrs',
  'recursiveUpdate',
]);
/** Functions that are given a function for the value of each name. */
const perName = new Set(['genAttrs', 'mapAttrs']);
/** Attributes outside of modules whose value is a list of modules. */
const listsOfModules = new Set(['modules', 'imports', 'extraModules', 'baseModules']);
const setsOfModules = new Set(['nixosModules', 'colmena']);
/** Attributes of a hive that are no hosts. */
const hiveSettings = new Set(['meta', 'network']);

function inner(place: Place, names: OptionPath): Place {
  if (place.kind === 'options') {
    const [first, ...rest] = names;
    if (place.path.length > 0 || first === undefined) return { kind: 'options', path: [...place.path, ...names] };
    if (first === 'config') return { kind: 'options', path: rest };
    if (first === 'imports') return modules;
    // Declarations: their names are being made here.
    return first === 'options' ? none : { kind: 'options', path: names };
  }
  if (place.kind === 'named-modules') {
    const [name, ...rest] = names;
    return typeof name === 'string' && hiveSettings.has(name) ? none : { kind: 'options', path: rest };
  }
  const last = names.at(-1);
  if (typeof last === 'string' && listsOfModules.has(last)) return modules;
  const at = names.findLastIndex((name) => name !== null && setsOfModules.has(name));
  return at === -1 ? none : at === names.length - 1 ? namedModules : inner(namedModules, names.slice(at + 1));
}

function insideList(place: Place): Place {
  if (place.kind === 'modules') return moduleBody;
  if (place.kind === 'merged') return { kind: 'options', path: place.path };
  return place.kind === 'options' && place.path.length > 0 ? { kind: 'options', path: [...place.path, '*'] } : none;
}

/** The last name of what is called: `mkIf` of `lib.mkIf`. */
function calledName(source: string, expression: Expression): string | null {
  if (expression.kind === 'identifier') return expression.name;
  if (expression.kind === 'parenthesis') return calledName(source, expression.expression);
  return expression.kind === 'select' ? (pathNames(source, expression.path.names).at(-1) ?? null) : null;
}

/** What an argument of a call is. `behind`: the arguments that follow it. */
function argumentOf(source: string, apply: Apply, place: Place, behind: number): Place {
  let head: Expression = apply.function;
  while (head.kind === 'apply') head = head.function;
  const name = calledName(source, head);
  if (name === 'makeHive') return namedModules;
  if (name === null || place.kind === 'none') return none;
  if (perName.has(name) && place.kind === 'options') {
    return apply.argument.kind === 'list' ? none : { kind: 'options', path: [...place.path, null] };
  }
  if (behind > 0) return none;
  if (transparent.has(name)) return place;
  return name === 'mkMerge' && place.kind === 'options' ? { kind: 'merged', path: place.path } : none;
}

function bindsConfig({ formals }: Lambda): boolean {
  return formals?.items.some(({ name }) => name.name === 'config') ?? false;
}

/** True for the set of a flake.nix: what is in it is no module. */
function isFlake(root: Expression): boolean {
  return bindingsOf(root).some(({ path }) => path.names[0]?.kind === 'identifier' && path.names[0].name === 'outputs');
}

/** True for the value of a hive.nix. */
function isHive(source: string, root: Expression): boolean {
  return bindingsOf(root).some(({ path, value }) => {
    const [first, second] = pathNames(source, path.names);
    if (first !== 'meta' && first !== 'network') return false;
    return (
      second === 'nixpkgs' || bindingsOf(value).some((item) => pathNames(source, item.path.names)[0] === 'nixpkgs')
    );
  });
}

function bindingsOf(expression: Expression): Binding[] {
  return expression.kind === 'attribute-set' ? expression.bindings.filter((item) => item.kind === 'binding') : [];
}

/** What the value of a file is: the body of a module, unless it shows that it is something else. */
function placeOfFile(source: string, root: Expression): Place {
  // `final: prev: …` is an overlay; modules name what they use.
  if (root.kind === 'lambda' && root.formals === null) return none;
  if (isFlake(root)) return none;
  return isHive(source, root) ? namedModules : moduleBody;
}

/** The place of a child of a node that is at `place`. */
function placeOfChild(source: string, node: Node, child: Node, place: Place): Place {
  switch (node.kind) {
    case 'binding':
      return child === node.value ? inner(place, pathNames(source, node.path.names)) : place;
    case 'list':
      return insideList(place);
    case 'attribute-set':
    case 'attribute-path':
    case 'parenthesis':
      return place;
    case 'lambda':
    case 'let':
    case 'with':
    case 'assert':
      return child === node.body ? place : none;
    case 'if':
      return child === node.condition ? none : place;
    case 'binary':
      return node.operator === '//' || node.operator === '++' ? place : none;
    default:
      return none;
  }
}

/**
 * What names of options mean at an offset of a file: where the innermost set there puts what it binds, followed through
 * nested and dotted sets, `config`, `imports`, `mkIf`, `mkMerge` and their kin, functions, and the lists of modules in a
 * flake. A file is taken for a module unless it shows that it is a flake, a hive or an overlay.
 */
export function optionScope(source: string, root: Expression, offset: number): OptionScope {
  let node: Node = root;
  let place = placeOfFile(source, root);
  let config: OptionPath | null = null;
  let laterArguments = 0;
  for (;;) {
    if (node.kind === 'lambda' && bindsConfig(node)) config = place.kind === 'options' ? place.path : null;
    const next: Node | undefined = children(node).find((child) => child.start <= offset && offset <= child.end);
    if (next === undefined) break;
    const isEarlierArgument = node.kind === 'apply' && next === node.function && next.kind === 'apply';
    if (!isEarlierArgument) {
      place =
        node.kind === 'apply' && next === node.argument
          ? argumentOf(source, node, place, laterArguments)
          : placeOfChild(source, node, next, place);
    }
    laterArguments = isEarlierArgument ? laterArguments + 1 : 0;
    node = next;
  }
  return { path: place.kind === 'options' ? place.path : null, config };
}
