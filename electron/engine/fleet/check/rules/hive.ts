import type { Finding, Fix } from '../../../../../shared/contract/finding.ts';
import { EditError, setAttribute } from '../../../../../shared/nix/edit.ts';
import { locate, valueSets } from '../../../../../shared/nix/locate.ts';
import type { Expression, Lambda } from '../../../../../shared/nix/syntax.ts';
import { NixExpression } from '../../../../../shared/nix/value.ts';
import type { Inspection } from '../inspection.ts';
import type { NixFile } from '../nix-file.ts';

/**
 * `colmena` without `colmenaHive`. Colmena's “direct flake evaluation” (since 0.5) evaluates `colmenaHive` alone and
 * asserts its schema; 0.4 reads `colmena` and refuses a `colmenaHive` of another version (colmena, src/nix/hive).
 */
export function* colmenaWithoutHive(inspection: Inspection): Generator<Finding> {
  if (!inspection.hosts.some((host) => host.sources.includes('colmena'))) return;
  const file = inspection.mainFile;
  const written = file?.bindings.find(({ path }) => path.at(-1) === 'colmena' && path[0] === 'outputs');
  const fix = file && hiveFix(file);
  yield {
    code: 'colmena-without-hive',
    severity: 'warning',
    ...(file && written ? file.placeOf(written.binding.start) : { file: 'flake.nix' }),
    message:
      'The output ‘colmena’ has no ‘colmenaHive’ beside it. Colmena 0.5 and its main branch read colmenaHive alone and ' +
      'refuse this flake; colmena 0.4, which nixpkgs ships, still reads it. ' +
      (fix
        ? 'With colmenaHive made from it, the colmena of the flake’s own input works.'
        : 'Add colmenaHive = colmena.lib.makeHive self.outputs.colmena; with colmena as an input of the flake.'),
    ...(fix ? { fix } : {}),
  };
}

/** How the outputs can name one of their inputs; null where they cannot. */
function inputName(outputs: Lambda, input: string): string | null {
  if (outputs.formals?.items.some((item) => item.name.name === input)) return input;
  return outputs.parameter ? `${outputs.parameter.name}.${input}` : null;
}

function hiveFix(file: NixFile): Fix | null {
  const { tree } = file;
  const outputs = locate(tree.source, tree.root, ['outputs']);
  if (tree.problems.length > 0 || outputs?.kind !== 'binding' || !locate(tree.source, tree.root, ['inputs', 'colmena']))
    return null;
  let value: Expression = outputs.binding.value;
  while (value.kind === 'parenthesis') value = value.expression;
  if (value.kind !== 'lambda' || !locate(tree.source, value, ['colmena']) || valueSets(value).length !== 1) return null;
  const colmena = inputName(value, 'colmena');
  const self = inputName(value, 'self');
  if (colmena === null || self === null) return null;
  try {
    const hive = new NixExpression(`${colmena}.lib.makeHive ${self}.outputs.colmena`);
    return file.fix('Add colmenaHive', setAttribute(tree, ['outputs', 'colmenaHive'], hive));
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}
