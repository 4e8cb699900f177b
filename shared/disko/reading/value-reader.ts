import { NotEvaluable, type SetValue, type Thunk, type Value } from '../../nix/evaluation/values.ts';
import { definitionsAround } from '../../nix/definitions-around.ts';
import type { AttributeSet, Expression, NixTree, Span } from '../../nix/syntax.ts';
import { NixExpression } from '../../nix/value.ts';
import type { LayoutPath, LayoutSet, LayoutValue } from '../layout.ts';

const MAX_LAYOUT_DEPTH = 100;

/** A path as a map key. */
export function pathKey(path: LayoutPath): string {
  return JSON.stringify(path);
}

/** What an evaluation says, as a sentence. */
export function asSentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`;
}

/** Turns values into data and remembers where each set is written. */
export class ValueReader {
  readonly sets = new Map<string, SetValue>();
  readonly uses = new Map<AttributeSet, number>();
  readonly kept: { path: LayoutPath; place: Span | null; message: string }[] = [];
  private readonly tree: NixTree;
  private readonly hasDefinitions: boolean;

  constructor(tree: NixTree) {
    this.tree = tree;
    this.hasDefinitions = /\blet\b/.test(tree.source);
  }

  set(value: SetValue, path: LayoutPath): LayoutSet {
    if (path.length > MAX_LAYOUT_DEPTH) throw new NotEvaluable('error', 'is nested too deeply');
    this.sets.set(pathKey(path), value);
    for (const { set: node, prefix } of value.origins) {
      // Dotted spellings reach the same set of the text several times; only its own top counts as a use.
      if (prefix.length === 0) this.uses.set(node, (this.uses.get(node) ?? 0) + 1);
    }
    const entries = [...value.attributes].map(
      ([name, attribute]) => [name, this.value(attribute.thunk, [...path, name])] as const,
    );
    return Object.fromEntries(entries.filter((entry): entry is [string, LayoutValue] => entry[1] !== undefined));
  }

  /** undefined where the definition is switched off. */
  private value(thunk: Thunk, path: LayoutPath): LayoutValue | undefined {
    try {
      return this.plain(thunk.force(), thunk, path);
    } catch (error) {
      if (!(error instanceof NotEvaluable) || error.reason !== 'unknown' || !thunk.expression) throw error;
      return this.keep(thunk.expression, path, error);
    }
  }

  private keep(expression: Expression, path: LayoutPath, error: NotEvaluable): NixExpression {
    this.kept.push({ path, place: expression, message: asSentence(`${path.join('.')} ${error.message}`) });
    const { source, root } = this.tree;
    const needs = this.hasDefinitions ? definitionsAround(source, root, expression) : [];
    return new NixExpression(source.slice(expression.start, expression.end), needs);
  }

  private plain(value: Value, thunk: Thunk, path: LayoutPath): LayoutValue | undefined {
    switch (value.type) {
      case 'absent':
        return undefined;
      case 'set':
        return this.set(value, path);
      case 'list':
        return value.items.map((item, index) => this.value(item, [...path, index]) ?? null);
      case 'integer':
        return Number(value.value);
      case 'float':
        if (!Number.isFinite(value.value)) throw new NotEvaluable('unknown', 'is no number', thunk.expression);
        return value.value;
      case 'bool':
      case 'string':
        return value.value;
      case 'null':
        return null;
      case 'outside':
        throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk.expression);
      case 'path':
      case 'lambda':
      case 'builtin':
        throw new NotEvaluable('unknown', `is ${value.type === 'path' ? 'a path' : 'a function'}`, thunk.expression);
    }
  }
}
