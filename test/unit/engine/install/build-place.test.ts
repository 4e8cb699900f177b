import { expect, test } from 'vitest';
import { builderFlags, remoteFlake, whyNotThere } from '../../../../electron/engine/install/build-place.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import { defaultInstallOptions } from '../../../../shared/install/default-options.ts';

const flake = { form: 'flake', source: 'nixosConfigurations' } as const;

test('another computer that builds is named to nix as one word of one argument, and nothing else gets there', () => {
  expect(builderFlags({ kind: 'builder', address: 'sam@forge.lan' }, 'aarch64-linux')).toEqual([
    '--builders',
    'ssh-ng://sam@forge.lan aarch64-linux - 8',
    '--builders-use-substitutes',
    '--max-jobs',
    '0',
  ]);
  for (const address of ['', '-oProxyCommand=x', 'forge x86_64-linux', 'forge;ssh://evil', '@/etc/passwd', 'a@-b']) {
    expect(whyNotThere({ kind: 'builder', address }, flake)?.code).toBe('install-builder-refused');
    expect(builderFlags({ kind: 'builder', address }, null)).toEqual([]);
  }
  expect(builderFlags({ kind: 'here' }, null)).toEqual([]);
});

test('the machine itself builds what nixos-anywhere can evaluate, which are nixosConfigurations of flakes', () => {
  const there = { kind: 'target' } as const;
  expect(whyNotThere(there, flake)).toBeNull();
  expect(whyNotThere(there, { form: 'flake', source: 'colmenaHive' })?.evidence).toContain('colmenaHive');
  expect(whyNotThere(there, { form: 'hive.nix', source: 'nixosConfigurations' })?.code).toBe('install-not-built-there');
  const fleet = { name: 'home', path: '/fleet', ref: 'git+file:///fleet', form: 'flake' } as const;
  const at = { fleet, host: hostName.parse('nas'), options: { ...defaultInstallOptions, buildOn: there } };
  expect(remoteFlake(at)).toBe('git+file:///fleet#nas');
  expect(remoteFlake({ ...at, options: defaultInstallOptions })).toBeNull();
});
