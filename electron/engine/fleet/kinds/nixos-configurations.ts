import { z } from 'zod';
import { deployment, deploymentOfConfig, readingOfDeployment, systemOfNode, type Kind } from './kind.ts';

const declared = z.object({ system: z.string().nullable(), deployment: deployment.nullable().catch(null) });

/**
 * Plain `nixosConfigurations`. They say nothing of where a host answers, so its target becomes what colmena takes by
 * default: its attribute name, as root. Some flakes import colmena's `deployment` options there too; then they count.
 */
export const nixosConfigurations: Kind = {
  kind: 'nixosConfigurations',
  evaluatesModules: true,
  names: `(outputs: if outputs ? nixosConfigurations then builtins.attrNames outputs.nixosConfigurations else null)`,
  read: `(outputs: name: let node = outputs.nixosConfigurations.\${name}; in
  if !(builtins.isAttrs node && node ? config)
  then throw "nixosConfigurations.\${name} is not a NixOS configuration: it has no config"
  else {
    system = ${systemOfNode} node;
    deployment = if builtins.isAttrs (node.config.deployment or null)
      then ${deploymentOfConfig} node.config.deployment else null;
  })`,
  node: '(outputs: name: outputs.nixosConfigurations.${name})',
  toplevel: '(outputs: name: outputs.nixosConfigurations.${name}.config.system.build.toplevel)',
  parse(name, value) {
    const { system, deployment: found } = declared.parse(value);
    return { kind: 'nixosConfigurations', name, system, ...(found === null ? {} : readingOfDeployment(found)) };
  },
};
