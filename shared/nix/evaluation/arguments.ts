import type { Span } from '../syntax.ts';
import {
  describeType,
  NotEvaluable,
  nullValue,
  type Caller,
  type ListValue,
  type SetValue,
  type Thunk,
  type Value,
} from './values.ts';

export type Builtin = (this: Caller, taken: readonly Thunk[], place: Span | null) => Value;

export interface Definition {
  readonly arity: number;
  readonly run: Builtin;
}

export function force(thunk: Thunk | undefined): Value {
  const value = thunk?.force() ?? nullValue;
  if (value.type === 'outside')
    throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk?.expression ?? null);
  return value;
}

export function wrong(expected: string, value: Value, place: Span | null): NotEvaluable {
  return new NotEvaluable('error', `expected ${expected} but found ${describeType(value)}`, place);
}

export function asList(thunk: Thunk | undefined, place: Span | null): ListValue {
  const value = force(thunk);
  if (value.type !== 'list') throw wrong('a list', value, place);
  return value;
}

export function asSet(thunk: Thunk | undefined, place: Span | null): SetValue {
  const value = force(thunk);
  if (value.type !== 'set') throw wrong('a set', value, place);
  return value;
}

export function asString(thunk: Thunk | undefined, place: Span | null): string {
  const value = force(thunk);
  if (value.type !== 'string') throw wrong('a string', value, place);
  return value.value;
}

export function asInteger(thunk: Thunk | undefined, place: Span | null): number {
  const value = force(thunk);
  if (value.type !== 'integer') throw wrong('an integer', value, place);
  return Number(value.value);
}

export function call(evaluator: Caller, fn: Thunk | undefined, place: Span | null, ...taken: readonly Thunk[]): Thunk {
  let value: Value | null = null;
  return {
    expression: null,
    force: () => (value ??= taken.reduce((left, argument) => evaluator.apply(left, argument, place), force(fn))),
  };
}

export function holds(
  evaluator: Caller,
  fn: Thunk | undefined,
  place: Span | null,
  ...taken: readonly Thunk[]
): boolean {
  const value = force(call(evaluator, fn, place, ...taken));
  if (value.type !== 'bool') throw wrong('a Boolean', value, place);
  return value.value;
}

/** What `toString` and string contexts make of a value. */
export function coerce(value: Value, place: Span | null): string {
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
export function pair(thunk: Thunk, place: Span | null): readonly [string, Thunk] {
  const entry = asSet(thunk, place).attributes;
  const value = entry.get('value')?.thunk;
  if (!value) throw new NotEvaluable('error', "attribute 'value' missing", place);
  return [asString(entry.get('name')?.thunk, place), value];
}

export function sortedNames(value: SetValue): string[] {
  return [...value.attributes.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

export function asBool(thunk: Thunk | undefined, place: Span | null): boolean {
  const value = force(thunk);
  if (value.type !== 'bool') throw wrong('a Boolean', value, place);
  return value.value;
}

/** Functions of one area, by name. */
export function definitionsOf(
  fill: (define: (name: string, arity: number, run: Builtin) => void) => void,
): ReadonlyMap<string, Definition> {
  const definitions = new Map<string, Definition>();
  fill((name, arity, run) => definitions.set(name, { arity, run }));
  return definitions;
}
