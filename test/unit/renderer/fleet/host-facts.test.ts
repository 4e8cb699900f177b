import { expect, it } from 'vitest';
import { hostFacts, shortStorePath, traitFacts } from '../../../../renderer/fleet/host-facts.ts';
import { aHost, aStatus, named } from '../invented.ts';

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
it('a host that is this computer is said to be reached without SSH', () => {
  const here = aHost('a', { target: null, allowLocalDeployment: true, isThisComputer: true });
  expect(hostFacts(here, undefined)[0]).toEqual({ name: 'Reached', value: 'as this computer, without SSH' });
  expect(names(here, undefined)).not.toContain('Deploys itself');
});
it('what deploy-rs goes by is said with both of its time limits, each for what it is', () => {
  const settings = { confirmTimeout: 30, activationTimeout: 240, fastConnection: false };
  const deployRs = {
    profiles: [{ name: 'system', user: 'root', sudo: null }],
    autoRollback: true,
    magicRollback: true,
    ...settings,
  };
  const valueOf = (host: ReturnType<typeof aHost>) =>
    hostFacts(host, undefined).find((fact) => fact.name === 'Rolls back')?.value;
  expect(valueOf(aHost('a', { deployRs }))).toBe(
    'when activating fails or takes over 240 s, or nobody reaches it for 30 s (deploy-rs)',
  );
  const never = { ...deployRs, autoRollback: false, magicRollback: false };
  expect(valueOf(aHost('a', { deployRs: never }))).toBe('never (deploy-rs)');
});
it('a configuration’s host name is said where it is not the name in the flake', () => {
  const traits = { name: named('a'), stateVersion: null, role: null, uses: [], files: ['flake.nix'], problem: null };
  expect(traitFacts(aHost('a'), { ...traits, hostName: 'a' }).map(({ name }) => name)).toEqual(['Files']);
  expect(traitFacts(aHost('a'), { ...traits, hostName: 'b' })[0]).toMatchObject({ name: 'Host name', value: 'b' });
});
