import type { Activation } from './activation.ts';
import { asRoot, type Argv } from './privilege.ts';
import { toplevelFunction } from '../fleet/status/toplevel.ts';

/**
 * What guards a host while it is switched: a program that lies on the target and, unless it is told to stay, brings back
 * what ran there before. It needs nobody: not us, not the network, not the activation.
 *
 * All of it is in the activation's folder. `before/` holds what ran and what was booted; `verdict` is a link that can be
 * made only once, so that keeping and going back exclude each other; `watchdog.log` and `watchdog.status` tell what was
 * done. Nothing is deleted: the new generation stays in the profile's list, and the log is in the journal too.
 */

/**
 * Goes back, as root and apart from any connection. The running system comes first, for it has the network; the boot
 * loader comes last. Where somebody else switched or deployed meanwhile, theirs is left alone. Exit status 1 of
 * switch-to-configuration is its lock, which an activation that was ended may hold a little longer.
 */
export const watchdogProgram = `
folder=$1 unit=$2 profile=$3 new=$4 delay=$5 reason=$6
trap '' HUP
umask 077
[ "$delay" = 0 ] || sleep "$delay"
ln -s reverted "$folder/verdict" 2>/dev/null || exit 0
current=$(readlink "$folder/before/current")
booted=$(readlink "$folder/before/profile")
PATH="$current/sw/bin:$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
${toplevelFunction}
end_group() {
  group=$(cut -d ' ' -f 5 "/proc/$1/stat" 2>/dev/null)
  [ "\${group:-0}" -gt 1 ] || return 0
  echo "The activation has not ended; it is ended now."
  [ ! -d /run/systemd/system ] || systemctl stop "$unit.service" 2>/dev/null
  kill -s TERM -- "-$group" 2>/dev/null
  tries=0
  while kill -s 0 -- "-$group" 2>/dev/null && [ "$tries" -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; done
  kill -s KILL -- "-$group" 2>/dev/null
  return 0
}
end_foreign() {
  for cmdline in /proc/[0-9]*/cmdline; do
    { tr '\\0' ' ' <"$cmdline"; } 2>/dev/null | grep -qF "$new/bin/switch-to-configuration" || continue
    pid=\${cmdline#/proc/}
    end_group "\${pid%/cmdline}"
  done
}
end_activation() {
  if [ -e "$folder/foreign" ]; then end_foreign; return 0; fi
  pid=$(cat "$folder/pid" 2>/dev/null) || return 0
  [ -e "$folder/status" ] || end_group "$pid"
  return 0
}
go_back() {
  echo "$(date '+%Y-%m-%d %H:%M:%S'): going back to $current: $reason"
  end_activation
  case $(readlink -f /run/current-system) in
    "$current" | "$new") ;;
    *) echo "Another system was activated since; it is left as it is."; return 9 ;;
  esac
  if [ -n "$profile" ]; then
    if [ "$(readlink -f "$profile")" = "$booted" ]; then :
    elif [ "$(toplevel "$profile")" = "$new" ]; then
      ln -sfn "$(cat "$folder/before/link")" "$profile.nixstead" && mv -T "$profile.nixstead" "$profile" &&
        echo "$profile is $(readlink "$profile") again."
    else
      echo "Another generation was made since; it is left as it is."
      return 9
    fi
  fi
  tries=0
  while :; do
    "$current/bin/switch-to-configuration" test
    code=$?
    [ "$code" = 1 ] && [ "$tries" -lt 20 ] || break
    tries=$((tries + 1))
    sleep 0.5
  done
  if [ -n "$profile" ]; then
    "$booted/bin/switch-to-configuration" boot || echo "The boot loader could not be set back (exit $?)."
  fi
  echo "switch-to-configuration ended with $code."
  return "$code"
}
{
  go_back
  echo "$?" >"$folder/watchdog.code"
} 2>&1 | tee -a "$folder/watchdog.log"
rm -f "/nix/var/nix/gcroots/nixstead-\${folder##*/}"
mv "$folder/watchdog.code" "$folder/watchdog.status"
`;

/**
 * Shell: defines `arm`, its two halves, and `disarm`. Before `arm` the variables folder, unit, seconds, watchdog (the
 * program), new and profile are set, and nothing was changed yet. What ran before is kept from being collected until the
 * verdict.
 */
