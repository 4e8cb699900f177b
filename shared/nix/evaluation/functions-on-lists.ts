import { asBool, asInteger, asList, call, definitionsOf, force, holds, type Builtin } from './arguments.ts';
import { bool, integer, known, list, NotEvaluable, set, type Thunk, type Value } from './values.ts';

/** A list that a text makes by counting stops here; nobody writes a longer one. */
const MAX_LENGTH = 10_000;

/** Functions on lists of `builtins` and `lib`. */
export const listFunctions = definitionsOf((define) => {
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
    if (length > MAX_LENGTH) throw new NotEvaluable('error', 'makes too long a list', place);
    return list(Array.from({ length }, (_, index) => call(this, fn, place, known(integer(index)))));
  });
  define('range', 2, ([from, to], place) => {
    const [low, high] = [asInteger(from, place), asInteger(to, place)];
    if (high - low > MAX_LENGTH) throw new NotEvaluable('error', 'makes too long a list', place);
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
  const foldl: Builtin = function ([fn, start, items], place) {
    return asList(items, place).items.reduce(
      (sum, item) => force(call(this, fn, place, known(sum), item)),
      force(start),
    );
  };
  define('foldl', 3, foldl);
  define("foldl'", 3, foldl);
  define('optional', 2, ([condition, value], place) => {
    return list(asBool(condition, place) && value ? [value] : []);
  });
  define('optionals', 2, ([condition, value], place) => {
    return asBool(condition, place) ? asList(value, place) : list([]);
  });
  define('foldr', 3, function ([fn, start, items], place) {
    return asList(items, place).items.reduceRight(
      (sum, item) => force(call(this, fn, place, item, known(sum))),
      force(start),
    );
  });
  define('flatten', 1, ([value]) => list(flat(value)));
  define('toList', 1, ([value]) => (value && force(value).type === 'list' ? force(value) : list(value ? [value] : [])));
  define('singleton', 1, ([value]) => list(value ? [value] : []));
  define('reverseList', 1, ([items], place) => list([...asList(items, place).items].reverse()));
  define('forEach', 2, function ([items, fn], place) {
    return list(asList(items, place).items.map((item) => call(this, fn, place, item)));
  });
  define('take', 2, ([count, items], place) => list(asList(items, place).items.slice(0, asInteger(count, place))));
  define('drop', 2, ([count, items], place) => list(asList(items, place).items.slice(asInteger(count, place))));
  define('sublist', 3, ([start, count, items], place) => {
    const from = asInteger(start, place);
    return list(asList(items, place).items.slice(from, from + asInteger(count, place)));
  });
  define('init', 1, ([items], place) => {
    const { items: all } = asList(items, place);
    if (all.length === 0) throw new NotEvaluable('error', 'the list is empty', place);
    return list(all.slice(0, -1));
  });
  define('unique', 1, function ([items], place) {
    const kept: Thunk[] = [];
    for (const item of asList(items, place).items) {
      if (!kept.some((other) => this.isEqual(force(other), force(item)))) kept.push(item);
    }
    return list(kept);
  });
  define('any', 2, function ([fn, items], place) {
    return bool(asList(items, place).items.some((item) => holds(this, fn, place, item)));
  });
  define('all', 2, function ([fn, items], place) {
    return bool(asList(items, place).items.every((item) => holds(this, fn, place, item)));
  });
  define('count', 2, function ([fn, items], place) {
    return integer(asList(items, place).items.filter((item) => holds(this, fn, place, item)).length);
  });
  define('findFirst', 3, function ([fn, fallback, items], place) {
    return force(asList(items, place).items.find((item) => holds(this, fn, place, item)) ?? fallback);
  });
  define('partition', 2, function ([fn, items], place) {
    const marked = asList(items, place).items.map((item) => [item, holds(this, fn, place, item)] as const);
    const those = (isRight: boolean) => known(list(marked.flatMap(([item, is]) => (is === isRight ? [item] : []))));
    return set([
      ['right', those(true)],
      ['wrong', those(false)],
    ]);
  });
  define('sort', 2, function ([isBefore, items], place) {
    const sorted = [...asList(items, place).items].sort((a, b) =>
      holds(this, isBefore, place, a, b) ? -1 : holds(this, isBefore, place, b, a) ? 1 : 0,
    );
    return list(sorted);
  });
  define('remove', 2, function ([value, items], place) {
    return list(asList(items, place).items.filter((item) => !this.isEqual(force(item), force(value))));
  });
  define('subtractLists', 2, function ([gone, items], place) {
    const without = asList(gone, place).items;
    return list(
      asList(items, place).items.filter((item) => !without.some((other) => this.isEqual(force(item), force(other)))),
    );
  });
  define('intersectLists', 2, function ([left, right], place) {
    const others = asList(left, place).items;
    return list(
      asList(right, place).items.filter((item) => others.some((other) => this.isEqual(force(item), force(other)))),
    );
  });
  define('zipListsWith', 3, function ([fn, left, right], place) {
    const others = asList(right, place).items;
    return list(
      asList(left, place).items.flatMap((item, index) => {
        const other = others[index];
        return other ? [call(this, fn, place, item, other)] : [];
      }),
    );
  });
  define('zipLists', 2, ([left, right], place) => {
    const others = asList(right, place).items;
    return list(
      asList(left, place).items.flatMap((item, index) => {
        const other = others[index];
        return other
          ? [
              known(
                set([
                  ['fst', item],
                  ['snd', other],
                ]),
              ),
            ]
          : [];
      }),
    );
  });
});

function flat(thunk: Thunk | undefined): Thunk[] {
  if (!thunk) return [];
  const value: Value = force(thunk);
  return value.type === 'list' ? value.items.flatMap(flat) : [thunk];
}
