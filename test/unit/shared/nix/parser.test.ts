import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { tokenize } from '../../../../shared/nix/lexer.ts';
import { parseNix } from '../../../../shared/nix/parser.ts';
import type { Node } from '../../../../shared/nix/syntax.ts';
import { children, printNix } from '../../../../shared/nix/walk.ts';
import { nixLikeText } from './nix-like-text.ts';

// Thousands of generated cases take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const verdicts = z
  .array(z.tuple([z.string(), z.boolean()]))
  .parse(JSON.parse(readFileSync(new URL('../../../fixtures/nix-text/verdicts.json', import.meta.url), 'utf8')));

function assertWellFormed(source: string, node: Node, low: number, high: number): void {
  const isInside = node.start >= low && node.end <= high && node.start <= node.end;
  if (!isInside) throw new Error(`${node.kind} spans ${node.start}-${node.end}, outside ${low}-${high}`);
  let position = node.start;
  for (const child of children(node)) {
    assertWellFormed(source, child, position, node.end);
    position = child.end;
  }
}

describe('parseNix', () => {
  it.each(verdicts)('says of %j what Nix says: accepted %s', (text, isAccepted) => {
    expect(parseNix(text).problems.map((item) => item.message)).toEqual(
      isAccepted ? [] : expect.arrayContaining([expect.any(String)]),
    );
    expect(parseNix(text).problems.length === 0).toBe(isAccepted);
  });

  it('gives every text back unchanged, also a broken one', () => {
    fc.assert(
      fc.property(nixLikeText(), (text) => {
        const tree = parseNix(text);
        if (printNix(text, tree.root) !== text) throw new Error('printed something else');
        assertWellFormed(text, tree.root, 0, text.length);
      }),
      { numRuns: 100_000 },
    );
  });

  it('cuts every text into tokens that cover it', () => {
    fc.assert(
      fc.property(fc.oneof(nixLikeText(), fc.string({ unit: 'binary' })), (text) => {
        const tokens = tokenize(text);
        const pieces = Array.from({ length: tokens.count }, (_, i) =>
          text.slice(tokens.starts[i], tokens.starts[i + 1]),
        );
        expect(pieces.join('')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('points at the place of a fault and keeps the tree around it', () => {
    const tree = parseNix('{\n  a = 1;\n  b = ;\n  c = 3;\n}\n');
    expect(tree.problems).toEqual([{ start: 17, end: 18, message: "Expected a value, but found ';'." }]);
    expect(tree.root.kind === 'attribute-set' && tree.root.bindings.map((item) => item.kind)).toEqual([
      'binding',
      'binding',
      'binding',
    ]);
  });

  it('refuses what is nested beyond reason without running out of stack', () => {
    for (const open of ['(', '[', '{a=', '-', '!', 'x: ', 'if a then b else ', 'a.b or ', '"${', 'let a = 1; in ']) {
      const tree = parseNix(open.repeat(50_000));
      expect(tree.problems.length).toBeGreaterThan(0);
    }
  });

  it('reads long text without white space, and more faults than a call takes arguments', () => {
    for (const text of [`1${'+1'.repeat(200_000)}`, `a${'.b'.repeat(200_000)}`]) {
      expect(parseNix(text).problems).toEqual([]);
    }
    expect(parseNix(`{${' a = 1;'.repeat(200_000)}}`).problems).toHaveLength(199_999);
  });
});
