import type { HostChanges, RiskArea } from '../../../../shared/contract/changes.ts';

/**
 * Which units and store paths belong to a part of a machine that is dangerous to change. The names are those that NixOS
 * gives (nixpkgs: nixos/modules, `unit-<name>.service`, `etc-<path>`, `firewall-start`, `users-groups.json`).
 */
const rules: readonly { readonly area: RiskArea; readonly units: RegExp; readonly paths: RegExp }[] = [
  {
    area: 'ssh',
    units: /^sshd(?:@.*)?\.(?:service|socket)$/,
    paths: /^(?:unit-sshd|etc-ssh-|sshd\.conf|sshd_config|openssh-\d)/,
  },
  {
    area: 'network',
    units:
      /^(?:network|systemd-networkd|systemd-resolved|NetworkManager|dhcpcd|wpa_supplicant|hostapd|iwd|wg-quick|wireguard|tailscaled|zerotier)/,
    paths:
      /^(?:unit-(?:network|systemd-networkd|NetworkManager|dhcpcd|wg-quick|wireguard)|etc-systemd-network-|unit-.*\.(?:network|netdev|link)|etc-resolv|dhcpcd\.conf)/,
  },
  {
    area: 'firewall',
    units: /^(?:firewall|nftables|iptables|fail2ban|crowdsec)/,
    paths: /^(?:firewall-(?:start|stop|reload)|nftables-rules|unit-(?:firewall|nftables))/,
  },
  {
    area: 'boot-loader',
    units: /^(?:systemd-boot|grub)/,
    paths: /^(?:grub|systemd-boot|install-grub|install-systemd-boot|systemd-boot-builder|lanzaboote|limine|extlinux)/,
  },
  {
    area: 'file-systems',
    units: /(?:\.(?:mount|automount|swap)$|^(?:zfs|mdadm|mdmonitor|lvm|systemd-cryptsetup|btrfs))/,
    paths: /^(?:etc-fstab|etc-crypttab|unit-.*\.(?:mount|swap)|mdadm\.conf|etc-mdadm)/,
  },
  {
    area: 'users',
    units: /^(?:userborn|systemd-sysusers)/,
    paths: /^(?:users-groups\.json|etc-sudoers|sudoers|etc-ssh-authorized_keys|authorized_keys|etc-pam\.d)/,
  },
];

/** Areas that a change touches, with the units and paths that show it. */
export function risksOf(units: readonly string[], changedPaths: readonly string[]): HostChanges['risks'] {
  const names = changedPaths.map((path) => path.replace(/^\/nix\/store\/[0-9a-z]{32}-/, ''));
  return rules.flatMap(({ area, units: ofUnits, paths }) => {
    const because = [...units.filter((unit) => ofUnits.test(unit)), ...names.filter((name) => paths.test(name))];
    return because.length === 0 ? [] : [{ area, because: [...new Set(because)] }];
  });
}
