import { parseNix } from '../nix/parser.ts';
import { namesIn } from '../nix/definitions-around.ts';
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
  const visitText = (text: string): void => {
    for (const name of namesIn(parseNix(text).root)) if (name === 'lib' || moduleArguments.has(name)) found.add(name);
  };
  const visit = (held: LayoutValue): void => {
    if (held instanceof NixExpression) [held.text, ...held.needs.map(({ text }) => text)].forEach(visitText);
    else if (isList(held)) held.forEach(visit);
    else if (isSet(held)) Object.values(held).forEach(visit);
  };
  visit(value);
  return [...found].sort();
}
