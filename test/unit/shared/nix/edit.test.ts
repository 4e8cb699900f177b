import { describe, expect, it } from 'vitest';
import {
  appendToList,
  EditError,
  removeAttribute,
  removeFromList,
  renameAttribute,
  setAttribute,
} from '../../../../shared/nix/edit.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { applySplices, type Splice } from '../../../../shared/nix/splice.ts';
import type { NixTree } from '../../../../shared/nix/syntax.ts';

function edited(source: string, edit: (tree: NixTree) => Splice[]): string {
  const result = applySplices(source, edit(parseNix(source)));
  expect(parseNix(result).problems).toEqual([]);
  return result;
}

describe('setAttribute', () => {
  it('replaces a value and leaves the comment beside it', () => {
    expect(edited('{\n  a.b = "x"; # why\n}\n', (tree) => setAttribute(tree, ['a', 'b'], 'y'))).toBe(
      '{\n  a.b = "y"; # why\n}\n',
    );
  });
  it('finds a value through function, let, with and nested sets', () => {
    const source = '{ lib, ... }:\nlet x = 1; in\nwith lib;\n{\n  a = {\n    b.c = 1;\n  };\n}\n';
    expect(edited(source, (tree) => setAttribute(tree, ['a', 'b', 'c'], 2))).toBe(source.replace('c = 1', 'c = 2'));
  });
  it('writes a new attribute beside its dotted kin, in the same spelling', () => {
    expect(edited('{\n  a.b = 1;\n  z = 2;\n}\n', (tree) => setAttribute(tree, ['a', 'c'], 3))).toBe(
      '{\n  a.b = 1;\n  a.c = 3;\n  z = 2;\n}\n',
    );
  });
  it('writes into the nested set where there is one, with its indentation', () => {
    expect(
      edited('{\n    a = {\n        b = 1;\n    };\n}\n', (tree) => setAttribute(tree, ['a', 'c', 'd'], [1, 2])),
    ).toBe('{\n    a = {\n        b = 1;\n        c.d = [\n          1\n          2\n        ];\n    };\n}\n');
  });
  it('puts a new line behind a comment that belongs to the line before', () => {
    expect(edited('{\n  a = 1; # one\n}\n', (tree) => setAttribute(tree, ['b'], 2))).toBe(
      '{\n  a = 1; # one\n  b = 2;\n}\n',
    );
  });
  it('stays on the line of a set that is written on one line', () => {
    expect(edited('{ a = { b = 1; }; }', (tree) => setAttribute(tree, ['a', 'c'], 2))).toBe(
      '{ a = { b = 1; c = 2; }; }',
    );
  });
  it('opens an empty set', () => {
    expect(edited('{ }\n', (tree) => setAttribute(tree, ['a'], 1))).toBe('{\n  a = 1;\n}\n');
  });
  it('keeps a comment that stands alone in a set', () => {
    expect(edited('{\n  # nothing yet\n}\n', (tree) => setAttribute(tree, ['a'], 1))).toBe(
      '{\n  # nothing yet\n  a = 1;\n}\n',
    );
  });
  it('gives an inherited name a value of its own', () => {
    expect(edited('{\n  inherit (x) a b c;\n}\n', (tree) => setAttribute(tree, ['b'], 1))).toBe(
      '{\n  inherit (x) a c;\n  b = 1;\n}\n',
    );
  });
  it('writes to the side of // that wins', () => {
    expect(edited('{ a = 1; } // { a = 2; }', (tree) => setAttribute(tree, ['a'], 3))).toBe('{ a = 1; } // { a = 3; }');
  });
  it('keeps Windows line ends and a missing final newline', () => {
    expect(edited('{\r\n  a = 1;\r\n}', (tree) => setAttribute(tree, ['b'], 2))).toBe('{\r\n  a = 1;\r\n  b = 2;\r\n}');
  });
  it.each([
    ['{ config = lib.mkIf x { a.b = 1; }; }', ['config', 'a', 'b'], "'config' is computed or inherited here"],
    ['{ s = { inherit (x) a; }; }', ['s', 'a', 'b'], "'s.a' is computed or inherited here"],
    ['{ inherit (x) a; } // { b = 1; c = 2; }', ['a', 'b'], "'a' is computed or inherited here"],
    ['{ a = { b = 1; }; a.c = 2; }', ['a'], "'a' is written in pieces"],
    ['{ a.b = 1; a.b.c = 2; }', ['a', 'b', 'd'], 'The file has a syntax error'],
    ['{ s = { t.u = { }; }; s.t.v = [ ]; }', ['s', 't', 'v', 'w'], 'No place for this leaves the file valid'],
  ] as const)('refuses what would no longer be Nix, or hide what is there: %s', (text, path, reason) => {
    expect(() => setAttribute(parseNix(text), path, 3)).toThrow(reason);
  });
  it('refuses a file with a syntax error, and one without a set', () => {
    expect(() => setAttribute(parseNix('{ a = ; }'), ['a'], 1)).toThrow(EditError);
    expect(() => setAttribute(parseNix('import ./x.nix'), ['a'], 1)).toThrow(EditError);
  });
});

