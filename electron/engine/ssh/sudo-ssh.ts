import { dirname } from 'node:path';

/**
 * The `ssh` that nix finds where sudo on the other side wants a password: sudo reads the first line of what it is sent,
 * and nix there the rest. The password travels in the environment of this one program and is written nowhere. Only ssh
 * keeps the output open, and only ssh is waited for, so that nix notices when the connection ends.
 */
export const sudoSshScript = `#!/bin/sh
# Written by Nixstead. Runs ssh, and sends a password to sudo on the other side before all else.
password=$NIXSTEAD_SUDO_PASSWORD PATH=$NIXSTEAD_PATH
unset NIXSTEAD_SUDO_PASSWORD NIXSTEAD_PATH
# Asks for a shared connection, and sends nothing.
[ "$1" != -O ] || exec ssh "$@"
exec 3>&1 4<&0
{ { printf '%s\\n' "$password"; exec cat; } <&4 3>&- 4<&- & } | ssh "$@" >&3 3>&- 4<&- &
exec >&- 3>&- 4<&-
wait "$!"
`;

/** The variables under which nix runs {@link sudoSshScript}; none where there is no password. @param script is named `ssh` */
export function sudoSshEnvironment(script: string, sudoPassword: string | undefined): Record<string, string> {
  if (sudoPassword === undefined) return {};
  const path = process.env['PATH'] ?? '';
  return { PATH: `${dirname(script)}:${path}`, NIXSTEAD_PATH: path, NIXSTEAD_SUDO_PASSWORD: sudoPassword };
}
