import type { HostSession } from '../host-session.ts';
import { nextBootMark as mark } from '../../fleet/status/probe.ts';
import { asRoot } from '../privilege.ts';

/**
 * Guards a restart where the boot loader can be told to try a system once (systemd-boot: LoaderEntryOneShot of the Boot
 * Loader Interface). Its default becomes what was booted before, so that a machine which does not come up with the new
 * system starts the old one at the boot after: by itself where the kernel restarts after a panic, else when a person
 * switches it off and on. A mark on the host says so until the default is what the profile is again.
 */

const timeLimitMs = 120_000;

const path = 'PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"';

/**
 * Prints `guarded`, or why not. `switch-to-configuration boot` of a system makes it the default, whatever the profile is
 * (NixOS's systemd-boot-builder.py compares each entry's init with it). What entries are called differs between releases,
 * so they are found by what they start; a count of tries in a file's name is no part of what the entry is called.
 */
const armScript = `
system=$1 mark=${mark}
${path}
no() { echo "$1"; exit 0; }
booted=$(readlink -f /run/booted-system) && [ -x "$booted/bin/switch-to-configuration" ] || no 'what was booted before is gone'
[ "$booted" != "$system" ] || no 'it was booted before'
command -v bootctl >/dev/null && boot=$(bootctl --print-boot-path 2>/dev/null) || no 'its boot loader cannot try a system once'
entry_of() {
  file=$(grep -lF "init=$1/init" "$boot"/loader/entries/*.conf 2>/dev/null | head -n 1)
  [ -n "$file" ] && echo "\${file##*/}" | sed 's/[+][0-9-]*[.]conf$/.conf/'
}
entry=$(entry_of "$system") && entry_of "$booted" >/dev/null || no 'its boot menu does not have both systems'
mkdir -p "\${mark%/*}" && echo "$system" >"$mark" || no 'nothing can be written there'
if "$booted/bin/switch-to-configuration" boot >/dev/null 2>&1 && bootctl set-oneshot "$entry" 2>/dev/null; then
  sync
  echo guarded
else
  "$system/bin/switch-to-configuration" boot >/dev/null 2>&1 && rm -f "$mark"
  echo 'its boot loader could not be set'
fi
`;

/** The system that is the profile is what boots from now on. */
const endScript = `
mark=${mark}
${path}
[ -e "$mark" ] || exit 0
"$1/bin/switch-to-configuration" boot && rm -f "$mark"
`;

/** It booted what it booted before: the profile follows, and the new generation stays in the list. */
const followScript = `
mark=${mark} profile=/nix/var/nix/profiles/system
${path}
for link in /nix/var/nix/profiles/system-*-link; do
  [ "$(readlink -f "$link")" = "$1" ] || continue
  number=\${link##*/system-}
  nix-env -p "$profile" --switch-generation "\${number%-link}" && rm -f "$mark"
  exit
done
exit 1
`;

async function run(
  session: HostSession,
  privilege: readonly string[],
  [script, ...words]: [string, ...string[]],
  signal: AbortSignal,
) {
  return session.exec(asRoot(privilege, ['sh', '-c', script, 'sh', ...words]), { signal, timeoutMs: timeLimitMs });
}

/** Arms it. Null: the next boot is guarded; else why it is not. @throws ProblemError `ssh-*` */
export async function armBootGuard(
  session: HostSession,
  privilege: readonly string[],
  system: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { stdout, stderr } = await run(session, privilege, [armScript, system], signal);
  const answer = stdout.trim().split('\n').at(-1) ?? '';
  return answer === 'guarded' ? null : answer || stderr.trim() || 'it did not answer';
}

/** The machine came up with it: it is what boots from now on. Why it is not, or null. @throws ProblemError `ssh-*` */
export async function endBootGuard(
  session: HostSession,
  privilege: readonly string[],
  system: string,
  signal: AbortSignal,
): Promise<string | null> {
  const { exitCode, stderr } = await run(session, privilege, [endScript, system], signal);
  return exitCode === 0 ? null : stderr.trim() || `exit ${exitCode ?? 'unknown'}`;
}

/** The machine came up with `booted` again: that is its profile too. @throws ProblemError `ssh-*` */
export async function followBootGuard(
  session: HostSession,
  privilege: readonly string[],
  booted: string,
  signal: AbortSignal,
): Promise<void> {
  await run(session, privilege, [followScript, booted], signal);
}