describe('removeAttribute', () => {
  it('takes the line and leaves the comments', () => {
    expect(edited('{\n  # why\n  a = 1; # note\n  b = 2;\n}\n', (tree) => removeAttribute(tree, ['a']))).toBe(
      '{\n  # why\n  # note\n  b = 2;\n}\n',
    );
  });
  it('takes every dotted spelling below the path', () => {
    expect(edited('{\n  a.b = 1;\n  c = 2;\n  a.d.e = 3;\n}\n', (tree) => removeAttribute(tree, ['a']))).toBe(
      '{\n  c = 2;\n}\n',
    );
  });
  it('takes all pieces of what is written as a set and with dots', () => {
    const text = '{\n  s = {\n    a.b = 1;\n    z = 0;\n  };\n  s.a = { c = 2; };\n  s.a.d = 3;\n}\n';
    expect(edited(text, (tree) => removeAttribute(tree, ['s', 'a']))).toBe('{\n  s = {\n    z = 0;\n  };\n}\n');
  });
  it('takes one name out of an inherit, and the whole inherit with its last', () => {
    expect(edited('{ inherit a b; }', (tree) => removeAttribute(tree, ['a']))).toBe('{ inherit b; }');
    expect(edited('{\n  inherit a;\n  b = 1;\n}\n', (tree) => removeAttribute(tree, ['a']))).toBe('{\n  b = 1;\n}\n');
  });
  it('changes nothing where there is nothing', () => {
    expect(edited('{ a = 1; }', (tree) => removeAttribute(tree, ['b']))).toBe('{ a = 1; }');
  });
});

describe('renameAttribute', () => {
  it('renames in every spelling and quotes where it must', () => {
    expect(edited('{\n  h.a.x = 1;\n  h.a.y = 2;\n}\n', (tree) => renameAttribute(tree, ['h', 'a'], 'b c'))).toBe(
      '{\n  h."b c".x = 1;\n  h."b c".y = 2;\n}\n',
    );
  });
  it('renames all pieces of what is written as a set and with dots', () => {
    const text = '{ h = { a = { x = 1; }; }; h.a.y = 2; h.b = 3; }';
    expect(edited(text, (tree) => renameAttribute(tree, ['h', 'a'], 'c'))).toBe(
      '{ h = { c = { x = 1; }; }; h.c.y = 2; h.b = 3; }',
    );
  });
  it('refuses a name that is taken', () => {
    expect(() => renameAttribute(parseNix('{ a = 1; b = 2; }'), ['a'], 'b')).toThrow("'b' is already there.");
  });
  it('binds the old value to the new name where it was inherited', () => {
    expect(edited('{ inherit (x) a b; }', (tree) => renameAttribute(tree, ['a'], 'c'))).toBe(
      '{ inherit (x) b;\nc = x.a; }',
    );
  });
});

describe('lists', () => {
  it('appends in the style of the list', () => {
    expect(edited('{ a = [ 1 2 ]; }', (tree) => appendToList(tree, ['a'], -3))).toBe('{ a = [ 1 2 (-3) ]; }');
    expect(edited('{\n  a = [\n    "x" # one\n  ];\n}\n', (tree) => appendToList(tree, ['a'], 'y'))).toBe(
      '{\n  a = [\n    "x" # one\n    "y"\n  ];\n}\n',
    );
    expect(edited('{ }', (tree) => appendToList(tree, ['a'], 'y'))).toBe('{\n  a = [ "y" ];\n}');
  });
  it('removes an item with its line', () => {
    expect(edited('{\n  a = [\n    1\n    2\n  ];\n}\n', (tree) => removeFromList(tree, ['a'], 0))).toBe(
      '{\n  a = [\n    2\n  ];\n}\n',
    );
  });
});
