import type { Span } from '../syntax.ts';
import {
  bool,
  describeType,
  integer,
  known,
  list,
  NotEvaluable,
  nullValue,
  set,
  string,
  update,
  type Caller,
  type ListValue,
  type Scope,
  type SetValue,
  type Thunk,
  type Value,
} from './values.ts';

type Builtin = (this: Caller, taken: readonly Thunk[], place: Span | null) => Value;

interface Definition {
  readonly arity: number;
  readonly run: Builtin;
}

const definitions = new Map<string, Definition>();

function force(thunk: Thunk | undefined): Value {
  const value = thunk?.force() ?? nullValue;
  if (value.type === 'outside')
    throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk?.expression ?? null);
  return value;
}

function wrong(expected: string, value: Value, place: Span | null): NotEvaluable {
  return new NotEvaluable('error', `expected ${expected} but found ${describeType(value)}`, place);
}

function asList(thunk: Thunk | undefined, place: Span | null): ListValue {
  const value = force(thunk);
  if (value.type !== 'list') throw wrong('a list', value, place);
  return value;
}

function asSet(thunk: Thunk | undefined, place: Span | null): SetValue {
  const value = force(thunk);
  if (value.type !== 'set') throw wrong('a set', value, place);
  return value;
}

function asString(thunk: Thunk | undefined, place: Span | null): string {
  const value = force(thunk);
  if (value.type !== 'string') throw wrong('a string', value, place);
  return value.value;
}

function asInteger(thunk: Thunk | undefined, place: Span | null): number {
  const value = force(thunk);
  if (value.type !== 'integer') throw wrong('an integer', value, place);
  return Number(value.value);
}

function define(name: string, arity: number, run: Builtin): void {
  definitions.set(name, { arity, run });
}

function call(evaluator: Caller, fn: Thunk | undefined, place: Span | null, ...taken: readonly Thunk[]): Thunk {
  let value: Value | null = null;
  return {
    expression: null,
    force: () => (value ??= taken.reduce((left, argument) => evaluator.apply(left, argument, place), force(fn))),
  };
}

function holds(evaluator: Caller, fn: Thunk | undefined, place: Span | null, ...taken: readonly Thunk[]): boolean {
  const value = force(call(evaluator, fn, place, ...taken));
  if (value.type !== 'bool') throw wrong('a Boolean', value, place);
  return value.value;
}

/** What `toString` and string contexts make of a value. */
function coerce(value: Value, place: Span | null): string {
  switch (value.type) {
    case 'string':
      return value.value;
    case 'integer':
      return value.value.toString();
    case 'float':
      return value.value.toFixed(6);
    case 'bool':
      return value.value ? '1' : '';
    case 'null':
      return '';
    case 'list':
      return value.items.map((item) => coerce(force(item), place)).join(' ');
    default:
      throw new NotEvaluable('unknown', `${describeType(value)} as a string`, place);
  }
}

/** One entry of a list of `{ name, value }`. */
function pair(thunk: Thunk, place: Span | null): readonly [string, Thunk] {
  const entry = asSet(thunk, place).attributes;
  const value = entry.get('value')?.thunk;
  if (!value) throw new NotEvaluable('error', "attribute 'value' missing", place);
  return [asString(entry.get('name')?.thunk, place), value];
}

