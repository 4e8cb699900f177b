import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { EvaluatedInstall } from './evaluate.ts';

interface Comparison {
  readonly plan: Pick<EvaluatedInstall, 'hostName' | 'mounts'>;
  /** The system that was installed. */
  readonly system: string;
  readonly report: MachineReport;
}

/** File systems that a mount is called by otherwise, or that are on no disk. */
const sameType: Readonly<Record<string, string>> = { auto: '', bind: '', none: '' };

/** Where a machine that came up differs from what was installed on it, in sentences; empty: nowhere. */
export function differences({ plan, system, report }: Comparison): string[] {
  const found: string[] = [];
  const { nixos } = report;
  if (nixos === null) return [`It runs ${report.os.name || 'something else'}, not NixOS.`];
  if (plan.hostName !== '' && report.hostName !== plan.hostName) {
    found.push(`Its name is ${report.hostName || 'empty'}, not ${plan.hostName}.`);
  }
  if (nixos.currentSystem !== system) found.push(`It runs ${nixos.currentSystem ?? 'no system'}, not ${system}.`);
  if (nixos.bootedSystem !== null && nixos.bootedSystem !== system) {
    found.push(`It booted ${nixos.bootedSystem}, not ${system}.`);
  }
  return [...found, ...mountDifferences(plan.mounts, report)];
}

/** What the layout mounts and the machine does not, or otherwise. */
export function mountDifferences(mounts: EvaluatedInstall['mounts'], report: Pick<MachineReport, 'mounts'>): string[] {
  const found: string[] = [];
  for (const [target, { type, device, options }] of Object.entries(mounts)) {
    if (options.some((option) => option === 'noauto' || option === 'x-systemd.automount' || option === 'nofail'))
      continue;
    const mounted = report.mounts.findLast((mount) => mount.target === target);
    if (mounted === undefined) {
      found.push(`${target} is not mounted${device === null ? '' : ` (${device})`}.`);
      continue;
    }
    const wanted = sameType[type] ?? type;
    if (wanted !== '' && mounted.type !== wanted) found.push(`${target} is ${mounted.type}, not ${wanted}.`);
  }
  return found;
}
