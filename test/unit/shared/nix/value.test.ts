import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseNix } from '../../../../shared/nix/parser.ts';
import { attributeNameText, stringValue } from '../../../../shared/nix/strings.ts';
import type { Expression } from '../../../../shared/nix/syntax.ts';
import { formatValue, NixExpression, NixValueError } from '../../../../shared/nix/value.ts';
import { hostileText, nixData } from './nix-data.ts';

// Thousands of generated cases take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

/** Reads plain data back from a tree; the real `nix eval` does the same in the integration tests. */
function read(source: string, node: Expression): unknown {
  switch (node.kind) {
    case 'string':
    case 'indented-string':
      return stringValue(source, node);
    case 'integer':
    case 'float':
      return Number(source.slice(node.start, node.end));
    case 'unary':
      return -(read(source, node.operand) as number);
    case 'parenthesis':
      return read(source, node.expression);
    case 'identifier':
      return { true: true, false: false, null: null }[node.name];
    case 'list':
      return node.items.map((item) => read(source, item));
    case 'attribute-set':
      return Object.fromEntries(
        node.bindings.map((item) => {
          const [name] = item.kind === 'binding' ? item.path.names : [];
          if (item.kind !== 'binding' || !name) throw new Error('not plain data');
          return [attributeNameText(source, name), read(source, item.value)];
        }),
      );
    default:
      throw new Error(`not plain data: ${node.kind}`);
  }
}

describe('formatValue', () => {
  it('writes data that reads back as it was, whatever the strings hold', () => {
    fc.assert(
      fc.property(nixData, (value) => {
        const text = formatValue(value);
        const tree = parseNix(text);
        expect(tree.problems).toEqual([]);
        expect(JSON.stringify(read(text, tree.root))).toBe(JSON.stringify(value));
      }),
      { numRuns: 3000 },
    );
  });
  it('never lets data become an interpolation', () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        const tree = parseNix(formatValue(value));
        expect(tree.root.kind === 'string' || tree.root.kind === 'indented-string').toBe(true);
        expect('parts' in tree.root && tree.root.parts.every((part) => part.kind === 'text')).toBe(true);
      }),
    );
  });
  it("writes in nixfmt's style", () => {
    const value = {
      a: 1,
      'b c': [],
      d: ['x'],
      e: ['x', { f: true }],
      if: {},
      g: 'one\ntwo\n',
      h: -1,
      i: [-1],
      j: new NixExpression('lib.mkDefault 1'),
      k: 1.5,
      l: null,
    };
    expect(formatValue(value)).toBe(
      `{
  a = 1;
  "b c" = [ ];
  d = [ "x" ];
  e = [
    "x"
    {
      f = true;
    }
  ];
  "if" = { };
  g = ''
    one
    two
  '';
  h = -1;
  i = [ (-1) ];
  j = lib.mkDefault 1;
  k = 1.5;
  l = null;
}`,
    );
  });
  it('refuses what Nix cannot hold, and says where', () => {
    expect(() => formatValue({ a: ['x\0'] })).toThrow(NixValueError);
    expect(() => formatValue({ a: ['x\0'] })).toThrow('(at a.0)');
    expect(() => formatValue({ a: 'one\ntwo\ud800\n' })).toThrow('surrogate');
    expect(() => formatValue({ '\udc00': 1 })).toThrow(NixValueError);
    expect(() => formatValue(Number.NaN)).toThrow(NixValueError);
    expect(() => formatValue([5e-324])).toThrow(NixValueError);
  });
});
