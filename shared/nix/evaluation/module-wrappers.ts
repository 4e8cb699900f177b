import type { Span } from '../syntax.ts';
import { asBool, asList, asSet, force } from './arguments.ts';
import { recursiveUpdate } from './functions-on-sets.ts';
import { NotEvaluable, set, type Caller, type SetValue, type Thunk, type Value } from './values.ts';

/* What the module system makes of `lib.mkIf` and `lib.mkMerge`, and of the sets with a `_type` that those stand for. */

/** `lib.mkIf`: a condition that only evaluation knows is taken to hold, and noted. */
export function conditional(
  evaluator: Caller,
  condition: Thunk | undefined,
  value: Thunk | undefined,
  place: Span | null,
): Value {
  try {
    return asBool(condition, place) ? force(value) : { type: 'absent' };
  } catch (error) {
    if (!(error instanceof NotEvaluable) || error.reason !== 'unknown') throw error;
    evaluator.assumed.push({ place: condition?.expression ?? place, on: error.message });
    return force(value);
  }
}

/** `lib.mkMerge`. */
export function merged(evaluator: Caller, items: Thunk | undefined, place: Span | null): SetValue {
  const before = evaluator.assumed.length;
  const sum = asList(items, place)
    .items.filter((item) => item.force().type !== 'absent')
    .reduce((left, item) => recursiveUpdate(evaluator, left, asSet(item, place)), set([]));
  // Of several such conditions usually one holds, and their sum is no layout at all.
  if (evaluator.assumed.length > before + 1) {
    throw new NotEvaluable('unknown', 'depends on conditions that only evaluation knows', place);
  }
  return sum;
}

/** A set as the module system takes it: files that are written by a program hold `{ _type = "merge"; ... }` and the like. */
export function unwrapped(evaluator: Caller, value: SetValue, place: Span): Value {
  const attribute = (name: string): Thunk | undefined => value.attributes.get(name)?.thunk;
  const type = attribute('_type')?.force();
  if (type?.type !== 'string') return value;
  switch (type.value) {
    case 'if':
      return conditional(evaluator, attribute('condition'), attribute('content'), place);
    case 'merge':
      return merged(evaluator, attribute('contents'), place);
    case 'override':
    case 'order':
      return force(attribute('content'));
    default:
      return value;
  }
}
