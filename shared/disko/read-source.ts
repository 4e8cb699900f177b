import { globalScope } from '../nix/evaluation/builtins.ts';
import { Evaluator } from '../nix/evaluation/evaluate.ts';
import { NotEvaluable, type SetValue } from '../nix/evaluation/values.ts';
import { positionAt } from '../nix/line.ts';
import { parseNix } from '../nix/parser.ts';
import type { AttributeSet, NixTree, Span } from '../nix/syntax.ts';
import type { Layout, LayoutPath } from './layout.ts';
import { FileCall } from './reading/call-file.ts';
import { findDevices, findNestedDevices } from './reading/find-devices.ts';
import { asSentence, ValueReader } from './reading/value-reader.ts';

export { pathKey } from './reading/value-reader.ts';

/** A place in the text, with a sentence about it. Line and column count from 1. */
export interface SourceNote {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** An argument that the file takes. `isNeeded`: the layout depends on it and the file has no usable default. */
export interface LayoutArgument {
  readonly name: string;
  readonly isNeeded: boolean;
  /** Source text of the default. */
  readonly fallback: string | null;
}

/** The text behind a layout, for writing changes back into it. */
export interface LayoutSource {
  readonly tree: NixTree;
  /** The set that each path of the layout is written in. */
  readonly sets: ReadonlyMap<string, SetValue>;
  /** How many places of the layout come from a set of the text; a change of a shared one would change them all. */
  readonly uses: ReadonlyMap<AttributeSet, number>;
  /** The values of the file's arguments that it was read with. */
  readonly given: Readonly<Record<string, unknown>>;
}

export type LayoutReading =
  | {
      readonly ok: true;
      readonly layout: Layout;
      readonly source: LayoutSource;
      /** Where `disko.devices` is: names from the root of the file's value; empty for a bare `{ disk = ...; }`. */
      readonly devicesPath: readonly string[];
      readonly arguments: readonly LayoutArgument[];
      /** Values that were kept as expressions, since they need something from outside the file. */
      readonly kept: readonly (SourceNote & { readonly path: LayoutPath })[];
      /** Conditions (`lib.mkIf`) that only evaluation knows; the layout is shown as if they held. */
      readonly assumed: readonly SourceNote[];
    }
  | {
      readonly ok: false;
      /**
       * `syntax`: not Nix. `arguments`: needs values for `arguments`. `outside`: only evaluation by nix can tell.
       * `not-a-layout`: Nix, but no disko layout. `error`: Nix would fail on it.
       */
      readonly reason: 'syntax' | 'arguments' | 'outside' | 'not-a-layout' | 'error';
      readonly note: SourceNote;
      readonly arguments: readonly LayoutArgument[];
    };

/**
 * Reads a disko layout from Nix text alone: plain data, `let`, functions with defaults, the common `lib` functions.
 *
 * @param given values for the arguments of the file, as JSON data
 */
export function readLayout(text: string, given: Readonly<Record<string, unknown>> = {}): LayoutReading {
  const tree = parseNix(text);
  const noteAt = (span: Span | null, message: string): SourceNote => ({
    message,
    ...positionAt(text, span?.start ?? 0),
  });
  const [problem] = tree.problems;
  if (problem) return { ok: false, reason: 'syntax', note: noteAt(problem, problem.message), arguments: [] };

  const evaluator = new Evaluator(tree);
  const call = new FileCall(evaluator, given);
  const declared = (): LayoutArgument[] =>
    [...call.declared.values()].map(({ name, fallback }) => ({ name, fallback, isNeeded: call.missing.has(name) }));
  const refused = (reason: Extract<LayoutReading, { ok: false }>['reason'], note: SourceNote): LayoutReading => {
    const missing = [...call.declared.values()].filter((item) => call.missing.has(item.name));
    const [first] = missing;
    if (!first) return { ok: false, reason, note, arguments: declared() };
    const names = missing.map((item) => `'${item.name}'`).join(', ');
    const message = `Needs a value for the argument${missing.length === 1 ? '' : 's'} ${names}.`;
    return { ok: false, reason: 'arguments', note: noteAt(first.place, message), arguments: declared() };
  };
  try {
    const root = call.result(evaluator.evaluate(tree.root, globalScope));
    const direct = findDevices(root);
    const nested = direct ? [] : findNestedDevices(evaluator, root);
    const found = direct ?? nested[0];
    if (!found || nested.length > 1) {
      const places = nested.map(({ devices }) => noteAt(devices.origins[0]?.set ?? null, '').line);
      const message = found
        ? `This file holds ${nested.length} layouts (lines ${places.join(', ')}); one file for each can be opened.`
        : 'There is no `disko.devices` in this file.';
      return refused('not-a-layout', noteAt(found?.devices.origins[0]?.set ?? tree.root, message));
    }
    const reader = new ValueReader(tree);
    const layout = reader.set(found.devices, []);
    if (call.missing.size > 0) return refused('arguments', noteAt(null, ''));
    return {
      ok: true,
      layout,
      source: { tree, sets: reader.sets, uses: reader.uses, given },
      devicesPath: found.path,
      arguments: declared(),
      kept: reader.kept.map(({ path, place, message }) => ({ path, ...noteAt(place, message) })),
      assumed: evaluator.assumed.map(({ place, on }) =>
        noteAt(place, asSentence(`the layout is shown as if this condition held: it ${on}`)),
      ),
    };
  } catch (error) {
    if (error instanceof RangeError) return refused('error', noteAt(null, 'The file is nested too deeply.'));
    if (!(error instanceof NotEvaluable)) throw error;
    return refused(error.reason === 'unknown' ? 'outside' : 'error', noteAt(error.place, asSentence(error.message)));
  }
}
