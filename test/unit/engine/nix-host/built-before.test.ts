import { expect, test } from 'vitest';
import { builtBefore, builtEnvironment } from '../../../../electron/engine/nix-host/built-before.ts';

const [system, diskoScript] = ['/nix/store/a-nixos', '/nix/store/b-disko'];
const env = builtEnvironment({ system, diskoScript });
const build = (flake: string, name: string): string[] => [
  ...['build', '--print-out-paths', '--no-link', '--no-write-lock-file'],
  `${flake}#nixosConfigurations."nas".config.system.build.${name}`,
];

test('nix build gives what was built before, and asks nix for everything else', () => {
  expect(builtBefore(build('nixstead', 'toplevel'), env)).toBe(system);
  expect(builtBefore(build('nixstead', 'diskoScript'), env)).toBe(diskoScript);
  expect(builtBefore(build('nixstead', 'mountScriptNoDeps'), env)).toBe(diskoScript);
  expect(builtBefore(build('nixstead', 'installTest'), env)).toBeNull();
  expect(builtBefore(build('git+file:///home/me/fleet', 'toplevel'), env)).toBeNull();
  expect(builtBefore(['eval', ...build('nixstead', 'toplevel').slice(1)], env)).toBeNull();
  expect(builtBefore(build('nixstead', 'toplevel'), {})).toBeNull();
});
