/**
 * How OpenSSH, started by nix without a terminal, is given a passphrase or password that a person typed: ssh runs the
 * program in SSH_ASKPASS with its question as the argument and reads the answer. The secret travels in the environment
 * of that one child and is written nowhere.
 */
export const askpassScript = `#!/bin/sh
# Written by Nixstead. Answers the questions of ssh from its environment; see SSH_ASKPASS in ssh(1).
case "$1" in
  *assphrase*) answer=\${NIXSTEAD_SSH_PASSPHRASE-} ;;
  *assword*) answer=\${NIXSTEAD_SSH_PASSWORD-} ;;
  *) answer= ;;
esac
[ -n "$answer" ] || exit 1
printf '%s\\n' "$answer"
`;

/** What a person typed for a target. */
export interface Secrets {
  passphrase?: string;
  password?: string;
  /** Of sudo there. */
  sudoPassword?: string;
}

/** What ssh is told beside {@link askpassEnvironment}: a typed answer is given by our program, which is asked once. */
export function askpassOptions(secrets: Secrets): string[] {
  const isTyped = secrets.passphrase !== undefined || secrets.password !== undefined;
  return isTyped ? ['-oBatchMode=no', '-oNumberOfPasswordPrompts=1'] : [];
}

/** The variables under which ssh asks {@link askpassScript}; none where there is no secret. */
export function askpassEnvironment(script: string, secrets: Secrets): Record<string, string> {
  if (secrets.passphrase === undefined && secrets.password === undefined) return {};
  return {
    SSH_ASKPASS: script,
    SSH_ASKPASS_REQUIRE: 'force',
    ...(secrets.passphrase === undefined ? {} : { NIXSTEAD_SSH_PASSPHRASE: secrets.passphrase }),
    ...(secrets.password === undefined ? {} : { NIXSTEAD_SSH_PASSWORD: secrets.password }),
  };
}
