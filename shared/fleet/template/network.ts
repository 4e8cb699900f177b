import type { HostNetwork } from '../../contract/install.ts';
import { formatValue } from '../../nix/value.ts';

/** hosts/<name>/network.nix: an address that does not come from DHCP. Null: nothing has to be said. */
export function networkModule(network: HostNetwork | null): string | null {
  if (network === null || network.mode === 'dhcp') return null;
  const { mac, addresses, gateways, nameservers } = network;
  const lan = {
    matchConfig: { MACAddress: mac },
    address: addresses,
    ...(gateways.length > 0 ? { gateway: gateways } : {}),
    ...(nameservers.length > 0 ? { dns: nameservers } : {}),
  };
  const settings = {
    networking: { useDHCP: false, useNetworkd: true },
    systemd: { network: { enable: true, networks: { '10-lan': lan } } },
  };
  return `# The address of this machine. Its network card is found by its own address, whatever the kernel calls it.\n${formatValue(settings)}\n`;
}
