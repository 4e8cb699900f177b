import { formatName, formatString, formatValue } from '../../nix/value.ts';
import type { FileSet, HostType, NewFleet } from './options.ts';

/** Who logs in with the keys that stand in `sshKeys`: lines of a module, two spaces in. */
export function adminSettings(user: string): string {
  return `  # Deploying logs in as root with a key.
  users.users.root.openssh.authorizedKeys.keys = sshKeys;
  users.users.${formatName(user)} = {
    isNormalUser = true;
    extraGroups = [ "wheel" ];
    openssh.authorizedKeys.keys = sshKeys;
  };
`;
}

/** modules/common.nix: what every machine of the fleet has. */
export function commonModule({ adminUser, sshKeys, timeZone }: NewFleet): string {
  return `# What every machine has.
{ lib, ... }:
let
  # Who may log in, and deploy.
  sshKeys = ${formatValue(sshKeys, '  ')};
in
{
  time.timeZone = lib.mkDefault ${formatString(timeZone)};

  services.openssh = {
    enable = true;
    settings = {
      PasswordAuthentication = false;
      KbdInteractiveAuthentication = false;
      PermitRootLogin = "prohibit-password";
    };
  };

${adminSettings(adminUser)}
  nix.settings.experimental-features = [
    "nix-command"
    "flakes"
  ];
}
`;
}

const profiles: Readonly<Record<HostType, string>> = {
  server: `# Machines that run by themselves in a corner.
{ lib, ... }:
{
  networking.firewall.enable = lib.mkDefault true;
}
`,
  pc: `# Machines that somebody sits at.
{ lib, ... }:
{
  networking.networkmanager.enable = lib.mkDefault true;
}
`,
  cloud: `# Virtual machines at a provider.
{ lib, modulesPath, ... }:
{
  imports = [ (modulesPath + "/profiles/qemu-guest.nix") ];

  networking.firewall.enable = lib.mkDefault true;
}
`,
  rpi: `# Raspberry Pis.
{ lib, ... }:
{
  boot.loader.grub.enable = lib.mkDefault false;
  boot.loader.generic-extlinux-compatible.enable = lib.mkDefault true;
}
`,
};

export function profileModules(): FileSet {
  return Object.fromEntries(Object.entries(profiles).map(([type, text]) => [`profiles/${type}/default.nix`, text]));
}

export const overlays = `# Changes to packages, for all machines: functions from the final and the previous package set.
[
]
`;

export function readme({ name, layout }: NewFleet): string {
  const add =
    layout === 'factory'
      ? 'A machine is a folder in `hosts/` with a `host.nix` (what the tools must know) and a `default.nix` (its configuration).'
      : 'A machine is an entry in `hosts` in `flake.nix` and a folder in `hosts/` with its configuration.';
  const parts =
    layout === 'factory'
      ? '`modules/common.nix` is for all of them, `profiles/` for those of one type, `overlays/` changes packages.'
      : '`modules/common.nix` is for all of them.';
  return `# ${name.replaceAll('\n', ' ')}

${add} ${parts} \`secrets/\` is for encrypted files only.

    nix flake check                                    # is everything in order?
    colmena apply --on NAME                            # deploy one machine
    nixos-rebuild switch --flake .#NAME --target-host root@ADDRESS
`;
}

export const secretsReadme = `# Secrets

Only encrypted files belong here (sops-nix or agenix). Everything in this repository is copied to the world-readable
Nix store, so never put a password or a private key here in clear.
`;
