import type { HostNetwork, InstallCheck, InstallReview } from '../../shared/contract/install.ts';
import type { MachineReport } from '../../shared/contract/machine.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { decimalSize, diskTitle } from '../../shared/install/install-disks.ts';
import { formatBytes, formatDuration } from '../ui/format.ts';

/** What a machine is, a fact a line, for a list of terms. */
export function machineFacts(report: MachineReport): { term: string; words: string }[] {
  const { os, kernel, firmware, memory, cpu, model, virtualisation, login, network } = report;
  const kind = virtualisation.kind === 'none' ? '' : (virtualisation.name ?? virtualisation.kind);
  const secure = firmware.secureBoot === true ? ', Secure Boot is on' : '';
  const privileges = { root: 'as root', sudo: 'sudo', doas: 'doas' } as const;
  const rights: Readonly<Partial<Record<string, string>>> = privileges;
  return [
    {
      term: 'Runs',
      words: `${os.name || 'an unknown system'}, ${kernel.name} ${kernel.release}, ${report.architecture}`,
    },
    { term: 'Machine', words: [model?.vendor, model?.product, kind].filter(Boolean).join(' ') || 'not told' },
    { term: 'Firmware', words: `${FIRMWARE_WORDS[firmware.kind]}${secure}` },
    { term: 'Memory', words: `${formatBytes(memory.totalBytes)}, ${cpu.count} × ${cpu.model ?? 'processor'}` },
    { term: 'Login', words: `${login.user}, ${rights[login.privilege] ?? `rights: ${login.privilege}`}` },
    ...network.interfaces
      .filter(({ addresses, kind: sort }) => addresses.length > 0 && sort !== 'virtual')
      .map(({ name, kind: sort, mac, addresses }) => ({
        term: name,
        words: `${sort}, ${addresses
          .filter(({ scope }) => scope === 'global')
          .map((one) => `${one.address}/${one.prefixLength}${one.isDynamic ? ' (DHCP)' : ''}`)
          .join(', ')}${mac === null ? '' : `, ${mac}`}`,
      })),
    ...report.disks.map(({ path, model: disk, serial, sizeBytes, isSystemDisk }) => ({
      term: path,
      words: [
        diskTitle({ model: disk, sizeBytes }),
        serial === null ? 'no serial number' : `serial ${serial}`,
        ...(isSystemDisk ? ['the system runs from it'] : []),
      ].join(', '),
    })),
  ];
}

const FIRMWARE_WORDS: Readonly<Record<MachineReport['firmware']['kind'], string>> = {
  uefi: 'UEFI',
  bios: 'BIOS',
  'device-tree': 'device tree',
  unknown: 'not told',
};

/** Where to look when a machine does not start from its new disk. */
export function bootHint(firmware: MachineReport['firmware']['kind']): string {
  const uefi = 'With UEFI, the boot order may still name the installer’s stick.';
  const bios = 'With BIOS, the disk that it starts from is chosen in the firmware’s setup.';
  const hints = {
    uefi,
    bios,
    'device-tree': 'The medium that it starts from must be in it.',
    unknown: `${uefi} ${bios}`,
  };
  return hints[firmware];
}

/** The firmware as the rules for layouts count them; null where the machine did not tell. */
export function layoutFirmware({ firmware }: MachineReport): Firmware | null {
  if (firmware.kind === 'uefi' || firmware.kind === 'bios') return firmware.kind;
  return firmware.kind === 'device-tree' ? 'rpi' : null;
}

/** The address that a machine has now, as one that stays; null where it has none that could. */
export function presentNetwork({ network }: MachineReport): Extract<HostNetwork, { mode: 'static' }> | null {
  const card = network.interfaces.find(({ name }) => name === network.connectedBy);
  if (card === undefined || card.mac === null) return null;
  const addresses = card.addresses
    .filter(({ scope, family, isDynamic }) => scope === 'global' && (family === 'ipv4' || !isDynamic))
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  if (addresses.length === 0) return null;
  const gateways = network.defaultRoutes.flatMap((route) =>
    route.interface === card.name && route.gateway !== null && route.family === 'ipv4' ? [route.gateway] : [],
  );
  return {
    mode: 'static',
    mac: card.mac,
    addresses,
    gateways: [...new Set(gateways)],
    nameservers: network.nameservers,
  };
}

/** Whether what is copied fits, as far as the layout tells. */
export function roomWords({ closureBytes, room }: Pick<InstallCheck, 'closureBytes' | 'room'>): string {
  if (closureBytes === null) return 'the machine builds the system, so its size is known only then';
  const size = decimalSize(closureBytes);
  return room === null
    ? `${size} are copied; whether they fit is not known, because the layout does not tell how large its file systems become`
    : `${size} fit into the ${decimalSize(room.bytes)} of ${room.where}`;
}

/** How long it may take, by what earlier installs took and nothing else. */
export function estimateWords(earlier: InstallReview['earlier']): string {
  if (earlier === null) return 'No estimate yet: no install has gone through with this app so far.';
  const { count, shortestMs, longestMs } = earlier;
  if (count === 1) return `The one install that has gone through took ${formatDuration(longestMs)}.`;
  const [least, most] = [formatDuration(shortestMs), formatDuration(longestMs)];
  const words = least === most ? least : `${least} to ${most}`;
  return `The last ${count} installs that went through took ${words}.`;
}
