import { colmena } from './colmena.ts';
import { hiveNodeNames, hiveNodes } from './colmena-evaluation.ts';
import { deploymentOfConfig, systemOfNode, type Kind } from './kind.ts';

/** A `hive.nix` without a flake: the same schema as the output `colmena`, where `<nixpkgs>` and paths are allowed. */
export const hiveNix: Kind = {
  kind: 'hive.nix',
  evaluatesModules: true,
  names: `(hive: ${hiveNodeNames} (if builtins.isFunction hive then hive { } else hive))`,
  read: `(hive: name: let node = (${hiveNodes} (if builtins.isFunction hive then hive { } else hive)).\${name}; in {
    system = ${systemOfNode} node;
    deployment = ${deploymentOfConfig} node.config.deployment;
  })`,
  node: `(hive: name: (${hiveNodes} (if builtins.isFunction hive then hive { } else hive)).\${name})`,
  toplevel: `(hive: name:
    (${hiveNodes} (if builtins.isFunction hive then hive { } else hive)).\${name}.config.system.build.toplevel)`,
  parse(name, value) {
    return { ...colmena.parse(name, value), kind: 'hive.nix' };
  },
};
