import { describe, expect, it } from 'vitest';
import { EditError } from '../../../../shared/nix/edit.ts';
import {
  addInput,
  declaredInputs,
  rememberedUrl,
  removeInput,
  setFollows,
  setInputUrl,
} from '../../../../shared/nix/flake-inputs.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { applySplices, type Splice } from '../../../../shared/nix/splice.ts';
import type { NixTree } from '../../../../shared/nix/syntax.ts';

function edited(source: string, edit: (tree: NixTree) => Splice[]): string {
  const result = applySplices(source, edit(parseNix(source)));
  expect(parseNix(result).problems).toEqual([]);
  return result;
}
const add = (tree: NixTree): Splice[] => addInput(tree, 'b', { url: 'github:o/b', isFlake: true, follows: {} });

const nested = `{
  description = "x";
  inputs = {
    # the system
    a.url = "github:o/a/main"; # stable
    c = {
      url = "path:./c";
      inputs.a.follows = "a";
      inputs.d.inputs.a.follows = "a";
    };
  };
  outputs =
    {
      self,
      a,
      c,
    }:
    { };
}
`;
const dotted = `{ inputs.a.url = "github:o/a"; inputs."b-c".url = "x"; outputs = { self, a, ... }@inputs: { }; }`;

describe('the inputs that flake.nix declares', () => {
  it('are found in every spelling, with their addresses', () => {
    expect(declaredInputs(parseNix(nested)).map(({ name, url }) => [name, url])).toEqual([
      ['a', 'github:o/a/main'],
      ['c', 'path:./c'],
    ]);
    expect(declaredInputs(parseNix(dotted)).map(({ name }) => name)).toEqual(['a', 'b-c']);
    expect(declaredInputs(parseNix('{ outputs = _: { }; }'))).toEqual([]);
    const parts = '{ inputs.a = { type = "github"; owner = "o"; repo = "a"; }; outputs = _: { }; }';
    expect(declaredInputs(parseNix(parts))).toMatchObject([{ name: 'a', url: null }]);
  });
});

describe('an address', () => {
  it('is exchanged alone; a comment of the line stays', () => {
    expect(edited(nested, (tree) => setInputUrl(tree, 'a', 'github:o/a/x', 'github:o/a/main'))).toBe(
      nested.replace('github:o/a/main', 'github:o/a/x'),
    );
  });
  it('leaves what it was in a comment, which goes with the next one', () => {
    const pinned = edited(nested, (tree) => setInputUrl(tree, 'c', 'path:./d', 'path:./c'));
    expect(pinned).toBe(nested.replace('url = "path:./c";', 'url = "path:./d"; # before it was pinned: path:./c'));
    expect(rememberedUrl(parseNix(pinned), 'c')).toBe('path:./c');
    expect(edited(pinned, (tree) => setInputUrl(tree, 'c', 'path:./c', null))).toBe(nested);
  });
  it('that is not a text is not touched', () => {
    const computed = '{ inputs.a.url = "x" + "y"; outputs = _: { }; }';
    expect(() => setInputUrl(parseNix(computed), 'a', 'z', null)).toThrow(EditError);
  });
});

describe('a new input', () => {
  it('stands behind the others, and in the arguments of outputs', () => {
    expect(edited(nested, add)).toBe(
      nested
        .replace('    };\n  };', '    };\n    b.url = "github:o/b";\n  };')
        .replace('      c,\n', '      c,\n      b,\n'),
    );
  });
  it('is no argument where outputs takes any', () => {
    expect(edited(dotted, add)).toContain('outputs = { self, a, ... }@inputs:');
    expect(edited(dotted, add)).toContain('inputs.b.url = "github:o/b";');
  });
  it('comes before outputs where there is no other', () => {
    expect(edited('{\n  outputs =\n    { self }:\n    { };\n}\n', add)).toBe(
      '{\n  inputs.b.url = "github:o/b";\n  outputs =\n    { self, b }:\n    { };\n}\n',
    );
  });
  it('says what its inputs follow, and that it is no flake', () => {
    const input = { url: 'u', isFlake: false, follows: { nixpkgs: 'a' } };
    expect(edited(nested, (tree) => addInput(tree, 'b', input))).toContain(
      '    b = {\n      url = "u";\n      flake = false;\n      inputs.nixpkgs.follows = "a";\n    };\n',
    );
  });
  it('of a name that is there is refused', () => {
    expect(() => addInput(parseNix(nested), 'a', { url: 'u', isFlake: true, follows: {} })).toThrow(EditError);
  });
});

describe('an input that is removed', () => {
  it('goes with its argument and with what followed it', () => {
    expect(edited(nested, (tree) => removeInput(tree, 'a'))).toBe(
      nested
        .replace('    a.url = "github:o/a/main"; # stable\n', '    # stable\n')
        .replace('      inputs.a.follows = "a";\n      inputs.d.inputs.a.follows = "a";\n', '')
        .replace('      a,\n', ''),
    );
    expect(edited('{ inputs.a.url = "x"; outputs = { a }: { }; }', (tree) => removeInput(tree, 'a'))).toBe(
      '{ outputs = { }: { }; }',
    );
    const last = '{ inputs.a.url = "x"; outputs = { self, a }: { }; }';
    expect(edited(last, (tree) => removeInput(tree, 'a'))).toBe('{ outputs = { self }: { }; }');
  });
  it('goes whole where it is written in pieces, and with what followed it in any of them', () => {
    const pieces = [
      '  inputs.a = { url = "x"; };',
      '  inputs.a.inputs.b.follows = "b";',
      '  inputs.b.url = "y";',
      '  inputs.c = { url = "z"; };',
      '  inputs.c.inputs.a.follows = "a";',
    ];
    const text = (lines: readonly string[]): string => `{\n${lines.join('\n')}\n  outputs = _: { };\n}\n`;
    expect(edited(text(pieces), (tree) => removeInput(tree, 'a'))).toBe(text([pieces[2] ?? '', pieces[3] ?? '']));
  });
  it('that is not declared as text is refused', () => {
    expect(() => removeInput(parseNix(nested), 'z')).toThrow(EditError);
  });
});

describe('what an input of an input follows', () => {
  it('is set and taken away beside its kin', () => {
    const source = '{\n  inputs.a.url = "x";\n  inputs.b.url = "y";\n  outputs = _: { };\n}\n';
    const followed = edited(source, (tree) => setFollows(tree, ['a', 'n'], 'b'));
    expect(followed).toBe(source.replace('"x";\n', '"x";\n  inputs.a.inputs.n.follows = "b";\n'));
    expect(edited(followed, (tree) => setFollows(tree, ['a', 'n'], null))).toBe(source);
    expect(edited(nested, (tree) => setFollows(tree, ['c', 'a'], 'c'))).toBe(
      nested.replace('inputs.a.follows = "a"', 'inputs.a.follows = "c"'),
    );
    expect(() => setFollows(parseNix(source), ['a', 'n'], null)).toThrow(EditError);
  });
});
