import type { ProbeAnswer } from '../../../shared/contract/machine.ts';
import { readProbe } from '../../../shared/machines/read-probe.ts';
import { judgeMachine } from '../../../shared/machines/verdict.ts';
import output from '../../fixtures/machine-probes/uefi-windows-beside-ubuntu/output?raw';

const FINGERPRINT = 'SHA256:2jvGlvVYDhcYcqXSxFpPhVhVZ8RZQkGBYtMkGq4uYBc';

interface Login {
  readonly acceptedFingerprint?: string | undefined;
  readonly password?: string | undefined;
}

/** Of the fleet's machines one shows a new key, one wants a password, and each other is a desktop with Windows on it. */
export function inventProbe(host: string, { acceptedFingerprint, password }: Login): ProbeAnswer {
  if (host === '10.0.20.1' && acceptedFingerprint === undefined) {
    return { state: 'unknown-host-key', type: 'ssh-ed25519', fingerprint: FINGERPRINT };
  }
  if (host === '10.0.20.51') {
    return { state: 'password-wanted', text: 'Password of root on 10.0.20.51', wasWrong: password !== undefined };
  }
  const report = readProbe(output, '@@', Date.now(), { fingerprint: () => FINGERPRINT, system: () => null });
  if (report === null) throw new Error('The recorded answer is not whole.');
  return {
    state: 'probed',
    report,
    verdict: judgeMachine(report, { system: 'x86_64-linux' }),
    hostKey: { type: 'ssh-ed25519', fingerprint: FINGERPRINT },
    tookMs: 410,
  };
}
