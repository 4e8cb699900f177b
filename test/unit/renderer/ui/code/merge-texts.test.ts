import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChanges, linesOf, mergeTexts } from '../../../../../renderer/ui/code/merge-texts.ts';

const text = fc
  .array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', 'd', '{\n', '}\n'), { maxLength: 14 })
  .map((lines) => lines.join(''));

describe('merging what two made of one text', () => {
  it('keeps both where a line lies between their changes', () => {
    expect(mergeTexts('1\n2\n3\n4\n5\n', 'one\n2\n3\n4\n5\n', '1\n2\n3\n4\nfive\nsix\n')).toBe(
      'one\n2\n3\n4\nfive\nsix\n',
    );
  });
  it('leaves it to a person where they changed the same line or lines that touch', () => {
    expect(mergeTexts('1\n2\n3\n', '1\ntwo\n3\n', '1\nzwei\n3\n')).toBeNull();
    expect(mergeTexts('1\n2\n3\n', '1\ntwo\n3\n', '1\n2\ndrei\n')).toBeNull();
    expect(mergeTexts('1\n2\n', '1\n2\nmine\n', '1\n2\ntheirs\n')).toBeNull();
    expect(mergeTexts('a', 'a\n', 'a\nb')).toBeNull();
  });
  it('does once what both did alike', () => {
    expect(mergeTexts('1\n2\n3\n4\n', '1\ntwo\n3\n4\n', '1\ntwo\n3\nfour\n')).toBe('1\ntwo\n3\nfour\n');
  });

  it('is the other’s text where one changed nothing, whoever it is', () => {
    fc.assert(
      fc.property(text, text, (base, other) => {
        expect(mergeTexts(base, base, other)).toBe(other);
        expect(mergeTexts(base, other, base)).toBe(other);
        expect(mergeTexts(base, other, other)).toBe(other);
      }),
    );
  });
  it('does not depend on who is who', () => {
    fc.assert(
      fc.property(text, text, text, (base, mine, theirs) => {
        expect(mergeTexts(base, mine, theirs)).toBe(mergeTexts(base, theirs, mine));
      }),
    );
  });
  it('has every change of both, and every other line as it was', () => {
    const edits = fc.array(fc.tuple(fc.nat(2), fc.constantFrom('mine', 'theirs'), fc.nat(2)), { maxLength: 8 });
    fc.assert(
      fc.property(edits, (changes) => {
        // One block of lines per change: what is removed and what is put there, then a line that stays.
        const build = (who: string | null): string =>
          changes
            .map(([removed, by, added], at) => {
              const isDone = who === by || who === 'both';
              const [count, word] = isDone ? [added, `new ${by}`] : [removed, 'old'];
              return `${Array.from({ length: count }, (_, line) => `${word} ${at}.${line}\n`).join('')}stays ${at}\n`;
            })
            .join('');
        expect(mergeTexts(build(null), build('mine'), build('theirs'))).toBe(build('both'));
      }),
    );
  });
});

it('lines put together are the text, and changes put into it are what it became', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = linesOf(before);
      expect(lines.join('')).toBe(before);
      for (const { from, to, lines: put } of (lineChanges(before, after) ?? []).toReversed()) {
        lines.splice(from, to - from, ...put);
      }
      expect(lines.join('')).toBe(after);
    }),
  );
});
it('texts that have nothing in common are given up before they keep anybody waiting', () => {
  const many = (word: string) => Array.from({ length: 20_000 }, (_, line) => `${word} ${line}\n`).join('');
  expect(mergeTexts('', many('mine'), many('theirs'))).toBeNull();
});
