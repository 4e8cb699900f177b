import { factoryFlake } from './flake-factory.ts';
import { simpleFlake } from './flake-simple.ts';
import { commonModule, overlays, profileModules, readme, secretsReadme } from './modules.ts';
import type { FileSet, NewFleet } from './options.ts';

/** All files of a new fleet without hosts. */
export function fleetFiles(fleet: NewFleet): FileSet {
  const shared = {
    'README.md': readme(fleet),
    '.gitignore': 'result\nresult-*\n',
    'modules/common.nix': commonModule(fleet),
    'secrets/README.md': secretsReadme,
    // Git keeps no empty folder, and the flake reads this one.
    'hosts/.gitkeep': '',
  };
  if (fleet.layout === 'simple') return { 'flake.nix': simpleFlake(fleet), ...shared };
  return { 'flake.nix': factoryFlake(fleet), ...shared, ...profileModules(), 'overlays/default.nix': overlays };
}