export const watchdogFunctions = `
arm() {
  remember
  set_timer
}
remember() {
  mkdir "$folder/before"
  ln -s "$(readlink -f /run/current-system)" "$folder/before/current"
  if [ -n "$profile" ]; then
    readlink "$profile" >"$folder/before/link"
    ln -s "$(readlink -f "$profile")" "$folder/before/profile"
  fi
  mkdir -p /nix/var/nix/gcroots
  for root in /nix/var/nix/gcroots/nixstead-*; do [ -e "$root" ] || rm -f "$root"; done
  ln -sfn "$folder/before/current" "/nix/var/nix/gcroots/nixstead-\${folder##*/}"
  printf '%s' "$watchdog" >"$folder/watchdog"
}
set_timer() {
  if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --no-ask-password --unit="$unit-watchdog" --on-active="\${seconds}s" \\
      --timer-property=AccuracySec=100ms --setenv=PATH="$PATH" \\
      /bin/sh "$folder/watchdog" "$folder" "$unit" "$profile" "$new" 0 "not confirmed within $seconds s" >&2 9>&-
  else
    setsid /bin/sh "$folder/watchdog" "$folder" "$unit" "$profile" "$new" "$seconds" \\
      "not confirmed within $seconds s" </dev/null >/dev/null 2>&1 9>&- &
    echo "$!" >"$folder/watchdog.pid"
  fi
}
disarm() {
  if [ -d /run/systemd/system ]; then systemctl stop "$unit-watchdog.timer"; else
    kill -s TERM -- "-$(cat "$folder/watchdog.pid")" || kill -TERM "$(cat "$folder/watchdog.pid")"
  fi 2>/dev/null
  rm -f "/nix/var/nix/gcroots/nixstead-\${folder##*/}"
}
`;

/**
 * Shell: how the folder of another activation stands. `is_busy`: it activates or goes back right now, so that a second one
 * would get in its way. `is_live`: that, or its watchdog is armed.
 */
export const folderFunctions = `
unit_runs() {
  if [ -d /run/systemd/system ]; then systemctl is-active --quiet "$1" 2>/dev/null; else return 1; fi
}
is_busy() {
  of=nixstead-activate-\${1##*/}
  if [ -s "$1/pid" ] && [ ! -s "$1/status" ] && kill -0 "$(cat "$1/pid")" 2>/dev/null; then return 0; fi
  [ -h "$1/verdict" ] && [ ! -s "$1/watchdog.status" ] || return 1
  unit_runs "$of-watchdog.service" || unit_runs "$of-revert.service"
}
is_live() {
  ! is_busy "$1" || return 0
  [ -d "$1/before" ] && [ ! -h "$1/verdict" ] || return 1
  unit_runs "nixstead-activate-\${1##*/}-watchdog.timer" || kill -0 "$(cat "$1/watchdog.pid" 2>/dev/null || echo x)" 2>/dev/null
}
`;

/** Shell: removes folders that are a day old, by a clock that may have jumped: what is still needed stays. */
export const sweepFolders = `
find "\${folder%/*}" -mindepth 1 -maxdepth 1 ! -name .lock -mmin +1440 2>/dev/null | while read -r old; do
  is_live "$old" || rm -rf "$old"
done`;

/** Shell: one look, with folder and nonce set. The state stands on one line, the log after it. */
const look = `
verdict=$(readlink "$folder/verdict")
if [ ! -d "$folder/before" ]; then state=gone
elif [ -z "$verdict" ]; then state=armed
elif [ "$verdict" = kept ]; then state=kept
elif [ -s "$folder/watchdog.status" ]; then state=reverted
else state=reverting
fi
echo "$nonce watchdog $state $(cat "$folder/watchdog.status" 2>/dev/null || echo 0)"
cat "$folder/watchdog.log" 2>/dev/null
`;

const keep = `
folder=$1 unit=$2 nonce=$3
${watchdogFunctions}
ln -s kept "$folder/verdict" 2>/dev/null
[ "$(readlink "$folder/verdict")" != kept ] || disarm
${look}`;

/** Starts to go back at once, in a unit of its own, unless there is a verdict already. */
const revert = `
folder=$1 unit=$2 nonce=$3 profile=$4 new=$5 reason=$6
if [ -d "$folder/before" ] && [ ! -h "$folder/verdict" ]; then
  if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --no-ask-password --unit="$unit-revert" --setenv=PATH="$PATH" \\
      /bin/sh "$folder/watchdog" "$folder" "$unit" "$profile" "$new" 0 "$reason" >&2
  else
    setsid /bin/sh "$folder/watchdog" "$folder" "$unit" "$profile" "$new" 0 "$reason" </dev/null >/dev/null 2>&1 &
  fi
  tries=0
  until [ -h "$folder/verdict" ] || [ "$tries" -ge 100 ]; do tries=$((tries + 1)); sleep 0.05; done
fi
${look}`;

