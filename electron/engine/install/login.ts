import { sshTarget } from '../ssh/target.ts';
import { PrivateFolder } from './private-folder.ts';
import { keyOfLine } from './run.ts';
import type { InstallSpec, InstallState } from './spec.ts';

/**
 * The command with which a person logs in to the machine of an install, in a terminal: to what it ran before as they log
 * in themselves, to the installer with the install's own key, and to the new system as the fleet does.
 */
export function loginArgv(
  spec: Pick<InstallSpec, 'target' | 'identityFile' | 'privateFolder'>,
  state: Pick<InstallState, 'target' | 'done' | 'newHostKey'>,
  knownHosts: string,
): string[] {
  const target = state.target ?? spec.target;
  const secret = PrivateFolder.open(spec.privateFolder);
  const isInstalled = state.done.includes('reboot') && state.newHostKey !== null;
  const isInstaller = state.done.includes('kexec') && !isInstalled;
  const key = isInstaller ? secret.loginKey().file : spec.identityFile;
  const known = isInstalled && state.newHostKey !== null ? secret.knownHosts(keyOfLine(state.newHostKey)) : knownHosts;
  // Proven to be harmless as arguments.
  const { host, port } = sshTarget(target);
  return [
    'ssh',
    ...(key === null ? [] : ['-i', key, '-o', 'IdentitiesOnly=yes']),
    '-o',
    `UserKnownHostsFile=${known}`,
    ...(isInstalled ? ['-o', 'HostKeyAlias=installer'] : []),
    ...(port === null ? [] : ['-p', String(port)]),
    `${isInstaller || isInstalled ? 'root' : (target.user ?? 'root')}@${host}`,
  ];
}
