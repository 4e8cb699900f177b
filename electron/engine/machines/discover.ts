import { createSocket } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import type { SeenMachine } from '../../../shared/contract/machine.ts';
import { readRecords, serviceQuestion, type DnsRecord } from './dns-message.ts';
import { neighbours } from './neighbours.ts';

const service = '_ssh._tcp.local';
/** RFC 6762: multicast DNS. */
const group = { address: '224.0.0.251', port: 5353 } as const;
/** Machines answer within a tenth of a second, those that wait for others within half a one. */
const listenMs = 1500;

/** Machines that announce SSH, and those that this computer has lately spoken with. Nothing is scanned. */
export async function discoverMachines(signal?: AbortSignal): Promise<SeenMachine[]> {
  const [announced, known] = await Promise.all([askByMdns(signal), neighbours()]);
  const macs = new Map(known.map(({ address, mac }) => [address, mac]));
  const seen = readAnnouncements(announced).map((machine): SeenMachine => ({
    ...machine,
    source: 'mdns',
    mac: macs.get(machine.address) ?? null,
  }));
  const addresses = new Set(seen.map(({ address }) => address));
  return [
    ...seen,
    ...known
      .filter(({ address }) => !addresses.has(address))
      .map(({ address, mac }): SeenMachine => ({ source: 'neighbour', name: null, address, port: 22, mac })),
  ];
}

/** Services, their hosts and their addresses, put together from the records of all answers. */
export function readAnnouncements(records: readonly DnsRecord[]): { name: string; address: string; port: number }[] {
  const instances = records.flatMap((one) => (one.kind === 'ptr' && one.name === service ? [one.target] : []));
  const found = new Map<string, { name: string; address: string; port: number }>();
  for (const instance of instances) {
    const server = records.find((one) => one.kind === 'srv' && one.name === instance);
    if (server?.kind !== 'srv') continue;
    const addresses = records.flatMap((one) =>
      one.kind === 'address' && one.name === server.target ? [one.address] : [],
    );
    // A link-local address needs the interface beside it; the others do without.
    const address = addresses.find((one) => !one.includes(':')) ?? addresses.find((one) => !one.startsWith('fe80:'));
    if (address === undefined) continue;
    const name = server.target.replace(/\.local$/, '');
    found.set(`${address}:${server.port}`, { name, address, port: server.port });
  }
  return [...found.values()];
}

async function askByMdns(signal?: AbortSignal): Promise<DnsRecord[]> {
  const found: DnsRecord[] = [];
  const socket = createSocket({ type: 'udp4' });
  try {
    socket.on('message', (message) => found.push(...readRecords(message)));
    // A computer without a network has nobody to ask, which is an answer too.
    const failed = new Promise<void>((resolve) => socket.once('error', () => resolve()));
    socket.bind(0, () => socket.send(serviceQuestion(service), group.port, group.address));
    await Promise.race([failed, wait(listenMs, undefined, signal === undefined ? {} : { signal })]);
    return found;
  } finally {
    socket.close();
  }
}