/** Waits on the target while it goes back, for a while, then looks. */
const untilReverted = `
folder=$1 nonce=$2
tries=0
until [ -s "$folder/watchdog.status" ] || [ "$tries" -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done
${look}`;

/**
 * Waits until another program begins to activate (the profile or the running system changes), then arms the watchdog:
 * from then on it needs nobody. It can be started again after a lost connection, and knows what ran at first. Until then
 * it ends with a verdict, or with its connection, for which it writes a word now and again: what somebody else activates
 * later is none of its business.
 */
const sentinel = `
folder=$1 unit=$2 nonce=$3 watchdog=$4 seconds=$5 new=$6 profile=$7
${watchdogFunctions}
${folderFunctions}
umask 077
mkdir -p "\${folder%/*}"
${sweepFolders}
if mkdir "$folder" 2>/dev/null; then : >"$folder/foreign" && remember; fi
current=$(readlink "$folder/before/current") || exit 1
link=$(cat "$folder/before/link" 2>/dev/null)
profile_now() { [ -z "$profile" ] || readlink "$profile"; }
rounds=0
while [ "$(readlink -f /run/current-system)" = "$current" ] && [ "$(profile_now)" = "$link" ]; do
  [ ! -h "$folder/verdict" ] || exit 0
  [ $((rounds % 20)) != 0 ] || echo "$nonce watching" >&2 || exit 1
  rounds=$((rounds + 1))
  sleep 0.1
done
trap '' HUP PIPE
if mkdir "$folder/armed" 2>/dev/null; then set_timer || exit 1; fi
echo "$nonce watching" >&2
echo "$nonce started" >&2
`;

/** Guards what another program is about to activate. `profile` of the activation: null where it stays as it is. */
export function sentinelArgv(activation: Activation, privilege: readonly string[]): Argv {
  const { folder, unit, nonce, watchdogSeconds, system, profile } = activation;
  const what = [folder, unit, nonce, watchdogProgram, String(watchdogSeconds ?? 0), system, profile ?? ''];
  return asRoot(privilege, ['sh', '-c', sentinel, 'sh', ...what]);
}

/** Disarms it, over a connection that was made since the switch. */
export function keepArgv({ folder, unit, nonce }: Activation, privilege: readonly string[]): Argv {
  return asRoot(privilege, ['sh', '-c', keep, 'sh', folder, unit, nonce]);
}

/** Has it go back now. `reason` stands in the log. */
export function revertArgv(activation: Activation, privilege: readonly string[], reason: string): Argv {
  const { folder, unit, nonce, profile, system } = activation;
  return asRoot(privilege, ['sh', '-c', revert, 'sh', folder, unit, nonce, profile ?? '', system, reason]);
}

/** Waits for up to ten seconds for it to have gone back. */
export function untilRevertedArgv({ folder, nonce }: Activation, privilege: readonly string[]): Argv {
  return asRoot(privilege, ['sh', '-c', untilReverted, 'sh', folder, nonce]);
}

/** Asks how it stands. */
export function lookArgv({ folder, nonce }: Activation, privilege: readonly string[]): Argv {
  return asRoot(privilege, ['sh', '-c', `folder=$1 nonce=$2\n${look}`, 'sh', folder, nonce]);
}

const watchdogStates = ['armed', 'kept', 'reverting', 'reverted', 'gone'] as const;

/** How a watchdog stands by the target's own words. `gone`: there is no trace of it, as after a reboot. */
export interface WatchdogAnswer {
  readonly state: (typeof watchdogStates)[number];
  /** Of switch-to-configuration when it went back; 9: somebody else's work was left alone. */
  readonly exitCode: number;
  /** What going back printed. */
  readonly log: string;
}

/** Finds the answer in what the target said; null where it is not whole. */
export function readWatchdogAnswer(text: string, nonce: string): WatchdogAnswer | null {
  const line = new RegExp(`^${nonce} watchdog ([a-z]+) (\\d+)$`, 'm').exec(text);
  const state = line?.[1];
  const known = watchdogStates.find((one) => one === state);
  if (known === undefined) return null;
  const log = text.slice((line?.index ?? 0) + (line?.[0].length ?? 0)).trim();
  return { state: known, exitCode: Number(line?.[2] ?? 0), log };
}
