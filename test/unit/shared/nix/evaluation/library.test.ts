import { describe, expect, it } from 'vitest';
import { globalScope, standInLibrary } from '../../../../../shared/nix/evaluation/builtins.ts';
import { Evaluator } from '../../../../../shared/nix/evaluation/evaluate.ts';
import { NotEvaluable, type Value } from '../../../../../shared/nix/evaluation/values.ts';
import { parseNix } from '../../../../../shared/nix/parser.ts';
import cases from './library-values.json' with { type: 'json' };

function evaluate(expression: string): unknown {
  const tree = parseNix(`lib: ${expression}`);
  const evaluator = new Evaluator(tree);
  const library = standInLibrary();
  const fn = evaluator.evaluate(tree.root, globalScope);
  return data(evaluator.apply(fn, { expression: null, force: () => library }, null));
}

function data(value: Value): unknown {
  switch (value.type) {
    case 'list':
      return value.items.map((item) => data(item.force()));
    case 'set':
      return Object.fromEntries([...value.attributes].map(([name, { thunk }]) => [name, data(thunk.force())]));
    case 'integer':
      return Number(value.value);
    case 'null':
      return null;
    case 'bool':
    case 'float':
    case 'string':
      return value.value;
    default:
      throw new Error(`cannot be shown: ${value.type}`);
  }
}

/** The values are nix's own (2.26) with nixpkgs' lib of 2026-06. */
describe('the functions of lib and builtins', () => {
  it.each(cases)('give what nix gives: $expression', ({ expression, value }) => {
    expect(evaluate(expression)).toEqual(value);
  });
  it.each([
    ['lib.nope 1', 'calls lib.nope'],
    ['lib.strings.nope', 'lib.strings.nope'],
    ['with lib; nope', 'lib.nope'],
    ['let inherit (lib) nope; in nope 1', 'lib.nope'],
    ['builtins.match "(a\\\\1)" "aa"', 'regular expression'],
    ['import ./x.nix', 'import'],
  ])('that are not known here lead outside, and are no mistake of the text: %s', (expression, message) => {
    let found: unknown;
    try {
      found = evaluate(expression);
    } catch (error) {
      found = error;
    }
    if (found instanceof NotEvaluable) expect(found.reason).toBe('unknown');
    expect(String(found)).toMatch(new RegExp(`${message.replaceAll('.', '\\.')}|cannot be shown: outside`));
  });
});
