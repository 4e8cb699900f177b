import { quoteConfigValue, type SshFiles } from '../ssh/config.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { PrivateFolder } from './private-folder.ts';
import { keyOfLine } from './run.ts';
import type { InstallSpec, InstallState } from './spec.ts';

/** How a person logs in somewhere. `place` as they would write it: `root@192.168.1.5`. */
export interface Login {
  readonly argv: readonly [string, ...string[]];
  readonly place: string;
}

/**
 * How a person logs in to the machine of an install, in a terminal: to what it ran before as they log in themselves, to
 * the installer with the install's own key, and to the new system as the fleet does. By our configuration, so that a
 * host key is always compared, whatever theirs says; the key that the install has seen is the only one that is taken,
 * at whatever address.
 */
export function loginOf(
  spec: Pick<InstallSpec, 'target' | 'identityFile' | 'privateFolder'>,
  state: Pick<InstallState, 'target' | 'done' | 'hostKey' | 'newHostKey'>,
  files: Pick<SshFiles, 'config'>,
): Login {
  const target = state.target ?? spec.target;
  const secret = PrivateFolder.open(spec.privateFolder);
  const isInstalled = state.done.includes('reboot') && state.newHostKey !== null;
  const isInstaller = state.done.includes('kexec') && !isInstalled;
  const key = isInstaller ? secret.loginKey().file : spec.identityFile;
  const pinned = isInstalled ? state.newHostKey : state.hostKey;
  const user = isInstaller || isInstalled ? 'root' : (target.user ?? 'root');
  // Proven to be harmless as arguments.
  const { host, port } = sshTarget({ ...target, user });
  return {
    argv: [
      'ssh',
      '-F',
      files.config,
      '-t',
      // A person is there, whom it may ask for a password.
      '-oBatchMode=no',
      ...(key === null ? [] : ['-i', key, '-oIdentitiesOnly=yes']),
      ...(pinned === null ? [] : pinnedTo(secret.knownHosts(keyOfLine(pinned)))),
      ...(port === null ? [] : ['-p', String(port)]),
      `${user}@${host}`,
    ],
    place: describeTarget({ host, port, user }),
  };
}

function pinnedTo(knownHosts: string): string[] {
  return [
    `-oUserKnownHostsFile=${quoteConfigValue(knownHosts)}`,
    '-oGlobalKnownHostsFile=/dev/null',
    '-oHostKeyAlias=installer',
  ];
}
