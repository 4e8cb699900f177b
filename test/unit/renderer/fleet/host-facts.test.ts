import { expect, it } from 'vitest';
import { hostFacts, shortStorePath } from '../../../../renderer/fleet/host-facts.ts';
import { aHost, aStatus } from '../invented.ts';

const names = (...args: Parameters<typeof hostFacts>): string[] => hostFacts(...args).map((fact) => fact.name);

it('store paths are shortened to what tells them apart, and copied whole', () => {
  const path = '/nix/store/rwxqb8l2y1k3c4v5n6m7a8s9d0f1g2h3-nixos-system-gateway-25.11';
  expect(shortStorePath(path)).toBe('rwxq…-nixos-system-gateway-25.11');
  expect(shortStorePath('/run/current-system')).toBe('/run/current-system');
  expect(hostFacts(aHost('a'), aStatus('a', { currentSystem: path })).find((fact) => fact.name === 'Runs')?.copy).toBe(
    path,
  );
});
it('systems are only told apart where they differ', () => {
  expect(names(aHost('a'), aStatus('a'))).not.toContain('Boots next');
  expect(names(aHost('a'), aStatus('a', { profileSystem: '/nix/store/b' }))).toContain('Boots next');
});
it('nothing is said about the system of a host that did not answer', () => {
  const facts = names(aHost('a'), aStatus('a', { currentSystem: null, profileSystem: '/nix/store/b' }));
  expect(facts).not.toContain('Runs');
  expect(facts).not.toContain('Boots next');
});
it('how root is reached is said where the login is not root', () => {
  const target = { host: '10.0.0.1', user: 'sam', port: null };
  expect(names(aHost('a', { target }), undefined)).toContain('Becomes root');
  expect(names(aHost('a'), undefined)).not.toContain('Becomes root');
});
