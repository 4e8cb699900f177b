import { asBool, asList, asSet, asString, call, definitionsOf, force, holds, pair, sortedNames } from './arguments.ts';
import {
  bool,
  known,
  list,
  NotEvaluable,
  nullValue,
  set,
  string,
  type Caller,
  update,
  type SetValue,
  type Thunk,
} from './values.ts';
import type { Span } from '../syntax.ts';

/** Functions on attribute sets of `builtins` and `lib`. What they pass on keeps its place in the text. */
export const setFunctions = definitionsOf((define) => {
  define('optionalAttrs', 2, ([condition, value], place) => {
    return asBool(condition, place) ? asSet(value, place) : set([]);
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
  define('mergeAttrsList', 1, function ([items], place) {
    return asList(items, place).items.reduce((left, item) => update(this, left, asSet(item, place)), set([]));
  });
  define('recursiveUpdate', 2, function ([left, right], place) {
    return recursiveUpdate(this, asSet(left, place), asSet(right, place));
  });
  define('getAttrs', 2, ([names, value], place) => {
    const given = asSet(value, place);
    const wanted = asList(names, place).items.map((name) => asString(name, place));
    return { ...given, attributes: new Map([...given.attributes].filter(([name]) => wanted.includes(name))) };
  });
  define('intersectAttrs', 2, ([left, right], place) => {
    const [names, given] = [asSet(left, place).attributes, asSet(right, place)];
    return { ...given, attributes: new Map([...given.attributes].filter(([name]) => names.has(name))) };
  });
  define('mergeAttrs', 2, function ([left, right], place) {
    return update(this, asSet(left, place), asSet(right, place));
  });
  define('attrByPath', 3, ([path, fallback, value], place) => follow(path, value, place) ?? force(fallback));
  define('hasAttrByPath', 2, ([path, value], place) => bool(follow(path, value, place) !== null));
  define('getAttrFromPath', 2, ([path, value], place) => {
    const found = follow(path, value, place);
    if (!found) throw new NotEvaluable('error', 'an attribute on the path is missing', place);
    return found;
  });
  define('setAttrByPath', 2, ([path, value], place) => {
    const names = asList(path, place).items.map((name) => asString(name, place));
    return names.reduceRight<Thunk>((inner, name) => known(set([[name, inner]])), value ?? known(nullValue)).force();
  });
  define('catAttrs', 2, ([name, items], place) => {
    const wanted = asString(name, place);
    return list(asList(items, place).items.flatMap((item) => asSet(item, place).attributes.get(wanted)?.thunk ?? []));
  });
  define('attrsToList', 1, ([value], place) => {
    const given = asSet(value, place);
    return list(
      sortedNames(given).map((name) =>
        known(
          set([
            ['name', known(string(name))],
            ['value', given.attributes.get(name)?.thunk ?? known(nullValue)],
          ]),
        ),
      ),
    );
  });
  define('concatMapAttrs', 2, function ([fn, value], place) {
    const given = asSet(value, place);
    return sortedNames(given).reduce(
      (sum, name) =>
        update(
          this,
          sum,
          asSet(
            call(this, fn, place, known(string(name)), given.attributes.get(name)?.thunk ?? known(nullValue)),
            place,
          ),
        ),
      set([]),
    );
  });
  define('foldlAttrs', 3, function ([fn, start, value], place) {
    const given = asSet(value, place);
    return sortedNames(given).reduce(
      (sum, name) =>
        force(
          call(this, fn, place, known(sum), known(string(name)), given.attributes.get(name)?.thunk ?? known(nullValue)),
        ),
      force(start),
    );
  });
});

/** null where an attribute on the path is missing. */
function follow(path: Thunk | undefined, value: Thunk | undefined, place: Span | null) {
  let current = force(value);
  for (const item of asList(path, place).items) {
    const found = current.type === 'set' ? current.attributes.get(asString(item, place)) : undefined;
    if (!found) return null;
    current = force(found.thunk);
  }
  return current;
}

/** `lib.recursiveUpdate`: sets are joined all the way down, the right side wins. */
export function recursiveUpdate(evaluator: Pick<Caller, 'spend'>, left: SetValue, right: SetValue): SetValue {
  const joined = update(evaluator, left, right);
  const attributes = new Map(joined.attributes);
  for (const [name, attribute] of right.attributes) {
    const old = left.attributes.get(name);
    if (!old) continue;
    const [a, b] = [old.thunk.force(), attribute.thunk.force()];
    if (a.type === 'set' && b.type === 'set') {
      attributes.set(name, { thunk: known(recursiveUpdate(evaluator, a, b)), owner: attribute.owner });
    }
  }
  return { ...joined, attributes };
}
