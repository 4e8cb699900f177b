import { globalScope, standInLibrary } from '../nix/evaluation/builtins.ts';
import { Evaluator } from '../nix/evaluation/evaluate.ts';
import {
  known,
  NotEvaluable,
  set,
  string,
  list,
  integer,
  bool,
  nullValue,
  type SetValue,
  type Thunk,
  type Value,
} from '../nix/evaluation/values.ts';
import { positionAt } from '../nix/line.ts';
import { parseNix } from '../nix/parser.ts';
import type { AttributeSet, Expression, NixTree, Span } from '../nix/syntax.ts';
import { NixExpression } from '../nix/value.ts';
import type { Layout, LayoutPath, LayoutValue } from './layout.ts';
import { moduleArguments } from './module-arguments.ts';
import { deviceGroups } from './schema.ts';

/** A place in the text, with a sentence about it. Line and column count from 1. */
export interface SourceNote {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** An argument that the file takes. `isNeeded`: the layout depends on it and the file has no usable default. */
export interface LayoutArgument {
  readonly name: string;
  readonly isNeeded: boolean;
  /** Source text of the default. */
  readonly fallback: string | null;
}

/** The text behind a layout, for writing changes back into it. */
export interface LayoutSource {
  readonly tree: NixTree;
  /** The set that each path of the layout is written in. */
  readonly sets: ReadonlyMap<string, SetValue>;
  /** How many places of the layout come from a set of the text; a change of a shared one would change them all. */
  readonly uses: ReadonlyMap<AttributeSet, number>;
  /** The values of the file's arguments that it was read with. */
  readonly given: Readonly<Record<string, unknown>>;
}

export type LayoutReading =
  | {
      readonly ok: true;
      readonly layout: Layout;
      readonly source: LayoutSource;
      /** Where `disko.devices` is: names from the root of the file's value; empty for a bare `{ disk = ...; }`. */
      readonly devicesPath: readonly string[];
      readonly arguments: readonly LayoutArgument[];
      /** Values that were kept as expressions, since they need something from outside the file. */
      readonly kept: readonly (SourceNote & { readonly path: LayoutPath })[];
      /** Conditions (`lib.mkIf`) that only evaluation knows; the layout is shown as if they held. */
      readonly assumed: readonly SourceNote[];
    }
  | {
      readonly ok: false;
      /**
       * `syntax`: not Nix. `arguments`: needs values for `arguments`. `outside`: only evaluation by nix can tell.
       * `not-a-layout`: Nix, but no disko layout. `error`: Nix would fail on it.
       */
      readonly reason: 'syntax' | 'arguments' | 'outside' | 'not-a-layout' | 'error';
      readonly note: SourceNote;
      readonly arguments: readonly LayoutArgument[];
    };

class MissingArgument extends NotEvaluable {
  readonly argument: string;
  constructor(argument: string, place: Span) {
    super('error', `needs a value for the argument '${argument}'`, place);
    this.argument = argument;
  }
}

const MAX_LAYOUT_DEPTH = 100;

/**
 * Reads a disko layout from Nix text alone: plain data, `let`, functions with defaults, the common `lib` functions.
 *
 * @param given values for the arguments of the file, as JSON data
 */
export function readLayout(text: string, given: Readonly<Record<string, unknown>> = {}): LayoutReading {
  const tree = parseNix(text);
  const noteAt = (span: Span | null, message: string): SourceNote => ({
    message,
    ...positionAt(text, span?.start ?? 0),
  });
  const [problem] = tree.problems;
  if (problem) return { ok: false, reason: 'syntax', note: noteAt(problem, problem.message), arguments: [] };

  const declared = new Map<string, LayoutArgument>();
  const missing = new Set<string>();
  const argumentList = (): LayoutArgument[] =>
    [...declared.values()].map((item) => ({ ...item, isNeeded: missing.has(item.name) }));
  const evaluator = new Evaluator(tree);
  try {
    const root = callWithArguments(evaluator, evaluator.evaluate(tree.root, globalScope), given, declared, text);
    const direct = findDevices(root);
    const nested = direct ? [] : findNestedDevices(evaluator, root);
    const found = direct ?? nested[0];
    if (!found || nested.length > 1) {
      const places = nested.map(({ devices }) => noteAt(devices.origins[0]?.set ?? null, '').line);
      const message = found
        ? `This file holds ${nested.length} layouts (lines ${places.join(', ')}); one file for each can be opened.`
        : 'There is no `disko.devices` in this file.';
      const place = found?.devices.origins[0]?.set ?? tree.root;
      return { ok: false, reason: 'not-a-layout', note: noteAt(place, message), arguments: argumentList() };
    }
    const reader = new LayoutReader(text);
    const layout = reader.set(found.devices, []);
    return {
      ok: true,
      layout,
      source: { tree, sets: reader.sets, uses: reader.uses, given },
      devicesPath: found.path,
      arguments: argumentList(),
      kept: reader.kept.map(({ path, place, message }) => ({ path, ...noteAt(place, message) })),
      assumed: evaluator.assumed.map(({ place, on }) =>
        noteAt(place, sentence(`the layout is shown as if this condition held: it ${on}`)),
      ),
    };
  } catch (error) {
    if (error instanceof RangeError) {
      return {
        ok: false,
        reason: 'error',
        note: noteAt(null, 'The file is nested too deeply.'),
        arguments: argumentList(),
      };
    }
    if (!(error instanceof NotEvaluable)) throw error;
    if (error instanceof MissingArgument) missing.add(error.argument);
    const reason =
      error instanceof MissingArgument ? 'arguments' : error.reason === 'unknown' ? 'outside' : ('error' as const);
    return { ok: false, reason, note: noteAt(error.place, sentence(error.message)), arguments: argumentList() };
  }
}

function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}

