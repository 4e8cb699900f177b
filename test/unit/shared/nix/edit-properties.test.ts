import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { removeAttribute, renameAttribute, setAttribute } from '../../../../shared/nix/edit.ts';
import { locate } from '../../../../shared/nix/locate.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { applySplices, type Splice } from '../../../../shared/nix/splice.ts';
import type { NixTree } from '../../../../shared/nix/syntax.ts';

/** A text and what is in it: each value and each last name stands in it once. */
interface Written {
  readonly text: string;
  /** Paths of values; the last name is `n7` and the value `"v7"`. */
  readonly values: readonly { path: readonly string[]; id: number }[];
  /** Paths of sets that are written as sets. */
  readonly sets: readonly (readonly string[])[];
}

type Entry = { kind: 'value' } | { kind: 'set' | 'dotted'; entries: Entry[] };
const entries: fc.Arbitrary<Entry[]> = fc.letrec<{ entries: Entry[] }>((tie) => ({
  entries: fc.array(
    fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constant<Entry>({ kind: 'value' }),
      fc.record({ kind: fc.constantFrom('set' as const, 'dotted' as const), entries: tie('entries') }),
    ),
    { minLength: 1, maxLength: 4 },
  ),
})).entries;

const trivia = fc.constantFrom(
  ' ',
  ' ',
  '\n',
  '  \t',
  ' /* } = ; */ ',
  ' # it is "so" {\n',
  '\n\n  # why ${\n  ',
  '\n    /*\n ; */\n  ',
);
const wrapper = fc.constantFrom(
  (set: string) => set,
  (set: string) => `# Top.\n{ config, lib, ... }:\n${set}\n# End.\n`,
  (set: string) => `{ pkgs ? { } }: let a = { b = 1; }; in with pkgs; ${set}`,
  (set: string) => `({ inherit (x) y; } // ${set})\n`,
  (set: string) => `rec ${set}`,
);

/** Texts with nested and dotted sets, with comments and white space in every place that Nix has for them. */
const written: fc.Arbitrary<Written> = fc
  .tuple(entries, fc.array(trivia, { minLength: 40, maxLength: 40 }), wrapper, fc.constantFrom('\n', '\r\n'))
  .map(([top, gaps, wrap, lineBreak]) => {
    const values: { path: string[]; id: number }[] = [];
    const sets: string[][] = [[]];
    let used = 0;
    let id = 0;
    const gap = (): string => gaps[used++ % gaps.length] ?? ' ';
    const write = (list: readonly Entry[], path: string[], prefix: string): string =>
      list
        .map((entry) => {
          id++;
          if (entry.kind === 'value') {
            values.push({ path: [...path, `n${id}`], id });
            return `${gap()}${prefix}n${id}${gap()}=${gap()}"v${id}"${gap()};`;
          }
          const name = `s${id}`;
          const inner = [...path, name];
          if (entry.kind === 'dotted') return write(entry.entries, inner, `${prefix}${name}.`);
          sets.push(inner);
          return `${gap()}${prefix}${name}${gap()}=${gap()}{${write(entry.entries, inner, '')}${gap()}};`;
        })
        .join('');
    const text = wrap(`{${write(top, [], '')}${gap()}}`).replaceAll('\n', lineBreak);
    return { text, values, sets };
  });

const edited = (text: string, edit: (tree: NixTree) => Splice[]): string => {
  const result = applySplices(text, edit(parseNix(text)));
  expect(parseNix(result).problems).toEqual([]);
  return result;
};
const withoutSpace = (text: string): string => text.replace(/\s+/g, '');
/** What stands between a value’s name and its semicolon, with the name; comments in there go with it. */
const bindingOf = (id: number): RegExp =>
  new RegExp(`(?:s\\d+\\.)*n${id}(?![0-9])[^]*?"v${id}"(?:\\s|#.*|/\\*[^]*?\\*/)*;`);

/** Nothing has become a comment, or part of something else: all values but one are where they were. */
function expectOthers(result: string, { values }: Written, id: number | null): void {
  const { root } = parseNix(result);
  for (const value of values) {
    if (value.id === id) continue;
    const found = locate(result, root, value.path);
    const text = found?.kind === 'binding' ? result.slice(found.binding.value.start, found.binding.value.end) : null;
    expect(text).toBe(`"v${value.id}"`);
  }
}

describe('an edit leaves every byte outside its place as it was', () => {
  it('setting a value replaces that value alone', () => {
    fc.assert(
      fc.property(written, fc.nat(), ({ text, values }, pick) => {
        const { path, id } = values[pick % values.length] ?? { path: [], id: 0 };
        if (path.length === 0) return;
        expect(edited(text, (tree) => setAttribute(tree, path, 4711))).toBe(text.replace(`"v${id}"`, '4711'));
      }),
      { numRuns: 1000 },
    );
  });
  it('renaming replaces that name alone', () => {
    fc.assert(
      fc.property(written, fc.nat(), ({ text, values }, pick) => {
        const { path, id } = values[pick % values.length] ?? { path: [], id: 0 };
        if (path.length === 0) return;
        expect(edited(text, (tree) => renameAttribute(tree, path, 'other-name'))).toBe(
          text.replace(new RegExp(`n${id}(?![0-9])`), 'other-name'),
        );
      }),
      { numRuns: 1000 },
    );
  });
  it('removing takes the binding, and of what is around it nothing but white space', () => {
    fc.assert(
      fc.property(written, fc.nat(), (file, pick) => {
        const { text, values } = file;
        const { path, id } = values[pick % values.length] ?? { path: [], id: 0 };
        if (path.length === 0) return;
        const result = edited(text, (tree) => removeAttribute(tree, path));
        expectOthers(result, file, id);
        expect(withoutSpace(result)).toBe(withoutSpace(text.replace(bindingOf(id), '')));
        expect(result).not.toContain(`"v${id}"`);
      }),
      { numRuns: 1000 },
    );
  });
  it('inserting adds the binding and white space, and what is set can be taken away again', () => {
    fc.assert(
      fc.property(written, fc.nat(), (file, pick) => {
        const { text, sets } = file;
        const path = [...(sets[pick % sets.length] ?? []), 'fresh', 'name'];
        const result = edited(text, (tree) => setAttribute(tree, path, 4711));
        expect(withoutSpace(result.replace(/fresh\.name = 4711;/, ''))).toBe(withoutSpace(text));
        expectOthers(result, file, null);
        const again = edited(result, (tree) => removeAttribute(tree, path));
        expect(withoutSpace(again)).toBe(withoutSpace(text));
      }),
      { numRuns: 1000 },
    );
  });
});
