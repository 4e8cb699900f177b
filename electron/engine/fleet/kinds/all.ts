import type { FleetFolder } from '../folder.ts';
import { colmenaHive } from './colmena-hive.ts';
import { colmena } from './colmena.ts';
import { deployRs } from './deploy-rs.ts';
import { hiveNix } from './hive-nix.ts';
import type { Kind } from './kind.ts';
import { nixosConfigurations } from './nixos-configurations.ts';

/** The kinds that a folder can have, the most telling first: where two speak of a host, the earlier is believed. */
export function kindsOf(form: FleetFolder['form']): readonly Kind[] {
  return form === 'flake' ? [colmenaHive, colmena, deployRs, nixosConfigurations] : [hiveNix];
}
