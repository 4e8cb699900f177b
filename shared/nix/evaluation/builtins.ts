import type { Builtin, Definition } from './arguments.ts';
import { listFunctions } from './functions-on-lists.ts';
import { setFunctions } from './functions-on-sets.ts';
import { textFunctions } from './functions-on-texts.ts';
import { generalFunctions } from './general-functions.ts';
import { bool, known, nullValue, set, type Scope, type Thunk, type Value } from './values.ts';

const definitions: ReadonlyMap<string, Definition> = new Map([
  ...listFunctions,
  ...setFunctions,
  ...textFunctions,
  ...generalFunctions,
]);

export const builtinFunctions: ReadonlyMap<string, Builtin> = new Map(
  [...definitions].map(([name, definition]) => [name, definition.run] as const),
);

function asValue(name: string, definition: Definition): Thunk {
  return known({ type: 'builtin', name, arity: definition.arity, taken: [] });
}

const functions = [...definitions].map(([name, definition]) => [name, asValue(name, definition)] as const);

/**
 * A stand-in for nixpkgs' `lib` with the functions that layouts and inventories use. What it does not have is reported
 * as something from outside the file, never as an error of it.
 */
export function standInLibrary(): Value {
  const groups = ['attrsets', 'lists', 'strings', 'trivial', 'modules'].map(
    (name) => [name, known({ ...set(functions), partialName: `lib.${name}` })] as const,
  );
  return { ...set([...functions, ...groups]), partialName: 'lib' };
}

const builtins = known({
  ...set([...functions, ['true', known(bool(true))], ['false', known(bool(false))], ['null', known(nullValue)]]),
  partialName: 'builtins',
});

const globals = new Map<string, Thunk>([
  ['true', known(bool(true))],
  ['false', known(bool(false))],
  ['null', known(nullValue)],
  ['builtins', builtins],
  ...functions.filter(([name]) =>
    ['map', 'toString', 'throw', 'abort', 'removeAttrs', 'isNull', 'baseNameOf'].includes(name),
  ),
]);

const outsideGlobals = new Set(['import', 'fetchTarball', 'fetchGit', 'derivation', 'dirOf', 'placeholder']);

/** The names that every Nix text can see. */
export const globalScope: Scope = {
  lookup: (name) => globals.get(name) ?? (outsideGlobals.has(name) ? known({ type: 'outside', name }) : null),
  withs: [],
};
