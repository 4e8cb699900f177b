import { z } from 'zod';
import { hiveNodeNames, hiveNodes } from './colmena-evaluation.ts';
import { deployment, deploymentOfConfig, readingOfDeployment, systemOfNode, type Kind } from './kind.ts';

const declared = z.object({ system: z.string().nullable(), deployment });

/**
 * The raw `colmena` output (schema v0): what colmena 0.4 reads, and what flakes have whose author did not add
 * `colmenaHive`. Its nodes are modules, so they are evaluated here as colmena does.
 */
export const colmena: Kind = {
  kind: 'colmena',
  evaluatesModules: true,
  names: `(outputs: if outputs ? colmena && !(outputs ? colmenaHive) then ${hiveNodeNames} outputs.colmena else null)`,
  read: `(outputs: name: let node = (${hiveNodes} outputs.colmena).\${name}; in {
    system = ${systemOfNode} node;
    deployment = ${deploymentOfConfig} node.config.deployment;
  })`,
  node: `(outputs: name: (${hiveNodes} outputs.colmena).\${name})`,
  toplevel: `(outputs: name: (${hiveNodes} outputs.colmena).\${name}.config.system.build.toplevel)`,
  parse(name, value) {
    const read = declared.parse(value);
    return { kind: 'colmena', name, system: read.system, ...readingOfDeployment(read.deployment) };
  },
};