function sortedNames(value: SetValue): string[] {
  return [...value.attributes.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const identity: Builtin = (taken) => force(taken[0]);
const second: Builtin = (taken) => force(taken[1]);

define('toString', 1, ([value], place) => string(coerce(force(value), place)));
define('map', 2, function ([fn, items], place) {
  return list(asList(items, place).items.map((item) => call(this, fn, place, item)));
});
define('filter', 2, function ([fn, items], place) {
  return list(asList(items, place).items.filter((item) => holds(this, fn, place, item)));
});
define('elemAt', 2, ([items, index], place) => {
  const item = asList(items, place).items[asInteger(index, place)];
  if (!item) throw new NotEvaluable('error', 'the list has no item there', place);
  return force(item);
});
define('head', 1, ([items], place) => {
  const [first] = asList(items, place).items;
  if (!first) throw new NotEvaluable('error', 'the list is empty', place);
  return force(first);
});
define('tail', 1, ([items], place) => list(asList(items, place).items.slice(1)));
define('last', 1, ([items], place) => {
  const last = asList(items, place).items.at(-1);
  if (!last) throw new NotEvaluable('error', 'the list is empty', place);
  return force(last);
});
define('length', 1, ([items], place) => integer(asList(items, place).items.length));
define('elem', 2, function ([wanted, items], place) {
  const value = force(wanted);
  return bool(asList(items, place).items.some((item) => this.isEqual(value, force(item))));
});
define('concatLists', 1, ([items], place) =>
  list(asList(items, place).items.flatMap((item) => asList(item, place).items)),
);
define('concatMap', 2, function ([fn, items], place) {
  return list(asList(items, place).items.flatMap((item) => asList(call(this, fn, place, item), place).items));
});
define('genList', 2, function ([fn, count], place) {
  const length = asInteger(count, place);
  if (length > 10_000) throw new NotEvaluable('error', 'makes too long a list', place);
  return list(Array.from({ length }, (_, index) => call(this, fn, place, known(integer(index)))));
});
define('range', 2, ([from, to], place) => {
  const [low, high] = [asInteger(from, place), asInteger(to, place)];
  if (high - low > 10_000) throw new NotEvaluable('error', 'makes too long a list', place);
  return list(Array.from({ length: Math.max(0, high - low + 1) }, (_, index) => known(integer(low + index))));
});
for (const [name, base] of [
  ['imap0', 0],
  ['imap1', 1],
] as const) {
  define(name, 2, function ([fn, items], place) {
    return list(
      asList(items, place).items.map((item, index) => call(this, fn, place, known(integer(base + index)), item)),
    );
  });
}
define('foldl', 3, function ([fn, start, items], place) {
  return asList(items, place).items.reduce((sum, item) => force(call(this, fn, place, known(sum), item)), force(start));
});
definitions.set("foldl'", definitions.get('foldl') as Definition);
define('optional', 2, ([condition, value], place) => {
  const isOn = force(condition);
  if (isOn.type !== 'bool') throw wrong('a Boolean', isOn, place);
  return list(isOn.value && value ? [value] : []);
});
define('optionals', 2, ([condition, value], place) => {
  const isOn = force(condition);
  if (isOn.type !== 'bool') throw wrong('a Boolean', isOn, place);
  return isOn.value ? asList(value, place) : list([]);
});
define('optionalAttrs', 2, ([condition, value], place) => {
  const isOn = force(condition);
  if (isOn.type !== 'bool') throw wrong('a Boolean', isOn, place);
  return isOn.value ? asSet(value, place) : set([]);
});
define('optionalString', 2, ([condition, value], place) => {
  const isOn = force(condition);
  if (isOn.type !== 'bool') throw wrong('a Boolean', isOn, place);
  return isOn.value ? string(asString(value, place)) : string('');
});
define('attrNames', 1, ([value], place) => list(sortedNames(asSet(value, place)).map((name) => known(string(name)))));
define('attrValues', 1, ([value], place) => {
  const given = asSet(value, place);
  return list(sortedNames(given).flatMap((name) => given.attributes.get(name)?.thunk ?? []));
});
define('hasAttr', 2, ([name, value], place) => bool(asSet(value, place).attributes.has(asString(name, place))));
define('getAttr', 2, ([name, value], place) => {
  const wanted = asString(name, place);
  const found = asSet(value, place).attributes.get(wanted);
  if (!found) throw new NotEvaluable('error', `attribute '${wanted}' missing`, place);
  return force(found.thunk);
});
define('listToAttrs', 1, ([items], place) => {
  // The first of two equal names wins.
  const entries = asList(items, place).items.map((item) => pair(item, place));
  return set(entries.reverse());
});
define('nameValuePair', 2, ([name, value]) =>
  set([
    ['name', name ?? known(nullValue)],
    ['value', value ?? known(nullValue)],
  ]),
);
define('mapAttrs', 2, function ([fn, value], place) {
  return set(
    [...asSet(value, place).attributes].map(
      ([name, attribute]) => [name, call(this, fn, place, known(string(name)), attribute.thunk)] as const,
    ),
  );
});
define("mapAttrs'", 2, function ([fn, value], place) {
  return set(
    [...asSet(value, place).attributes].map(([name, attribute]) =>
      pair(call(this, fn, place, known(string(name)), attribute.thunk), place),
    ),
  );
});
define('mapAttrsToList', 2, function ([fn, value], place) {
  const given = asSet(value, place);
  return list(
    sortedNames(given).map((name) =>
      call(this, fn, place, known(string(name)), given.attributes.get(name)?.thunk ?? known(nullValue)),
    ),
  );
});
define('filterAttrs', 2, function ([fn, value], place) {
  const given = asSet(value, place);
  const kept = [...given.attributes].filter(([name, attribute]) =>
    holds(this, fn, place, known(string(name)), attribute.thunk),
  );
  return { ...given, attributes: new Map(kept) };
});
define('genAttrs', 2, function ([names, fn], place) {
  return set(asList(names, place).items.map((name) => [asString(name, place), call(this, fn, place, name)] as const));
});
define('removeAttrs', 2, ([value, names], place) => {
  const given = asSet(value, place);
  const gone = new Set(asList(names, place).items.map((name) => asString(name, place)));
  return { ...given, attributes: new Map([...given.attributes].filter(([name]) => !gone.has(name))) };
});
define('mergeAttrsList', 1, ([items], place) =>
  asList(items, place).items.reduce((left, item) => update(left, asSet(item, place)), set([])),
);
define('recursiveUpdate', 2, ([left, right], place) => recursiveUpdate(asSet(left, place), asSet(right, place)));
define('concatStringsSep', 2, ([separator, items], place) =>
  string(
    asList(items, place)
      .items.map((item) => asString(item, place))
      .join(asString(separator, place)),
  ),
);
define('concatStrings', 1, ([items], place) =>
  string(
    asList(items, place)
      .items.map((item) => asString(item, place))
      .join(''),
  ),
);
define('concatMapStringsSep', 3, function ([separator, fn, items], place) {
  return string(
    asList(items, place)
      .items.map((item) => asString(call(this, fn, place, item), place))
      .join(asString(separator, place)),
  );
});
define('hasPrefix', 2, ([prefix, text], place) => bool(asString(text, place).startsWith(asString(prefix, place))));
define('hasSuffix', 2, ([suffix, text], place) => bool(asString(text, place).endsWith(asString(suffix, place))));
define('removePrefix', 2, ([prefix, text], place) => {
  const [start, whole] = [asString(prefix, place), asString(text, place)];
  return string(whole.startsWith(start) ? whole.slice(start.length) : whole);
});
define('removeSuffix', 2, ([suffix, text], place) => {
  const [end, whole] = [asString(suffix, place), asString(text, place)];
  return string(whole.endsWith(end) ? whole.slice(0, whole.length - end.length) : whole);
});
define('replaceStrings', 3, ([from, to, text], place) => {
  const olds = asList(from, place).items.map((item) => asString(item, place));
  const news = asList(to, place).items;
  if (olds.includes('')) throw new NotEvaluable('unknown', 'replaces the empty string', place);
  const whole = asString(text, place);
  let result = '';
  for (let index = 0; index < whole.length;) {
    const hit = olds.findIndex((old) => whole.startsWith(old, index));
    if (hit < 0) result += whole[index++] ?? '';
    else {
      result += asString(news[hit], place);
      index += olds[hit]?.length ?? 1;
    }
  }
  return string(result);
});
define('splitString', 2, ([separator, text], place) =>
  list(
    asString(text, place)
      .split(asString(separator, place))
      .map((piece) => known(string(piece))),
  ),
);
define('substring', 3, ([start, length, text], place) => {
  const from = asInteger(start, place);
  const count = asInteger(length, place);
  return string(asString(text, place).slice(from, count < 0 ? undefined : from + count));
});
define('toUpper', 1, ([text], place) => string(asString(text, place).toUpperCase()));
define('toLower', 1, ([text], place) => string(asString(text, place).toLowerCase()));
define('fixedWidthString', 3, ([width, filler, text], place) =>
  string(asString(text, place).padStart(asInteger(width, place), asString(filler, place))),
);
define('fixedWidthNumber', 2, ([width, value], place) =>
  string(coerce(force(value), place).padStart(asInteger(width, place), '0')),
);
define('toInt', 1, ([text], place) => integer(BigInt(asString(text, place))));
for (const [name, type] of [
  ['isString', 'string'],
  ['isList', 'list'],
  ['isAttrs', 'set'],
  ['isBool', 'bool'],
  ['isInt', 'integer'],
  ['isFloat', 'float'],
] as const) {
  define(name, 1, ([value]) => bool(force(value).type === type));
}
define('isFunction', 1, ([value]) => bool(['lambda', 'builtin'].includes(force(value).type)));
define('isNull', 1, ([value]) => bool(force(value).type === 'null'));
for (const [name, run] of [
  ['add', (a: bigint, b: bigint) => a + b],
  ['sub', (a: bigint, b: bigint) => a - b],
  ['mul', (a: bigint, b: bigint) => a * b],
  ['min', (a: bigint, b: bigint) => (a < b ? a : b)],
  ['max', (a: bigint, b: bigint) => (a > b ? a : b)],
] as const) {
  define(name, 2, ([left, right], place) =>
    integer(run(BigInt(asInteger(left, place)), BigInt(asInteger(right, place)))),
  );
}
define('id', 1, identity);
define('const', 2, identity);
define('flip', 3, function ([fn, left, right], place) {
  return right && left ? force(call(this, fn, place, right, left)) : nullValue;
});
define('pipe', 2, function ([value, functions], place) {
  return asList(functions, place).items.reduce((sum, fn) => force(call(this, fn, place, known(sum))), force(value));
});
define('seq', 2, second);
define('deepSeq', 2, second);
define('trace', 2, second);
define('warn', 2, second);
define('throw', 1, ([message], place) => {
  throw new NotEvaluable('error', asString(message, place), place);
});
definitions.set('abort', definitions.get('throw') as Definition);
// The module system's wrappers, as far as one file alone tells: the value inside.
define('mkDefault', 1, identity);
define('mkForce', 1, identity);
define('mkOptionDefault', 1, identity);
define('mkOverride', 2, second);
define('mkBefore', 1, identity);
define('mkAfter', 1, identity);
define('mkOrder', 2, second);
define('mkIf', 2, ([condition, value], place) => {
  const isOn = force(condition);
  if (isOn.type !== 'bool') throw wrong('a Boolean', isOn, place);
  return isOn.value ? force(value) : { type: 'absent' };
});
define('mkMerge', 1, ([items], place) =>
  asList(items, place)
    .items.filter((item) => item.force().type !== 'absent')
    .reduce((left, item) => recursiveUpdate(left, asSet(item, place)), set([])),
);

function recursiveUpdate(left: SetValue, right: SetValue): SetValue {
  const joined = update(left, right);
  const attributes = new Map(joined.attributes);
  for (const [name, attribute] of right.attributes) {
    const old = left.attributes.get(name);
    if (!old) continue;
    const [a, b] = [old.thunk.force(), attribute.thunk.force()];
    if (a.type === 'set' && b.type === 'set') {
      attributes.set(name, { thunk: known(recursiveUpdate(a, b)), owner: attribute.owner });
    }
  }
  return { ...joined, attributes };
}

export const builtinFunctions: ReadonlyMap<string, Builtin> = new Map(
  [...definitions].map(([name, definition]) => [name, definition.run] as const),
);

function asValue(name: string, definition: Definition): Thunk {
  return known({ type: 'builtin', name, arity: definition.arity, taken: [] });
}

const functions = [...definitions].map(([name, definition]) => [name, asValue(name, definition)] as const);

/**
 * A stand-in for nixpkgs' `lib` with the functions that layouts and inventories use. What it does not have is reported
 * as something from outside the file, never as an error of it.
 */
export function standInLibrary(): Value {
  const flat = set(functions);
  const groups = ['attrsets', 'lists', 'strings', 'trivial', 'modules'].map((name) => [name, known(flat)] as const);
  return { ...set([...functions, ...groups]), partialName: 'lib' };
}

const builtins = known({
  ...set([...functions, ['true', known(bool(true))], ['false', known(bool(false))], ['null', known(nullValue)]]),
  partialName: 'builtins',
});

const globals = new Map<string, Thunk>([
  ['true', known(bool(true))],
  ['false', known(bool(false))],
  ['null', known(nullValue)],
  ['builtins', builtins],
  ...functions.filter(([name]) => ['map', 'toString', 'throw', 'abort', 'removeAttrs', 'isNull'].includes(name)),
]);

const outsideGlobals = new Set([
  'import',
  'fetchTarball',
  'fetchGit',
  'derivation',
  'baseNameOf',
  'dirOf',
  'placeholder',
]);

/** The names that every Nix text can see. */
export const globalScope: Scope = {
  lookup: (name) => globals.get(name) ?? (outsideGlobals.has(name) ? known({ type: 'outside', name }) : null),
  withs: [],
};
