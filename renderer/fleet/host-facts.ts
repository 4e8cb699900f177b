import type { Host, HostStatus, HostTraits } from '../../shared/contract/host.ts';
import { targetText } from './host-condition.ts';

export interface HostFact {
  name: string;
  value: string;
  /** Files of the fleet, to be opened; `value` names them too. */
  files?: readonly string[];
  isCode?: boolean;
  /** What the copy button puts on the clipboard; no button where it is absent. */
  copy?: string;
  hint?: string;
}

/** `rwxq…-nixos-system-gateway-25.11`: enough of a store path to tell two apart. */
export function shortStorePath(path: string): string {
  const match = /^\/nix\/store\/([a-z0-9]{4})[a-z0-9]{28}-(.+)$/.exec(path);
  return match === null ? path : `${match[1]}…-${match[2]}`;
}

function storePathFact(name: string, path: string): HostFact {
  return { name, value: shortStorePath(path), isCode: true, copy: path, hint: path };
}

/** What is known of a host beyond the table's columns; only what says something. */
export function hostFacts(host: Host, status: HostStatus | undefined): HostFact[] {
  const facts: HostFact[] = [];
  if (host.isThisComputer === true) facts.push({ name: 'Reached', value: 'as this computer, without SSH' });
  if (host.target !== null) {
    facts.push({ name: 'Address', value: targetText(host.target), isCode: true, copy: targetText(host.target) });
  }
  if (host.system !== null) facts.push({ name: 'Platform', value: host.system, isCode: true });
  facts.push({ name: 'Declared in', value: host.sources.join(', '), isCode: true });
  if (host.buildOnTarget) facts.push({ name: 'Builds', value: 'on the host itself' });
  if (host.target?.user !== null && host.target?.user !== undefined && host.target.user !== 'root') {
    facts.push({ name: 'Becomes root', value: host.privilegeCommand.join(' '), isCode: true });
  }
  if (host.sshOptions.length > 0) facts.push({ name: 'SSH options', value: host.sshOptions.join(' '), isCode: true });
  if (host.allowLocalDeployment && host.isThisComputer !== true)
    facts.push({ name: 'Deploys itself', value: 'allowed, with colmena apply-local' });
  if (host.keys.length > 0) facts.push({ name: 'Keys', value: host.keys.join(', '), isCode: true });
  if (!host.replaceUnknownProfiles) facts.push({ name: 'Unknown system', value: 'is not replaced' });
  if (host.deployRs !== null) facts.push(...deployRsFacts(host.deployRs));

  if (status === undefined) return facts;
  const { currentSystem, profileSystem, bootedSystem } = status;
  if (status.nixosVersion !== null) facts.push({ name: 'NixOS', value: status.nixosVersion, isCode: true });
  if (currentSystem !== null) {
    facts.push(storePathFact('Runs', currentSystem));
    const { wantedSystem } = status;
    if (wantedSystem !== null && wantedSystem !== currentSystem) {
      facts.push(storePathFact('Would run', wantedSystem));
    }
    if (profileSystem !== null && profileSystem !== currentSystem)
      facts.push(storePathFact('Boots next', profileSystem));
    if (bootedSystem !== null && bootedSystem !== currentSystem) facts.push(storePathFact('Booted with', bootedSystem));
  }
  if (status.failedUnits.length > 0) {
    facts.push({ name: 'Failed units', value: status.failedUnits.join(', '), isCode: true });
  }
  return facts;
}

function deployRsFacts({ profiles, ...settings }: NonNullable<Host['deployRs']>): HostFact[] {
  const { autoRollback, magicRollback, confirmTimeout, activationTimeout } = settings;
  const names = profiles.map(({ name, user }) => (user === null ? name : `${name} of ${user}`));
  const reasons = [
    ...(autoRollback ? [`activating fails or takes over ${activationTimeout} s`] : []),
    ...(magicRollback ? [`nobody reaches it for ${confirmTimeout} s`] : []),
  ];
  return [
    ...(names.length > 0 ? [{ name: 'Profiles', value: names.join(', then '), isCode: true }] : []),
    {
      name: 'Rolls back',
      value: reasons.length > 0 ? `when ${reasons.join(', or ')} (deploy-rs)` : 'never (deploy-rs)',
    },
  ];
}

/** What the configuration tells of a host; only what says something. */
export function traitFacts(host: Host, traits: HostTraits): HostFact[] {
  const { hostName, stateVersion, role, uses, files } = traits;
  return [
    ...(hostName === null || hostName === host.name ? [] : [{ name: 'Host name', value: hostName, isCode: true }]),
    ...(stateVersion === null ? [] : [{ name: 'State version', value: stateVersion, isCode: true }]),
    ...(role === null ? [] : [{ name: 'Role', value: role }]),
    ...(uses.length === 0 ? [] : [{ name: 'Uses', value: uses.join(', ') }]),
    ...(files.length === 0 ? [] : [{ name: 'Files', value: files.join(', '), files, isCode: true }]),
  ];
}
