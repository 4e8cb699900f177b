import { INSTALL_FILES } from '../template/host-files.ts';
import { folderOf } from './paths.ts';

/** A module under one of these names is about the folder that it lies in. */
export const mainNames = ['default.nix', 'configuration.nix', 'main.nix'];

/**
 * Where an install writes the files of a host that has a module of its own: beside it, where its folder is about this
 * host alone, otherwise in a folder of its name (`machines/nas.nix` → `machines/nas`).
 */
export function installFolder(module: string): string {
  const folder = folderOf(module);
  const file = module.slice(folder === '' ? 0 : folder.length + 1);
  return mainNames.includes(file) && folder !== '' ? folder : module.replace(/\.nix$/, '');
}

/** The lines with which such a module takes them in, where they are there. */
export function installImports(module: string): string[] {
  const target = installFolder(module);
  const folder = folderOf(module);
  const beside = target === folder ? '.' : `./${target.slice(folder === '' ? 0 : folder.length + 1)}`;
  return [
    '# The disk layout, what belongs to it, the network, and what was found on the hardware, where they are known.',
    'imports = builtins.filter builtins.pathExists [',
    ...INSTALL_FILES.map((file) => `  ${beside}/${file}`),
    '];',
  ];
}
