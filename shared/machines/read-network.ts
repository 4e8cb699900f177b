import type { MachineAddress, MachineReport, NetworkInterface } from '../contract/machine.ts';
import type { Sections } from './sections.ts';

type Network = MachineReport['network'];

/** Interfaces, addresses and routes, from iproute2 or busybox's `ip`, or else from ifconfig and /proc. */
export function readNetwork(sections: Sections, connection: string | null): Network {
  const addresses =
    sections.has('ifconfig') && sections.lines('addresses').length === 0 ? ifconfig(sections) : ip(sections);
  const interfaces = sections.lines('interfaces').map((line): NetworkInterface => {
    const [name = '', mac = '', state = '', wireless, physical, bridge] = line.split('\t');
    const own = addresses.get(name) ?? [];
    return {
      name,
      mac: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && mac !== '00:00:00:00:00:00' ? mac.toLowerCase() : null,
      kind: wireless === 'yes' ? 'wireless' : physical === 'yes' ? 'wired' : bridge === 'yes' ? 'bridge' : 'virtual',
      isUp: state === 'up' || (state === 'unknown' && own.length > 0),
      addresses: own,
    };
  });
  // Without sysfs the addresses alone tell which interfaces there are.
  for (const [name, own] of addresses) {
    if (name === 'lo' || interfaces.some((one) => one.name === name)) continue;
    interfaces.push({ name, mac: null, kind: 'virtual', isUp: own.length > 0, addresses: own });
  }
  const server =
    connection
      ?.split(' ')[2]
      ?.replace(/^::ffff:/, '')
      .replace(/%.*$/, '') ?? null;
  const connectedBy = interfaces.find((one) => one.addresses.some(({ address }) => address === server))?.name ?? null;
  const nameservers = sections.lines('resolv').flatMap((line) => line.split(/\s+/)[1] ?? []);
  // systemd-resolved's stub says nothing; its own file, which follows, does.
  const real = nameservers.filter((one) => !one.startsWith('127.'));
  return {
    interfaces,
    defaultRoutes: routes(sections),
    nameservers: [...new Set(real.length > 0 ? real : nameservers)],
    connectedBy,
  };
}

/**
 * `2: eth0    inet 192.168.1.5/24 brd 192.168.1.255 scope global dynamic eth0 …`, or over several lines where `-o` is
 * not known.
 */
function ip(sections: Sections): Map<string, MachineAddress[]> {
  const found = new Map<string, MachineAddress[]>();
  let current = '';
  for (const line of sections.lines('addresses')) {
    current = /^\d+:\s+([^\s:@]+)/.exec(line)?.[1] ?? current;
    const [, word, address = '', prefix = ''] =
      /\s(inet6?)\s+([0-9a-fA-F.:]+)(?:%\S+)?(?:\s+peer\s+\S+?)?\/(\d+)/.exec(line) ?? [];
    if (word === undefined || current === '') continue;
    const isIpv6 = word === 'inet6';
    const scope = /\sscope\s+(\w+)/.exec(line)?.[1] ?? 'global';
    put(found, current, {
      address,
      prefixLength: Number(prefix),
      family: isIpv6 ? 'ipv6' : 'ipv4',
      isDynamic: /\sdynamic\b/.test(line) || /\bproto\s+(?:kernel_ra|dhcp)\b/.test(line),
      scope: scope === 'link' || scope === 'host' ? scope : 'global',
    });
  }
  return found;
}

/** net-tools and busybox: `eth0      Link encap:…` or `eth0: flags=…`, then `inet addr:1.2.3.4 … Mask:…`. */
function ifconfig(sections: Sections): Map<string, MachineAddress[]> {
  const found = new Map<string, MachineAddress[]>();
  let current = '';
  for (const line of sections.lines('ifconfig')) {
    current = /^(\S+?):?\s/.exec(line)?.[1] ?? current;
    const v4 = /\sinet (?:addr:)?([\d.]+).*?(?:Mask:|netmask )([\d.]+)/.exec(line);
    const v6 = /\sinet6 (?:addr: ?)?([0-9a-fA-F:]+)(?:\/|\s+prefixlen )(\d+)/.exec(line);
    const base = { isDynamic: false } as const;
    if (v4?.[1] && v4[2]) {
      const scope = v4[1].startsWith('127.') ? 'host' : 'global';
      put(found, current, { ...base, address: v4[1], prefixLength: maskLength(v4[2]), family: 'ipv4', scope });
    }
    if (v6?.[1]) {
      const scope = /^fe80:/i.test(v6[1]) ? 'link' : v6[1] === '::1' ? 'host' : 'global';
      put(found, current, { ...base, address: v6[1], prefixLength: Number(v6[2]), family: 'ipv6', scope });
    }
  }
  return found;
}

function put(found: Map<string, MachineAddress[]>, name: string, address: MachineAddress): void {
  if (address.prefixLength > (address.family === 'ipv4' ? 32 : 128)) return;
  found.set(name, [...(found.get(name) ?? []), address]);
}

function maskLength(mask: string): number {
  return mask
    .split('.')
    .map((part) => Number(part).toString(2).replaceAll('0', '').length)
    .reduce((sum, bits) => sum + bits, 0);
}

function routes(sections: Sections): Network['defaultRoutes'] {
  const found: Network['defaultRoutes'] = [];
  for (const line of sections.lines('routes')) {
    const device = /\sdev\s+(\S+)/.exec(line)?.[1];
    if (!line.startsWith('default') || device === undefined) continue;
    const gateway = /\svia\s+(?:inet6?\s+)?(\S+)/.exec(line)?.[1] ?? null;
    const family = gateway?.includes(':') || /\bproto ra\b|\bpref \w+/.test(line) ? 'ipv6' : 'ipv4';
    found.push({ family, gateway, interface: device, isDynamic: /\bproto (?:dhcp|ra)\b/.test(line) });
  }
  for (const line of sections.lines('route-table')) {
    const [device = '', destination, gateway = ''] = line.split(/\s+/);
    if (destination !== '00000000') continue;
    found.push({ family: 'ipv4', gateway: hexAddress(gateway), interface: device, isDynamic: false });
  }
  return found.filter(
    (route, index) =>
      found.findIndex((other) => other.interface === route.interface && other.gateway === route.gateway) === index,
  );
}

/** /proc/net/route: hexadecimal, lowest byte first. */
function hexAddress(text: string): string | null {
  if (!/^[0-9A-Fa-f]{8}$/.test(text) || text === '00000000') return null;
  return [6, 4, 2, 0].map((at) => parseInt(text.slice(at, at + 2), 16)).join('.');
}
