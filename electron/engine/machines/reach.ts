import type { MachineLogin, ProbeAnswer } from '../../../shared/contract/machine.ts';
import { judgeMachine, type Here } from '../../../shared/machines/verdict.ts';
import { ProblemError } from '../errors.ts';
import { connect, type HostKeyOffer } from '../ssh/client.ts';
import type { SshFiles } from '../ssh/config.ts';
import { fingerprint, hostKeyType } from '../ssh/host-key.ts';
import { sshTarget, type SshTarget } from '../ssh/target.ts';
import { probeMachine } from './probe.ts';
import type { MachineMemory, MachineSecrets } from './memory.ts';

interface ProbeSurroundings {
  readonly files: SshFiles;
  readonly memory: MachineMemory;
  readonly here: Here;
}

/** A machine's target, with the key file that a person chose for it. @throws ProblemError `target-refused` … */
export function loginTarget({ target, identityFile }: Pick<MachineLogin, 'target' | 'identityFile'>): SshTarget {
  return sshTarget(target, identityFile === null ? [] : ['-i', identityFile]);
}

/**
 * Connects to a machine that may never have been seen, and probes it. What only a person can say is asked for by the
 * answer; one wrong password is one attempt, since servers shut out whoever guesses.
 */
export async function reachAndProbe(
  login: MachineLogin,
  { files, memory, here }: ProbeSurroundings,
  signal?: AbortSignal,
): Promise<ProbeAnswer> {
  const startedAt = performance.now();
  const target = loginTarget(login);
  const secrets = memory.secretsOf(target);
  const given = rememberGiven(secrets, login);
  const asked: { offer: HostKeyOffer | null; wanted: ProbeAnswer | null } = { offer: null, wanted: null };
  try {
    using session = await connect(target, {
      files,
      secrets,
      ...(signal === undefined ? {} : { signal }),
      onUnknownHostKey: async (shown) => {
        asked.offer = shown;
        return shown.fingerprint === login.acceptedFingerprint;
      },
      onSecret: async ({ kind, text }) => {
        const wasWrong = given.has(kind);
        delete secrets[kind];
        asked.wanted = { state: kind === 'password' ? 'password-wanted' : 'passphrase-wanted', text, wasWrong };
        return null;
      },
    });
    const report = await probeMachine(session, { sudoPassword: secrets.sudoPassword ?? secrets.password, signal });
    if (report.login.privilege === 'sudo-refused') delete secrets.sudoPassword;
    memory.keepReport(target, report);
    return {
      state: 'probed',
      report,
      verdict: judgeMachine(report, here),
      hostKey: { type: hostKeyType(session.hostKey), fingerprint: fingerprint(session.hostKey) },
      tookMs: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (asked.wanted !== null) return asked.wanted;
    if (error.problem.code === 'ssh-host-key-unknown' && asked.offer !== null) return unknownKey(asked.offer);
    return { state: 'failed', problem: error.problem };
  }
}

function unknownKey({ keyType, fingerprint: shown }: HostKeyOffer): ProbeAnswer {
  return { state: 'unknown-host-key', type: keyType, fingerprint: shown };
}

/** Takes over what was typed; returns what of it was typed just now. */
function rememberGiven(secrets: MachineSecrets, login: MachineLogin): ReadonlySet<'password' | 'passphrase'> {
  const given = new Set<'password' | 'passphrase'>();
  for (const kind of ['password', 'passphrase'] as const) {
    const value = login[kind];
    if (value === undefined || value === '') continue;
    secrets[kind] = value;
    given.add(kind);
  }
  if (login.sudoPassword) secrets.sudoPassword = login.sudoPassword;
  return given;
}