/** Calls the file's function, and what it returns as long as that is a function again. */
function callWithArguments(
  evaluator: Evaluator,
  root: Value,
  given: Readonly<Record<string, unknown>>,
  declared: Map<string, LayoutArgument>,
  text: string,
): Value {
  let value = root;
  for (let calls = 0; value.type === 'lambda' && calls < 4; calls++) {
    const { node } = value;
    const entries: [string, Thunk][] = [];
    for (const formal of node.formals?.items ?? []) {
      const { name } = formal.name;
      const value = given[name];
      const fallback = formal.fallback ? text.slice(formal.fallback.start, formal.fallback.end) : null;
      if (name === 'lib') entries.push([name, known(standInLibrary())]);
      else if (value !== undefined) {
        declared.set(name, { name, isNeeded: false, fallback });
        entries.push([name, known(fromData(value))]);
      } else if (moduleArguments.has(name)) {
        if (!formal.fallback) entries.push([name, known({ type: 'outside', name })]);
      } else {
        declared.set(name, { name, isNeeded: false, fallback });
        // A default that only says "set this" is no default.
        if (!formal.fallback || isThrow(formal.fallback)) {
          entries.push([name, { expression: null, force: () => fail(new MissingArgument(name, formal)) }]);
        }
      }
    }
    const argument: Thunk = node.formals
      ? known(set(entries))
      : known(given[node.parameter?.name ?? ''] === undefined ? outsideArguments() : fromData(given));
    value = evaluator.apply(value, argument, null);
  }
  return value;
}

/** For `args: { ... args.lib ... }`: everything but lib is outside. */
function outsideArguments(): Value {
  return { ...set([['lib', known(standInLibrary())]]), partialName: 'the arguments' };
}

function fail(error: Error): never {
  throw error;
}

function isThrow(expression: Expression): boolean {
  if (expression.kind === 'parenthesis') return isThrow(expression.expression);
  if (expression.kind !== 'apply') return false;
  const { function: fn } = expression;
  return fn.kind === 'identifier' && (fn.name === 'throw' || fn.name === 'abort');
}

/** Plain data as a value. */
function fromData(data: unknown): Value {
  if (data === null || data === undefined) return nullValue;
  if (typeof data === 'string') return string(data);
  if (typeof data === 'boolean') return bool(data);
  if (typeof data === 'number') return Number.isInteger(data) ? integer(data) : { type: 'float', value: data };
  if (Array.isArray(data)) return list(data.map((item: unknown) => known(fromData(item))));
  return set(Object.entries(data).map(([name, item]) => [name, known(fromData(item))] as const));
}

function asSet(thunk: Thunk | undefined): SetValue | null {
  const value = thunk?.force();
  if (value?.type === 'outside')
    throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk?.expression ?? null);
  return value?.type === 'set' ? value : null;
}

interface Found {
  readonly devices: SetValue;
  readonly path: readonly string[];
}

