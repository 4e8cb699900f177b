import type { HostNetwork } from '../../shared/contract/install.ts';
import type { MachineReport } from '../../shared/contract/machine.ts';
import type { Firmware } from '../../shared/disko/rules/finding.ts';
import { decimalSize } from '../../shared/install/install-disks.ts';
import { formatBytes } from '../ui/format.ts';

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
        disk ?? 'unknown model',
        decimalSize(sizeBytes),
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
