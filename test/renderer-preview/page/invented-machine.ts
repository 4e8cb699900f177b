import type { MachineReport, ProbeAnswer } from '../../../shared/contract/machine.ts';
import { readProbe } from '../../../shared/machines/read-probe.ts';
import { judgeMachine } from '../../../shared/machines/verdict.ts';
import output from '../../fixtures/machine-probes/uefi-windows-beside-ubuntu/output?raw';

const FINGERPRINT = 'SHA256:2jvGlvVYDhcYcqXSxFpPhVhVZ8RZQkGBYtMkGq4uYBc';

interface Login {
  readonly acceptedFingerprint?: string | undefined;
  readonly password?: string | undefined;
}

/** Where a machine with a dozen disks answers. */
export const MANY_DISKS = '10.0.20.78';

/** What the desktop with Windows on it says of itself; its clock is right. */
export function inventReport(hasManyDisks: boolean): MachineReport {
  const report = readProbe(output, '@@', Date.now(), { fingerprint: () => FINGERPRINT, system: () => null });
  if (report === null) throw new Error('The recorded answer is not whole.');
  const { disks } = report;
  const [first] = disks;
  if (!hasManyDisks || first === undefined) return { ...report, clockAheadMs: 0 };
  const more = [...'bcdefghijkl'].map((letter, index) => {
    const serial = `WD-CA1${String(index).padStart(2, '0')}KLM`;
    return {
      ...first,
      ...{ path: `/dev/sd${letter}`, name: `sd${letter}`, model: 'WDC WD80EFZZ-68BTXN0', serial, wwn: null },
      byId: [`/dev/disk/by-id/ata-WDC_WD80EFZZ-68BTXN0_${serial}`],
      sizeBytes: 8e12,
      children: index % 3 === 0 ? first.children : [],
    };
  });
  return { ...report, clockAheadMs: 0, disks: [...disks, ...more] };
}

/** Of the fleet's machines one shows a new key, one wants a password, and each other is a desktop with Windows on it. */
export function inventProbe(host: string, { acceptedFingerprint, password }: Login): ProbeAnswer {
  if (host === '10.0.20.1' && acceptedFingerprint === undefined) {
    return { state: 'unknown-host-key', type: 'ssh-ed25519', fingerprint: FINGERPRINT };
  }
  if (host === '10.0.20.51') {
    return { state: 'password-wanted', text: 'Password of root on 10.0.20.51', wasWrong: password !== undefined };
  }
  const report = inventReport(host === MANY_DISKS);
  return {
    state: 'probed',
    report,
    verdict: judgeMachine(report, { system: 'x86_64-linux' }),
    hostKey: { type: 'ssh-ed25519', fingerprint: FINGERPRINT },
    tookMs: 410,
  };
}
