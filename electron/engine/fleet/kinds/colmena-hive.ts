import { z } from 'zod';
import { deployment, deploymentOfConfig, readingOfDeployment, systemOfNode, type Kind } from './kind.ts';

const declared = z.object({ system: z.string().nullable(), deployment });

/**
 * `colmenaHive`, made with colmena's `makeHive` (schema v0.5): evaluated nodes with `deploymentConfig`. Where a flake
 * has it, its `colmena` output is the same hive in raw form and is not read again.
 */
export const colmenaHive: Kind = {
  kind: 'colmenaHive',
  evaluatesModules: true,
  names: `(outputs:
    if !(outputs ? colmenaHive) then null
    else if (outputs.colmenaHive.__schema or null) != "v0.5"
    then throw "colmenaHive has schema \${toString (outputs.colmenaHive.__schema or "unknown")}, not v0.5 as colmena's makeHive gives"
    else builtins.attrNames outputs.colmenaHive.nodes)`,
  read: `(outputs: name: {
    system = ${systemOfNode} outputs.colmenaHive.nodes.\${name};
    deployment = ${deploymentOfConfig} outputs.colmenaHive.deploymentConfig.\${name};
  })`,
  node: '(outputs: name: outputs.colmenaHive.nodes.${name})',
  toplevel: '(outputs: name: outputs.colmenaHive.nodes.${name}.config.system.build.toplevel)',
  parse(name, value) {
    const read = declared.parse(value);
    return { kind: 'colmenaHive', name, system: read.system, ...readingOfDeployment(read.deployment) };
  },
};
