import { randomBytes } from 'node:crypto';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import { readProbe } from '../../../shared/machines/read-probe.ts';
import { ProblemError } from '../errors.ts';
import { parseProbe } from '../fleet/status/probe.ts';
import { fingerprint, hostKeyType } from '../ssh/host-key.ts';
import type { SshSession } from '../ssh/session.ts';
import { probeArgv } from './probe-script.ts';

/** A spinning disk that sleeps takes ten seconds to wake up. */
const timeLimitMs = 45_000;

/**
 * Asks a machine what it is, in one round trip.
 * @param sudoPassword goes to sudo's standard input on the machine, and nowhere else
 * @throws ProblemError `machine-answer-unreadable`, `ssh-*`; the signal's reason
 */
export async function probeMachine(
  session: Pick<SshSession, 'exec' | 'place'>,
  options: { readonly sudoPassword?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<MachineReport> {
  const nonce = `nixstead-${randomBytes(12).toString('hex')}`;
  const { sudoPassword, signal } = options;
  const { stdout, stderr } = await session.exec(probeArgv(nonce), {
    stdin: sudoPassword === undefined ? '' : `${sudoPassword}\n`,
    timeoutMs: timeLimitMs,
    ...(signal === undefined ? {} : { signal }),
  });
  const report = readProbe(stdout, nonce, Date.now(), readers);
  if (report !== null) return report;
  throw new ProblemError({
    code: 'machine-answer-unreadable',
    title: `${session.place} answered something that was not asked`,
    evidence: (stderr.trim() || stdout.trim()).slice(0, 2000),
    advice: [
      'Check that the login shell of this user runs commands and prints nothing by itself.',
      'On an installer of another system a menu may stand in the way: log in by hand and choose the shell.',
    ],
    canRetry: true,
  });
}

export const readers = {
  fingerprint: (base64: string): string | null => {
    const key = Buffer.from(base64, 'base64');
    return hostKeyType(key) === '' ? null : fingerprint(key);
  },
  system: (text: string): NonNullable<MachineReport['nixos']> | null => {
    const facts = parseProbe(text);
    if (facts === null) return null;
    const { currentSystem, bootedSystem, profileSystem, generation, nixosVersion, failedUnits } = facts;
    return {
      currentSystem,
      bootedSystem,
      profileSystem,
      generation,
      version: nixosVersion,
      failedUnits: [...failedUnits],
    };
  },
};
