import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A machine of the same network that this computer has spoken with. */
export interface Neighbour {
  readonly address: string;
  /** Lower case with colons. */
  readonly mac: string;
}

/** What this computer remembers of its neighbours (ARP and IPv6); empty where the system does not tell. */
export async function neighbours(): Promise<Neighbour[]> {
  // Without -n macOS asks for the name of each.
  if (process.platform === 'darwin') return readArp(await output('arp', ['-an']));
  const answer = await output('ip', ['neigh', 'show']);
  if (answer !== '') return readIpNeighbours(answer);
  return readProcArp(await readFile('/proc/net/arp', 'utf8').catch(() => ''));
}

async function output(program: string, argv: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, [...argv], { timeout: 3000 })).stdout;
  } catch {
    return '';
  }
}

const mac = /\b([0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5})\b/i;

/** `192.168.1.5 dev eth0 lladdr 52:54:00:12:34:56 REACHABLE`; those that failed have no `lladdr`. */
export function readIpNeighbours(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const [, address, hardware] = /^(\S+) .*\blladdr (\S+)/.exec(line) ?? [];
    return address === undefined || hardware === undefined ? [] : [{ address, mac: hardware.toLowerCase() }];
  });
}

function readProcArp(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', , flags, hardware = ''] = line.split(/\s+/);
    return flags === '0x0' || !mac.test(hardware) ? [] : [{ address, mac: hardware.toLowerCase() }];
  });
}

/** `? (192.168.1.5) at 52:54:0:12:34:56 on en0 …`, and Windows's table with dashes. */
export function readArp(text: string): Neighbour[] {
  return text.split('\n').flatMap((line) => {
    const address = /\b(\d{1,3}(?:\.\d{1,3}){3})\b/.exec(line)?.[1];
    const hardware = mac.exec(line)?.[1];
    if (address === undefined || hardware === undefined) return [];
    const bytes = hardware.split(/[:-]/).map((byte) => byte.padStart(2, '0'));
    return [{ address, mac: bytes.join(':').toLowerCase() }];
  });
}
