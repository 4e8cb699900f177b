import { askpassEnvironment, askpassOptions, type Secrets } from '../ssh/askpass.ts';
import { configPathWithoutSpaces, type SshFiles } from '../ssh/config.ts';
import type { CopyTarget } from '../nix/copy.ts';
import { sudoSshEnvironment } from '../ssh/sudo-ssh.ts';
import { sshOptionWords, type SshTarget } from '../ssh/target.ts';

/** How nix reaches the store of a target: through OpenSSH with our own configuration. */
export interface TargetStore {
  readonly target: CopyTarget;
  readonly sshOptions: readonly string[];
  /** Holds a secret where one was typed; never shown. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * @param throughSudo for a user who may become root: nix runs there as root, which the daemon trusts
 */
export function targetStore(
  target: SshTarget,
  files: SshFiles,
  secrets: Secrets = {},
  throughSudo = false,
): TargetStore {
  const env = askpassEnvironment(files.askpass, secrets);
  return {
    target: {
      host: target.host,
      user: target.user,
      ...(throughSudo ? { throughSudo: secrets.sudoPassword === undefined ? 'free' : 'password' } : {}),
    },
    sshOptions: ['-F', configPathWithoutSpaces(files), ...askpassOptions(secrets), ...sshOptionWords(target)],
    env: throughSudo ? { ...env, ...sudoSshEnvironment(files.sudoSsh, secrets.sudoPassword) } : env,
  };
}
