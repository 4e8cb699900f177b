import { systemOfArchitecture } from './architecture.ts';
import type { MachineReport } from '../contract/machine.ts';
import { readBlocks, readMounts } from './read-blocks.ts';
import { readDisks } from './read-disks.ts';
import { readNetwork } from './read-network.ts';
import { Sections, type Values } from './sections.ts';

/** What the parser cannot do itself: digests of keys, and reading what a running NixOS says (fleet/status/probe.ts). */
export interface ProbeReaders {
  /** Fingerprint of a public key in base64 (`SHA256:…`); null: it is no key. */
  readonly fingerprint: (base64: string) => string | null;
  readonly system: (text: string) => NonNullable<MachineReport['nixos']> | null;
}

/**
 * Reads the output of the probe; null where it is not whole.
 * @param nonce the one that was given to the script
 * @param probedAt when it was asked, in milliseconds since the epoch
 */
export function readProbe(
  output: string,
  nonce: string,
  probedAt: number,
  readers: ProbeReaders,
): MachineReport | null {
  const sections = Sections.read(output, nonce);
  if (!sections.has('end') || !sections.has('login')) return null;
  const facts = sections.values('facts');
  const login = sections.values('login');
  const os = readOs(sections);
  const mounts = readMounts(sections);
  const architecture = facts.first('machine') ?? '';
  const clock = facts.number('clock');
  const disks = readDisks(readBlocks(sections), sections);
  const installMount = mounts.some((mount) => mount.target === '/mnt');
  return {
    version: 1,
    probedAt,
    hostName: facts.first('hostname') ?? '',
    os,
    kernel: { name: facts.first('kernel') ?? '', release: facts.first('release') ?? '' },
    architecture,
    system: systemOfArchitecture(facts.first('kernel') ?? '', architecture),
    virtualisation: readVirtualisation(facts),
    model: readModel(facts),
    firmware: readFirmware(facts),
    memory: readMemory(sections),
    cpu: readCpu(sections),
    network: readNetwork(sections, login.first('connection')),
    disks,
    mounts: mounts.filter(({ type }) => !pseudo.has(type)),
    login: readLogin(login),
    kexec: { isDisabled: kexecDisabled(facts), lockdown: readLockdown(facts) },
    tools: facts.all('tool'),
    nixos: os.isNixos ? readers.system(sections.text('system')) : null,
    hostKeys: sections.lines('host-keys').flatMap((line) => {
      const [type = '', base64 = ''] = line.trim().split(/\s+/);
      const fingerprint = readers.fingerprint(base64);
      return fingerprint === null ? [] : [{ type, fingerprint, publicKey: `${type} ${base64}` }];
    }),
    installRoot: installMount ? { system: storePath(sections.values('disk-marks').first('profile')) } : null,
    clockAheadMs: clock === null ? null : clock * 1000 - probedAt,
    gaps: gapsOf(sections, login, disks.length),
  };
}

/** File systems of the kernel's own, on no disk. */
const pseudo = new Set(
  'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs proc pstore ramfs rpc_pipefs securityfs sysfs tracefs'.split(
    ' ',
  ),
);

const storePath = (path: string | null): string | null =>
  path === null ? null : (/\/nix\/store\/[^/]+$/.exec(path)?.[0] ?? null);

