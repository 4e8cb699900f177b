import { asBool, asInteger, asList, asString, call, coerce, definitionsOf, force } from './arguments.ts';
import { matchPosix } from './posix-pattern.ts';
import { bool, integer, known, list, NotEvaluable, nullValue, string } from './values.ts';

/** Functions on strings of `builtins` and `lib`. */
export const textFunctions = definitionsOf((define) => {
  define('toString', 1, ([value], place) => string(coerce(force(value), place)));
  define('optionalString', 2, ([condition, value], place) => {
    return asBool(condition, place) ? string(asString(value, place)) : string('');
  });
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
  define('stringLength', 1, ([text], place) => integer(utf8Length(asString(text, place))));
  define('stringToCharacters', 1, ([text], place) => {
    const whole = asString(text, place);
    // Nix cuts between bytes; a text of other letters than ASCII would come apart.
    if (/[^\0-\x7f]/.test(whole)) throw new NotEvaluable('unknown', 'cuts a text between bytes', place);
    return list([...whole].map((character) => known(string(character))));
  });
  define('concatMapStrings', 2, function ([fn, items], place) {
    return string(
      asList(items, place)
        .items.map((item) => asString(call(this, fn, place, item), place))
        .join(''),
    );
  });
  define('concatLines', 1, ([items], place) =>
    string(
      asList(items, place)
        .items.map((item) => `${asString(item, place)}\n`)
        .join(''),
    ),
  );
  define('concatImapStringsSep', 3, function ([separator, fn, items], place) {
    return string(
      asList(items, place)
        .items.map((item, index) => asString(call(this, fn, place, known(integer(index + 1)), item), place))
        .join(asString(separator, place)),
    );
  });
  define('hasInfix', 2, ([part, text], place) => bool(asString(text, place).includes(asString(part, place))));
  define('trim', 1, ([text], place) => string(asString(text, place).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')));
  define('boolToString', 1, ([value], place) => string(asBool(value, place) ? 'true' : 'false'));
  define('baseNameOf', 1, ([text], place) => {
    const whole = asString(text, place).replace(/\/$/, '');
    return string(whole.slice(whole.lastIndexOf('/') + 1));
  });
  define('escapeShellArg', 1, ([value], place) => {
    const whole = coerce(force(value), place);
    return string(/^[\w%+,./:=@-]+$/.test(whole) ? whole : `'${whole.replaceAll("'", "'\\''")}'`);
  });
  define('match', 2, ([pattern, text], place) => {
    const found = matchPosix(asString(pattern, place), asString(text, place), place);
    return found === null
      ? nullValue
      : list(found.map((group) => known(group === undefined ? nullValue : string(group))));
  });
});

function utf8Length(text: string): number {
  return [...text].reduce((sum, character) => {
    const code = character.codePointAt(0) ?? 0;
    return sum + (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
  }, 0);
}
