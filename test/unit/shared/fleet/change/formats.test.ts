import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { jsonFormat } from '../../../../../shared/fleet/change/formats/json.ts';
import { tomlFormat } from '../../../../../shared/fleet/change/formats/toml.ts';
import { applySplices } from '../../../../../shared/nix/splice.ts';

const word = fc.oneof(
  fc.constantFrom(
    'nas',
    'web-1',
    'a.b',
    'in "quotes"',
    "it's",
    'two words',
    '',
    '# no comment',
    '[x]',
    'é',
    '\\',
    '"""',
  ),
  fc.string({ maxLength: 6 }).filter((text) => text !== '__proto__'),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    word,
    fc.integer(),
    fc.boolean(),
    fc.array(word, { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const registry = fc.dictionary(word, value, { maxKeys: 5 });

const formats = {
  json: {
    format: jsonFormat,
    read: (text: string): unknown => JSON.parse(text),
    write: (data: unknown) => JSON.stringify(data, null, 2),
  },
  toml: { format: tomlFormat, read: (text: string): unknown => parse(text), write: (data: unknown) => stringify(data) },
};
const added = 'new "value" \\ \n #';

describe.each(['json', 'toml'] as const)('a registry of hosts in %s', (name) => {
  const { format, read, write } = formats[name];

  it('is read with the places of its texts, whatever they hold, and stays valid with another text in each', () => {
    fc.assert(
      fc.property(registry, (data) => {
        const text = write(data);
        const outline = format.outline(text);
        expect(outline).not.toBeNull();
        for (const { start, end, value: told } of outline?.literals ?? []) {
          const written = text.slice(start, end);
          expect(name === 'json' ? read(written) : Object.values(read(`x = ${written}`) as object)[0]).toBe(told);
          const changed = applySplices(text, [{ start, end, text: format.formatValue(added, '') }]);
          expect(JSON.stringify(read(changed))).toContain(JSON.stringify(added));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stays valid where lists lose and get an item, and nothing else changes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 5 }), (items) => {
        const text = write({ before: 1, tags: items, after: 'x' });
        const list = format.outline(text)?.lists[0];
        if (!list) throw new Error('no list');
        const changed = applySplices(text, format.changeList(text, list, { add: [added], remove: items.slice(0, 1) }));
        const rest = items.filter((item) => item !== items[0]);
        expect(read(changed)).toEqual({ before: 1, tags: [...rest, added], after: 'x' });
      }),
      { numRuns: 500 },
    );
  });
});

describe('a registry in TOML', () => {
  it('may have texts of several lines, which are left alone', () => {
    const key = "'''\nssh-ed25519 AAAA 'x'\n'''";
    const text = `[nas]\nmotd = """\nname = "no"\n""\\" ]\n"""\nkey = ${key}\nip = "10.0.0.1"\n`;
    expect(parse(text)).toMatchObject({ nas: { ip: '10.0.0.1' } });
    expect(tomlFormat.outline(text)?.literals.map((literal) => literal.value)).toEqual(['10.0.0.1']);
  });

  it('that is broken is not read', () => {
    for (const text of ['[nas\n', 'a = """\nx', 'a = "x\n', 'a = [ 1', 'a = { b = 1', 'a == 1']) {
      expect(tomlFormat.outline(text), text).toBeNull();
    }
  });
});
