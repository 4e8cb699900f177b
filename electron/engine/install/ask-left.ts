import type { MachineReport } from '../../../shared/contract/machine.ts';
import { ProblemError } from '../errors.ts';
import { loginTarget } from '../machines/reach.ts';
import type { MachineMemory } from '../machines/memory.ts';
import { probeMachine } from '../machines/probe.ts';
import { connect } from '../ssh/client.ts';
import type { SshFiles } from '../ssh/config.ts';
import { sshTarget } from '../ssh/target.ts';
import { PrivateFolder } from './private-folder.ts';
import { keyOfLine } from './run.ts';
import type { InstallSpec, InstallState } from './spec.ts';

/** A machine that does not answer by then is not waited for by a person who looks at a page. */
const limitMs = 12_000;

/**
 * Asks the machine of an install whose process died what it is in: nobody has asked it before. null: it could not be
 * asked, or is known by no key yet.
 */
export async function askLeft(
  { target, identityFile, privateFolder }: Pick<InstallSpec, 'target' | 'identityFile' | 'privateFolder'>,
  state: Pick<InstallState, 'target' | 'hostKey' | 'done'>,
  { files, machines }: { readonly files: SshFiles; readonly machines: MachineMemory },
): Promise<MachineReport | null> {
  if (state.hostKey === null || state.done.includes('reboot')) return null;
  const isInstaller = state.done.includes('kexec');
  const at = state.target ?? target;
  const key = PrivateFolder.open(privateFolder).loginKey().file;
  const place = isInstaller
    ? sshTarget({ ...at, user: 'root' }, ['-i', key])
    : loginTarget({ target: at, identityFile });
  const secrets = isInstaller ? {} : machines.secretsOf(place);
  const signal = AbortSignal.timeout(limitMs);
  try {
    using session = await connect(place, { files, secrets, signal, expectedKeys: [keyOfLine(state.hostKey)] });
    return await probeMachine(session, { signal, sudoPassword: machines.secretsOf(place).sudoPassword });
  } catch (error) {
    if (error instanceof ProblemError || signal.aborted) return null;
    throw error;
  }
}
