import { parseNix } from '../nix/parser.ts';
import type { Node } from '../nix/syntax.ts';
import { children } from '../nix/walk.ts';
import { NixExpression } from '../nix/value.ts';
import { isList, isSet, type LayoutValue } from './layout.ts';

/** Names that NixOS or disko hand to a module; what hangs on them is outside the file. */
export const moduleArguments: ReadonlySet<string> = new Set([
  'pkgs',
  'config',
  'options',
  'modulesPath',
  'inputs',
  'self',
  'specialArgs',
  'utils',
  'extendModules',
]);

/** The arguments that a file needs for the expressions in a value, by name. */
export function argumentsNeeded(value: LayoutValue): string[] {
  const found = new Set<string>();
  const visitText = (node: Node): void => {
    if (node.kind === 'identifier' && (node.name === 'lib' || moduleArguments.has(node.name))) found.add(node.name);
    // A name behind a dot is no variable: only `${...}` in a path is looked into.
    for (const child of children(node)) {
      if (node.kind === 'attribute-path' && child.kind === 'identifier') continue;
      visitText(child);
    }
  };
  const visit = (held: LayoutValue): void => {
    if (held instanceof NixExpression) visitText(parseNix(held.text).root);
    else if (isList(held)) held.forEach(visit);
    else if (isSet(held)) Object.values(held).forEach(visit);
  };
  visit(value);
  return [...found].sort();
}
