import type { HostSession } from '../host-session.ts';
import { nextBootMark } from '../../fleet/status/probe.ts';
import { broken, nothingBroken, type Broken } from '../health/broken.ts';
import { asRoot } from '../privilege.ts';
import { toplevelFunction } from '../../fleet/status/toplevel.ts';
import { bootPath, forgetNextBoot, tryOnceFunctions } from './boot-loaders.ts';

/**
 * Guards the next boot where the boot loader can be told to try a system once (boot-loaders.ts). Its default becomes what
 * was booted before, so that a machine which does not come up with the new system starts the old one at the boot after: by
 * itself where the kernel restarts after a panic, else when a person switches it off and on. A mark on the host says which
 * system is tried, in its second line in which boot that was set, and in its third what was broken then, as JSON; it is
 * there until the default is what the profile is again.
 */

const timeLimitMs = 120_000;

/**
 * Prints `guarded`, or why not; then what is deployed is the default, or where even that cannot be set, the mark stays for
 * a look after the boot to settle it. `switch-to-configuration boot` of a system makes it the default, whatever the profile is
 * (NixOS's systemd-boot-builder.py compares each entry's init with it, install-grub.pl puts it first).
 */
const armScript = `
system=$1 broken=$2 mark=${nextBootMark} is_set=
${bootPath}
no() {
  if [ -n "$is_set" ] && { starts "$system" || "$system/bin/switch-to-configuration" boot >/dev/null 2>&1; }; then
    sync
    rm -f "$mark" && sync
  fi
  echo "$1"
  exit 0
}
${tryOnceFunctions}
${forgetNextBoot}
booted=$(readlink -f /run/booted-system) && [ -x "$booted/bin/switch-to-configuration" ] || no 'what was booted before is gone'
[ "$booted" != "$system" ] || no 'it was booted before'
find_entry "$system" "$booted"
take_back_try
is_set=yes
mkdir -p "\${mark%/*}" && { echo "$system" && cat /proc/sys/kernel/random/boot_id && printf '%s\\n' "$broken"; } >"$mark" || no 'nothing can be written there'
"$booted/bin/switch-to-configuration" boot >/dev/null 2>&1 || no 'its boot menu cannot be written; /boot may be full'
try_once "$booted"
sync
echo guarded
`;

/** The system that is the profile is what boots from now on. */
const endScript = `
${bootPath}
${forgetNextBoot}
[ -e ${nextBootMark} ] || exit 0
"$1/bin/switch-to-configuration" boot && forget_next_boot
`;

/** It booted what it booted before: the profile follows, and the new generation stays in the list. */
const followScript = `
profile=/nix/var/nix/profiles/system
${bootPath}
${toplevelFunction}
${forgetNextBoot}
for link in /nix/var/nix/profiles/system-*-link; do
  [ "$(toplevel "$link")" = "$1" ] || continue
  number=\${link##*/system-}
  nix-env -p "$profile" --switch-generation "\${number%-link}" && write_out "\${profile%/*}" && forget_next_boot
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
  { system, brokenBefore }: { readonly system: string; readonly brokenBefore: Broken },
  signal: AbortSignal,
): Promise<string | null> {
  const words = [armScript, system, JSON.stringify(brokenBefore)] as const;
  const { stdout, stderr } = await run(session, privilege, [...words], signal);
  const answer = stdout.trim().split('\n').at(-1) ?? '';
  return answer === 'guarded' ? null : answer || stderr.trim() || 'it did not answer';
}

/** What was broken when the next boot was guarded, from any computer; nothing where that is not known. @throws ProblemError `ssh-*` */
export async function readBrokenBefore(session: HostSession, signal: AbortSignal): Promise<Broken> {
  const script = `${bootPath}\nsed -n 3p ${nextBootMark} 2>/dev/null`;
  const { stdout } = await session.exec(['sh', '-c', script], { signal, timeoutMs: timeLimitMs });
  return parseBroken(stdout);
}

/** Reads it from its line in the mark; marks of earlier versions have none. */
export function parseBroken(line: string): Broken {
  try {
    return broken.parse(JSON.parse(line));
  } catch {
    return nothingBroken;
  }
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

/** What was to be tried was replaced: nothing is tried any more. @throws ProblemError `ssh-*` */
export async function dropBootGuard(
  session: HostSession,
  privilege: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await run(session, privilege, [`${bootPath}\n${forgetNextBoot}\nforget_next_boot`], signal);
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
