import { formatString, formatValue, type NixValue } from '../../nix/value.ts';
import { adminSettings } from './modules.ts';
import type { FileSet, NewHost } from './options.ts';

/** `deployment` of a host: colmena's options, which deploy-rs's settings are made from too. */
export function deploymentValue({ address, user, port, tags, type }: NewHost): NixValue {
  if (address === null) return null;
  return {
    targetHost: address,
    targetUser: user ?? 'root',
    ...(port === null ? {} : { targetPort: port }),
    tags: [...new Set([type, ...tags])],
  };
}

/** host.nix of the factory layout. */
export function hostFacts(host: NewHost): string {
  const facts = { type: host.type, system: host.system, deployment: deploymentValue(host) };
  return `# What the tools must know of ${host.name} before they build it.\n${formatValue(facts)}\n`;
}

/** The entry of a host in the simple layout's flake.nix. */
export function hostEntry(host: NewHost): NixValue {
  return { system: host.system, deployment: deploymentValue(host) };
}

/** What is written beside a host's module when it is installed: layout, what belongs to it, network, hardware. */
export const INSTALL_FILES = ['disko.nix', 'disko-settings.nix', 'network.nix', 'hardware-configuration.nix'] as const;

/** hosts/<name>/default.nix: the configuration that is this machine's own. */
export function hostModule(host: NewHost): string {
  const { modules = [], admin, timeZone } = host;
  const shared = modules.map((name) => `    ../../modules/${name}\n`).join('');
  const keys =
    admin &&
    `let\n  # Who may log in to this machine, beside those of the whole fleet.\n  sshKeys = ${formatValue(admin.sshKeys, '  ')};\nin\n`;
  return `${keys ?? ''}{
${shared === '' ? '' : `  # What it includes of the fleet's modules, and then:\n`}  # The disk layout, what belongs to it, the network, and what was found on the hardware, where they are known.
  imports = ${shared === '' ? '' : `[\n${shared}  ]\n  ++ `}builtins.filter builtins.pathExists [
${INSTALL_FILES.map((file) => `    ./${file}\n`).join('')}  ];
${timeZone === undefined ? '' : `\n  time.timeZone = ${formatString(timeZone)};\n`}${admin === undefined ? '' : `\n${adminSettings(admin.user)}`}
  # The release that this machine was installed with; it stays when the machine is upgraded.
  system.stateVersion = ${formatString(host.stateVersion)};
}
`;
}

/** The files that make a host in the factory layout; no shared file changes. */
export function factoryHostFiles(host: NewHost): FileSet {
  return { [`hosts/${host.name}/host.nix`]: hostFacts(host), [`hosts/${host.name}/default.nix`]: hostModule(host) };
}

export function simpleHostFiles(host: NewHost): FileSet {
  return { [`hosts/${host.name}/default.nix`]: hostModule(host) };
}