/** os-release(5): shell assignments, values bare or quoted. */
function readOs(sections: Sections): MachineReport['os'] {
  const values = new Map(
    sections.lines('os-release').flatMap((line) => {
      const [, key, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line.trim()) ?? [];
      const bare = value.replace(/^(["'])(.*)\1$/, '$2').replace(/\\(["'$`\\])/g, '$1');
      return key === undefined ? [] : [[key, bare] as const];
    }),
  );
  const id = values.get('ID') ?? '';
  const isNixos = id === 'nixos' || (values.get('ID_LIKE') ?? '').split(' ').includes('nixos');
  return {
    id,
    name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? '',
    version: values.get('VERSION_ID') ?? '',
    isNixos,
    isInstaller: isNixos && values.get('VARIANT_ID') === 'installer',
  };
}

function readVirtualisation(facts: Values): MachineReport['virtualisation'] {
  const known = (word: string): string | null => {
    const value = facts.first(word);
    return value === 'none' ? null : value;
  };
  const container = known('container-file') ?? known('container');
  if (container !== null && container !== 'wsl') return { kind: 'container', name: container };
  const vm = known('vm') ?? vmByName(`${facts.first('vendor') ?? ''} ${facts.first('product') ?? ''}`);
  if (vm !== null) return { kind: 'vm', name: vm };
  return facts.first('hypervisor') === 'yes' ? { kind: 'vm', name: null } : { kind: 'none', name: null };
}

/** What hypervisors write where others write who made the machine. */
function vmByName(words: string): string | null {
  const names: readonly (readonly [RegExp, string])[] = [
    [/QEMU|KVM|Standard PC/i, 'kvm'],
    [/VMware/i, 'vmware'],
    [/VirtualBox|innotek/i, 'oracle'],
    [/Microsoft.*Virtual Machine/i, 'microsoft'],
    [/Xen/i, 'xen'],
    [/Amazon EC2/i, 'amazon'],
    [/Google Compute/i, 'google'],
    [/DigitalOcean|Hetzner.*vServer|OpenStack/i, 'kvm'],
  ];
  return names.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}

/** Boards whose maker left the fields as they came. */
const emptyName =
  /^(?:To be filled by O\.?E\.?M\.?|Default string|System manufacturer|System Product Name|Not Specified)?$/i;

function readModel(facts: Values): MachineReport['model'] {
  const board = facts.first('board');
  if (board !== null) return { vendor: '', product: board };
  const real = (word: string): string => {
    const value = facts.first(word) ?? '';
    return emptyName.test(value) ? '' : value;
  };
  const [vendor, product] = [real('vendor'), real('product')];
  return vendor === '' && product === '' ? null : { vendor, product };
}

function readFirmware(facts: Values): MachineReport['firmware'] {
  const board = facts.first('board');
  const isUefi = facts.first('firmware') === 'uefi';
  const isPc = /^(?:x86_64|i[3-6]86|amd64)$/.test(facts.first('machine') ?? '');
  const bits = facts.number('efi-bits');
  return {
    kind: isUefi ? 'uefi' : board !== null ? 'device-tree' : isPc ? 'bios' : 'unknown',
    secureBoot: isUefi ? readSecureBoot(facts) : false,
    bits: bits === 32 || bits === 64 ? bits : null,
    board,
  };
}

/** The variable's last byte, behind four bytes of attributes; or mokutil's words. */
function readSecureBoot(facts: Values): boolean | null {
  const bytes = facts.first('secure-boot')?.split(/\s+/) ?? [];
  if (bytes.length >= 5) return bytes[4] === '1';
  const words = facts.first('mokutil') ?? '';
  if (/SecureBoot enabled/.test(words)) return true;
  return /SecureBoot disabled/.test(words) ? false : null;
}

function readMemory(sections: Sections): MachineReport['memory'] {
  const kilobytes = new Map(
    sections.lines('meminfo').flatMap((line) => {
      const [, key, value] = /^(\w+):\s+(\d+)/.exec(line) ?? [];
      return key === undefined ? [] : [[key, Number(value) * 1024] as const];
    }),
  );
  const total = kilobytes.get('MemTotal') ?? 0;
  const available = kilobytes.get('MemAvailable') ?? (kilobytes.get('MemFree') ?? 0) + (kilobytes.get('Cached') ?? 0);
  return { totalBytes: total, availableBytes: available, swapBytes: kilobytes.get('SwapTotal') ?? 0 };
}

function readCpu(sections: Sections): MachineReport['cpu'] {
  const lines = sections.lines('cpuinfo');
  const named = (word: string): string | null =>
    lines.find((line) => line.startsWith(word))?.replace(/^[^:]*:\s*/, '') ?? null;
  return {
    model: named('model name') ?? named('Hardware') ?? named('Model') ?? named('cpu model'),
    count: lines.filter((line) => line.startsWith('processor')).length,
  };
}

const privileges = ['root', 'sudo', 'sudo-password', 'doas', 'sudo-asks', 'sudo-refused', 'none'] as const;

function readLogin(login: Values): MachineReport['login'] {
  const said = login.first('privilege');
  return {
    user: login.first('user') ?? '',
    privilege: privileges.find((one) => one === said) ?? 'none',
    sudoSaid: login.first('sudo-said'),
    keysWritable: login.first('keys-writable') === 'yes',
  };
}

function kexecDisabled(facts: Values): boolean | null {
  const value = facts.first('kexec-disabled');
  return value === null ? null : value !== '0';
}

/** `none [integrity] confidentiality`: the one in brackets is in force. */
function readLockdown(facts: Values): MachineReport['kexec']['lockdown'] {
  const chosen = /\[(\w+)\]/.exec(facts.first('lockdown') ?? '')?.[1];
  return chosen === 'none' || chosen === 'integrity' || chosen === 'confidentiality' ? chosen : null;
}

function gapsOf(sections: Sections, login: Values, diskCount: number): string[] {
  const gaps: string[] = [];
  const facts = sections.values('facts');
  if (facts.number('rights') !== 0) {
    gaps.push(
      `The probe ran as ${login.first('user') ?? 'a user'} without the rights of root: what is on the disks may be incomplete.`,
    );
  }
  const hasLsblk = sections.text('lsblk').trim() !== '' || sections.lines('lsblk-pairs').length > 0;
  if (!hasLsblk) gaps.push('The machine has no lsblk that answers; its disks were read from the kernel’s own files.');
  if (diskCount === 0) gaps.push('No disk was found.');
  const hasAddresses = sections.lines('addresses').length > 0 || sections.lines('ifconfig').length > 0;
  if (!hasAddresses) gaps.push('The machine has neither ip nor ifconfig: its addresses are not known.');
  return gaps;
}
