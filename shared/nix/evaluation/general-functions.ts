import { asBool, asInteger, asList, asString, call, definitionsOf, force, type Builtin } from './arguments.ts';
import { conditional, merged } from './module-wrappers.ts';
import type { Span } from '../syntax.ts';
import { bool, integer, known, NotEvaluable, nullValue, set, type Thunk } from './values.ts';

const identity: Builtin = (taken) => force(taken[0]);
const second: Builtin = (taken) => force(taken[1]);
const third: Builtin = (taken) => force(taken[2]);
const raise: Builtin = ([message], place) => {
  throw new NotEvaluable('error', asString(message, place), place);
};

/** Types, numbers, errors, and the module system's wrappers as far as one file alone tells: the value inside. */
export const generalFunctions = definitionsOf((define) => {
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
  define('throw', 1, raise);
  define('abort', 1, raise);
  define('throwIf', 3, ([isBad, message, value], place) => {
    if (asBool(isBad, place)) throw new NotEvaluable('error', asString(message, place), place);
    return force(value);
  });
  define('throwIfNot', 3, ([isGood, message, value], place) => {
    if (!asBool(isGood, place)) throw new NotEvaluable('error', asString(message, place), place);
    return force(value);
  });
  define('mkDefault', 1, identity);
  define('mkForce', 1, identity);
  define('mkOptionDefault', 1, identity);
  define('mkOverride', 2, second);
  define('mkBefore', 1, identity);
  define('mkAfter', 1, identity);
  define('mkOrder', 2, second);
  define('mkIf', 2, function ([condition, value], place) {
    return conditional(this, condition, value, place);
  });
  define('mkMerge', 1, function ([items], place) {
    return merged(this, items, place);
  });
  define('mkEnableOption', 1, () => set([]));
  define('mkOption', 1, () => set([]));
  define('warnIf', 3, third);
  define('warnIfNot', 3, third);
  define('assertMsg', 2, ([condition, message], place) => {
    if (!asBool(condition, place)) throw new NotEvaluable('error', asString(message, place), place);
    return bool(true);
  });
  define('tryEval', 1, ([value]) => {
    try {
      const result = force(value);
      return set([
        ['success', known(bool(true))],
        ['value', known(result)],
      ]);
    } catch (error) {
      // Only `throw` and `assert` are caught by Nix; which of the errors those are is known by their being no others here.
      if (!(error instanceof NotEvaluable) || error.reason === 'unknown') throw error;
      return set([
        ['success', known(bool(false))],
        ['value', known(bool(false))],
      ]);
    }
  });
  define('mod', 2, ([left, right], place) => integer(quotient(left, right, place).rest));
  define('div', 2, ([left, right], place) => integer(quotient(left, right, place).whole));
  define('lessThan', 2, ([left, right], place) => bool(asInteger(left, place) < asInteger(right, place)));
  for (const [name, round] of [
    ['floor', Math.floor],
    ['ceil', Math.ceil],
  ] as const) {
    define(name, 1, ([value], place) => {
      const number = force(value);
      if (number.type === 'float') return integer(round(number.value));
      return integer(asInteger(value, place));
    });
  }
});

function quotient(left: Thunk | undefined, right: Thunk | undefined, place: Span | null) {
  const [a, b] = [BigInt(asInteger(left, place)), BigInt(asInteger(right, place))];
  if (b === 0n) throw new NotEvaluable('error', 'division by zero', place);
  return { whole: a / b, rest: a % b };
}
