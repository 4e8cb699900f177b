import { describe, expect, it } from 'vitest';
import { installFolder, installImports } from '../../../../../shared/fleet/change/install-files.ts';

describe('where an install writes', () => {
  it.each([
    ['machines/nas/default.nix', 'machines/nas', './disko.nix'],
    ['machines/nas/configuration.nix', 'machines/nas', './disko.nix'],
    ['machines/nas.nix', 'machines/nas', './nas/disko.nix'],
    ['nas.nix', 'nas', './nas/disko.nix'],
    // A folder that is about more than this host is none for its files.
    ['configuration.nix', 'configuration', './configuration/disko.nix'],
  ])('beside the module %s: %s', (module, folder, imported) => {
    expect(installFolder(module)).toBe(folder);
    expect(installImports(module)).toContain(`  ${imported}`);
  });
});