function findDevices(root: Value): Found | null {
  if (root.type === 'outside') throw new NotEvaluable('unknown', `is ${root.name}`);
  if (root.type !== 'set') return null;
  for (const path of [['disko', 'devices'], ['config', 'disko', 'devices'], ['devices'], []]) {
    let current: SetValue | null = root;
    for (const name of path) current = current ? asSet(current.attributes.get(name)?.thunk) : null;
    if (!current) continue;
    const isLayout = path.includes('disko') || hasGroups(current);
    if (isLayout) return { devices: current, path };
  }
  return null;
}

/** How far below the root of a file a module may lie, and how many values are looked at. */
const MAX_MODULE_DEPTH = 8;
const MAX_LOOKS = 2000;

/**
 * Layouts in modules that a file hands on by name (`flake.modules.nixos.host = { disko.devices = ...; }`), as flakes of
 * many parts are written. Functions on the way are called with arguments that are known to nobody here.
 */
function findNestedDevices(evaluator: Evaluator, root: Value): Found[] {
  const found: Found[] = [];
  const queue: { value: Value; path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let looks = 0; queue.length > 0 && looks < MAX_LOOKS; looks++) {
    const next = queue.shift();
    if (!next || next.path.length > MAX_MODULE_DEPTH) continue;
    const { path } = next;
    const value = attempt(() => callWithArguments(evaluator, next.value, {}, new Map(), evaluator.source));
    if (value?.type !== 'set') continue;
    const devices = attempt(() => asSet(asSet(value.attributes.get('disko')?.thunk)?.attributes.get('devices')?.thunk));
    if (devices) {
      found.push({ devices, path: [...path, 'disko', 'devices'] });
      continue;
    }
    for (const [name, { thunk }] of value.attributes) {
      const inner = attempt(() => thunk.force());
      if (inner?.type === 'set' || inner?.type === 'lambda') queue.push({ value: inner, path: [...path, name] });
    }
  }
  return found;
}

/** null where only evaluation by nix could tell, or where it would fail. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotEvaluable) return null;
    throw error;
  }
}

function hasGroups(value: SetValue): boolean {
  return Object.keys(deviceGroups).some((group) => {
    const entry = value.attributes.get(group);
    return entry !== undefined && entry.thunk.force().type === 'set';
  });
}

/** Turns values into layout data and remembers where each set is written. */
class LayoutReader {
  readonly sets = new Map<string, SetValue>();
  readonly uses = new Map<AttributeSet, number>();
  readonly kept: { path: LayoutPath; place: Span | null; message: string }[] = [];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  set(value: SetValue, path: LayoutPath): Layout {
    if (path.length > MAX_LAYOUT_DEPTH) throw new NotEvaluable('error', 'is nested too deeply');
    this.sets.set(pathKey(path), value);
    for (const { set: node, prefix } of value.origins) {
      // Dotted spellings reach the same set of the text several times; only its own top counts as a use.
      if (prefix.length === 0) this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
    }
    const entries = [...value.attributes].map(
      ([name, attribute]) => [name, this.value(attribute.thunk, [...path, name])] as const,
    );
    return Object.fromEntries(entries.filter((entry): entry is [string, LayoutValue] => entry[1] !== undefined));
  }

  /** undefined where the definition is switched off. */
  private value(thunk: Thunk, path: LayoutPath): LayoutValue | undefined {
    try {
      return this.plain(thunk.force(), thunk, path);
    } catch (error) {
      if (!(error instanceof NotEvaluable) || error.reason !== 'unknown' || !thunk.expression) throw error;
      return this.keep(thunk.expression, path, error);
    }
  }

  private keep(expression: Expression, path: LayoutPath, error: NotEvaluable): NixExpression {
    this.kept.push({ path, place: expression, message: sentence(`${path.join('.')} ${error.message}`) });
    return new NixExpression(this.text.slice(expression.start, expression.end));
  }

  private plain(value: Value, thunk: Thunk, path: LayoutPath): LayoutValue | undefined {
    switch (value.type) {
      case 'absent':
        return undefined;
      case 'set':
        return this.set(value, path);
      case 'list':
        return value.items.map((item, index) => this.value(item, [...path, index]) ?? null);
      case 'integer':
        return Number(value.value);
      case 'float':
      case 'bool':
      case 'string':
        return value.value;
      case 'null':
        return null;
      case 'outside':
        throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk.expression);
      case 'path':
      case 'lambda':
      case 'builtin':
        throw new NotEvaluable('unknown', `is ${value.type === 'path' ? 'a path' : 'a function'}`, thunk.expression);
    }
  }
}

/** A path as a map key. */
export function pathKey(path: LayoutPath): string {
  return JSON.stringify(path);
}
